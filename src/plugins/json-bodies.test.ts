import { expect, it } from 'vitest';
import { hasManyValues } from './json-bodies.ts';

it.each([
  ['lists', '[],'],
  ['lists in lists', '['],
  ['objects in objects', '{"":'],
  ['numbers', '0,'],
])('millions of %s are too many', (_, unit) => {
  const body = unit.repeat(15_000_000 / unit.length);
  expect(hasManyValues(body)).toBe(true);
});

it('a picture is one value, however long, and a list of a thousand numbers passes', () => {
  expect(hasManyValues(JSON.stringify({ image_bytes: 'Ab+/'.repeat(3_500_000) }))).toBe(false);
  expect(hasManyValues(JSON.stringify(Array.from({ length: 1_000 }, (_, at) => at)))).toBe(false);
});

import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createActiveChecks } from './active-checks.ts';

it('opens ids of 128 bits that work once', () => {
  const checks = createActiveChecks({ now: () => 0, randomBytes });
  const id = checks.open();
  expect(Buffer.from(id, 'base64url')).toHaveLength(16);
  expect(checks.open()).not.toBe(id);
  expect(checks.redeem(id)).toBe(true);
  expect(checks.redeem(id)).toBe(false);
  expect(checks.redeem('never issued')).toBe(false);
});

it('takes the id from the randomness it is given', () => {
  const checks = createActiveChecks({ now: () => 0, randomBytes: (size) => Buffer.alloc(size, 7) });
  expect(checks.open()).toBe(Buffer.alloc(16, 7).toString('base64url'));
});

it('lets an id live for five minutes', () => {
  let now = 1_000;
  const checks = createActiveChecks({ now: () => now, randomBytes });
  const [first, second] = [checks.open(), checks.open()];
  now += 5 * 60_000 - 1;
  expect(checks.redeem(first)).toBe(true);
  now += 1;
  expect(checks.redeem(second)).toBe(false);
});

it('drops the oldest id when it holds too many', () => {
  const checks = createActiveChecks({ now: () => 0, randomBytes, capacity: 2 });
  const ids = [checks.open(), checks.open(), checks.open()];
  expect(ids.map(checks.redeem)).toEqual([false, true, true]);
});

import { expect, it } from 'vitest';
import { area, count, counted, milliseconds, percent, percentSpan, rateCell } from './numbers.ts';

it.each([
  [0, 12, '0\u00a0%'],
  [1 / 12, 12, '8\u00a0%'],
  [1, 12, '100\u00a0%'],
  // One of 1,000 is no digit of 199 units.
  [0.0012, 199, '<1\u00a0%'],
  [0.0012, 1000, '0.1\u00a0%'],
  [0.0003, 10_000, '<0.1\u00a0%'],
  [0.9999, 150, '>99\u00a0%'],
  [0.99999, 5000, '>99.9\u00a0%'],
  [0.345, 5000, '34.5\u00a0%'],
])('writes %d of %d units as %s', (share, units, text) => {
  expect(percent(share, units)).toBe(text);
});

it('writes an interval with its unit once', () => {
  expect(percentSpan(0.021, 0.2, 12)).toBe('2–20\u00a0%');
  expect(percentSpan(0.2, 0.2, 12)).toBe('20\u00a0%');
});

it('never rounds an area up to perfect', () => {
  expect([area(1, 10), area(0.9996, 10), area(0.99996, 1000), area(0.5, 1000)]).toEqual([
    '1.00',
    '>0.99',
    '>0.999',
    '0.500',
  ]);
});

it('groups digits, and says one of one thing', () => {
  expect([count(7), count(1234567)]).toEqual(['7', '1\u202f234\u202f567']);
  expect([counted(1, 'clip'), counted(0, 'clip'), counted(2, 'person', 'people')]).toEqual([
    '1 clip',
    '0 clips',
    '2 people',
  ]);
});

it('writes times with the digits that mean something', () => {
  expect([0.123, 4.56, 61.2, 2403].map(milliseconds)).toEqual(['0.12', '4.6', '61', '2\u202f403']);
});

it('marks a rate of few units, and a missing one as missing', () => {
  const rate = {
    errors: 1,
    of: 29,
    rate: 1 / 29,
    low: 0.001,
    high: 0.18,
    interval: 'clopper_pearson',
  } as const;
  expect(rateCell(rate).markup).toMatch(/3\u00a0%.*few units.*0–18\u00a0%.*1 of 29/);
  expect(rateCell({ ...rate, of: 30 }).markup).not.toMatch(/few units/);
  expect(rateCell(null).markup).toMatch(/–/);
});

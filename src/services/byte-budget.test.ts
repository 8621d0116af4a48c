import { expect, it } from 'vitest';
import { createByteBudget } from './byte-budget.ts';

it('takes what fits, and again what was given back', () => {
  const budget = createByteBudget(100);
  const [first, second] = [budget.take(60), budget.take(40)];
  expect([first, second]).toEqual([expect.any(Function), expect.any(Function)]);
  expect(budget.take(1)).toBeUndefined();
  first!();
  expect(budget.take(61)).toBeUndefined();
  expect(budget.take(60)).toBeDefined();
});

it('counts what is given back twice once', () => {
  const budget = createByteBudget(100);
  const giveBack = budget.take(50)!;
  budget.take(50);
  giveBack();
  giveBack();
  expect(budget.take(51)).toBeUndefined();
});

it('takes what is larger than all of it alone', () => {
  const budget = createByteBudget(100);
  const giveBack = budget.take(1_000);
  expect(budget.take(1)).toBeUndefined();
  giveBack!();
  budget.take(1);
  expect(budget.take(1_000)).toBeUndefined();
});

import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { embeddingFacts } from '../../test/support/facts.ts';
import type { Embedding } from '../decisions/facts.ts';
import { BonafideError } from '../errors.ts';
import { createActiveChecks } from './active-checks.ts';

const selfie = () => embeddingFacts([0.6, 0.8]);
const notFound = expect.objectContaining({ code: 'check_not_found' });

/** Uses an id up and returns the face that came with it. */
const use = (checks: ReturnType<typeof createActiveChecks>, id: string) =>
  checks.redeem(id, async (face) => [...face.vector]);

afterEach(() => void vi.useRealTimers());

it('opens ids of 128 bits that work once', async () => {
  const checks = createActiveChecks({ now: () => 0, randomBytes });
  const id = checks.open(selfie());
  expect(Buffer.from(id, 'base64url')).toHaveLength(16);
  expect(checks.open(selfie())).not.toBe(id);
  expect(await use(checks, id)).toEqual([...selfie().vector]);
  await expect(use(checks, id)).rejects.toEqual(notFound);
  await expect(use(checks, 'never issued')).rejects.toEqual(notFound);
});

it('takes the id from the randomness it is given', () => {
  const checks = createActiveChecks({ now: () => 0, randomBytes: (size) => Buffer.alloc(size, 7) });
  expect(checks.open(selfie())).toBe(Buffer.alloc(16, 7).toString('base64url'));
});

it('lets an id live for five minutes', async () => {
  let now = 1_000;
  const checks = createActiveChecks({ now: () => now, randomBytes });
  const [first, second] = [checks.open(selfie()), checks.open(selfie())];
  now += 5 * 60_000 - 1;
  await use(checks, first);
  now += 1;
  await expect(use(checks, second)).rejects.toEqual(notFound);
});

it('lets who presented an id in time be judged after it has expired', async () => {
  let now = 0;
  const checks = createActiveChecks({ now: () => now, randomBytes });
  const id = checks.open(selfie());
  const judged = checks.redeem(id, async (face) => {
    now += 5 * 60_000;
    // The oldest ids are looked through whenever one is opened: this one is still needed.
    checks.open(selfie());
    return [...face.vector];
  });
  expect(await judged).toEqual([...selfie().vector]);
});

it('expires an id whose use failed late', async () => {
  let now = 0;
  const checks = createActiveChecks({ now: () => now, randomBytes });
  const id = checks.open(selfie());
  const late = async () => {
    now += 5 * 60_000;
    throw new BonafideError('invalid_clip');
  };
  await expect(checks.redeem(id, late)).rejects.toMatchObject({ code: 'invalid_clip' });
  await expect(use(checks, id)).rejects.toEqual(notFound);
});

it('drops the oldest id when it holds too many', async () => {
  const checks = createActiveChecks({ now: () => 0, randomBytes, capacity: 2 });
  const [first, second, third] = [checks.open(selfie()), checks.open(selfie()), checks.open(selfie())];
  await expect(use(checks, first)).rejects.toEqual(notFound);
  await use(checks, second);
  await use(checks, third);
});

it('lets exactly one of many who use an id at once win', async () => {
  const checks = createActiveChecks({ now: () => 0, randomBytes });
  const id = checks.open(selfie());
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => use(checks, id)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it('keeps an id that a failure has not used up, for one more use', async () => {
  const checks = createActiveChecks({ now: () => 0, randomBytes });
  const id = checks.open(selfie());
  const failure = new BonafideError('busy');
  await expect(checks.redeem(id, () => Promise.reject(failure))).rejects.toBe(failure);
  expect(await use(checks, id)).toEqual([Math.fround(0.6), Math.fround(0.8)]);
  await expect(use(checks, id)).rejects.toEqual(notFound);
});

describe('a face is overwritten', () => {
  /** The face that the check holds, as its judge sees it. */
  async function held(
    checks: ReturnType<typeof createActiveChecks>,
    id: string,
  ): Promise<Embedding | undefined> {
    let face: Embedding | undefined;
    await checks
      .redeem(id, (given) => {
        face = given;
        return Promise.reject(new Error('not judged'));
      })
      .catch(() => undefined);
    return face;
  }
  const blank = embeddingFacts([0, 0]);

  it('when its id is used', async () => {
    const checks = createActiveChecks({ now: () => 0, randomBytes });
    const mine = selfie();
    const id = checks.open(mine);
    const face = await held(checks, id);
    expect(face).toEqual(selfie());
    await use(checks, id);
    expect(face).toEqual(blank);
    // What the caller measured stays the caller's.
    expect(mine).toEqual(selfie());
  });

  it('when its id has expired, though nobody asks again', async () => {
    vi.useFakeTimers();
    const checks = createActiveChecks({ now: () => Date.now(), randomBytes });
    const first = await held(checks, checks.open(selfie()));
    vi.advanceTimersByTime(60_000);
    const second = await held(checks, checks.open(selfie()));
    vi.advanceTimersByTime(4 * 60_000 + 1_000);
    expect([first, second]).toEqual([blank, selfie()]);
    vi.advanceTimersByTime(60_000);
    expect(second).toEqual(blank);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('when the server stops', async () => {
    const checks = createActiveChecks({ now: () => 0, randomBytes });
    const face = await held(checks, checks.open(selfie()));
    checks.close();
    expect(face).toEqual(blank);
  });
});

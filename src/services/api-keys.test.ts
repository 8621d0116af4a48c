import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeApiKey } from '../../test/support/api-keys.ts';
import { memoryStores } from '../../test/support/stores.ts';
import { BonafideError } from '../errors.ts';
import type { ApiKeys, Stores } from '../stores/ports.ts';
import { type Caller, createKeyRing, type KeyRing } from './api-keys.ts';
import type { ApiKeyTerms } from './create-api-key.ts';

const start = Date.parse('2030-01-01T00:00:00Z');

let stores: Stores;
let clock = start;
const today = () => new Date(clock);
beforeAll(async () => {
  stores = await memoryStores();
});
afterAll(() => stores.close());

const make = (changes: Partial<ApiKeyTerms> = {}) => makeApiKey(stores, changes, new Date(start));

const ring = (keys: readonly string[] = [], store: ApiKeys = stores.apiKeys): KeyRing =>
  createKeyRing({ keys, store, today });

/** A store whose database is away, and that counts who asks it. */
function brokenStore() {
  const asked: string[] = [];
  const refuse = (name: string) => async () => {
    asked.push(name);
    throw new Error('connection refused');
  };
  const store = { any: refuse('any'), find: refuse('find') } as unknown as ApiKeys;
  return { asked, store };
}

describe('a key ring', () => {
  it('tells nobody has a key as long as there is none; then needs one, whatever becomes of it', async () => {
    let asked = 0;
    const any = async () => {
      asked++;
      return stores.apiKeys.any();
    };
    const keys = ring([], { ...stores.apiKeys, any });
    expect(await Promise.all([keys.needsKey(), keys.needsKey(), keys.needsKey()])).toEqual([
      false,
      false,
      false,
    ]);
    const { record } = await make();
    expect(await keys.needsKey()).toBe(false);
    expect(asked).toBe(1);
    clock += 1_000;
    expect(await keys.needsKey()).toBe(true);
    await stores.apiKeys.revoke(record.id, today());
    clock += 10_000;
    expect([await keys.needsKey(), asked]).toEqual([true, 2]);
    expect(await ring().needsKey()).toBe(true);
  });

  it('recognises a stored key, and none that is changed', async () => {
    const { key, record } = await make({ label: 'shop' });
    expect(key).toMatch(/^bonafide_[0-9a-f]{10}_[0-9a-f]{64}$/);
    expect(key.split('_')[1]).toBe(record.id);
    expect(await ring().identify([key])).toMatchObject({ id: record.id, record: { label: 'shop' } });
    const wrong = [
      key.slice(0, -1),
      `${key}0`,
      key.toUpperCase(),
      key.replace(record.id, '0'.repeat(10)),
      record.id,
    ];
    for (const other of wrong) expect([other, await ring().identify([other])]).toEqual([other, undefined]);
    expect(await ring().identify(['wrong', key])).toMatchObject({ id: record.id });
  });

  it('knows neither expired nor revoked keys', async () => {
    const { key } = await make({ expiresAt: new Date(clock + 1000) });
    expect(await ring().identify([key])).toBeDefined();
    clock += 1000;
    expect(await ring().identify([key])).toBeUndefined();
    const revoked = await make();
    await stores.apiKeys.revoke(revoked.record.id, today());
    expect(await ring().identify([revoked.key])).toBeUndefined();
  });

  it('admits to the contracts of a key, so often a minute', async () => {
    const { key } = await make({ contracts: ['kyc'], requestsPerMinute: 3 });
    const caller = (await ring().identify([key])) as Caller;
    const [one, two] = [ring(), ring()];
    await expect(one.admit(caller, 'frames')).rejects.toMatchObject({ code: 'forbidden_contract' });
    await one.admit(caller, 'kyc');
    clock += 20_500;
    await two.admit(caller, 'kyc');
    await one.admit(caller, 'kyc');
    await expect(two.admit(caller, 'kyc')).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 40 });
    clock += 40_000;
    await expect(one.admit(caller, 'kyc')).resolves.toBeUndefined();
  });

  it('knows the keys of the setting without a database, and asks it for nothing else that is no stored key', async () => {
    const { asked, store } = brokenStore();
    const keys = ring(['secret'], store);
    const caller = (await keys.identify(['secret'])) as Caller;
    expect(caller).toMatchObject({ id: 'API_KEY', record: null });
    await keys.admit(caller, 'kyc');
    expect([await keys.needsKey(), await keys.identify(['wrong', '', 'bonafide_x_y'])]).toEqual([
      true,
      undefined,
    ]);
    expect(asked).toEqual([]);
  });

  it('does not let anybody in while it cannot be known whether there are keys, and asks again', async () => {
    const { asked, store } = brokenStore();
    const keys = ring([], store);
    const unavailable = expect.objectContaining({ code: 'store_unavailable' });
    await expect(keys.needsKey()).rejects.toEqual(unavailable);
    await expect(keys.needsKey()).rejects.toBeInstanceOf(BonafideError);
    expect(asked).toEqual(['any', 'any']);
  });

  it('looks for a few keys of one request only', async () => {
    const { asked, store } = brokenStore();
    let found = 0;
    const find = async () => {
      found++;
      return undefined;
    };
    const many = Array.from({ length: 100 }, (_, at) => `bonafide_${at}_${'0'.repeat(64)}`);
    expect(await ring([], { ...store, find }).identify(many)).toBeUndefined();
    expect([found, asked]).toEqual([3, []]);
  });
});

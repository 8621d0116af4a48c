import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnDatabases } from '../../../test/support/databases.ts';
import { migrate } from '../database/migrate.ts';
import type { Sql } from '../database/sql.ts';
import { type ApiKeyRecord, type ApiKeys, contractNames } from '../ports.ts';
import { createApiKeys } from './api-keys.ts';

const hash = (text: string) => createHash('sha256').update(text).digest();

const record = (id: string, changes: Partial<ApiKeyRecord> = {}): ApiKeyRecord => ({
  id,
  label: "O'Neil — 店 'shop'",
  contracts: contractNames,
  requiresSession: false,
  sessionUses: null,
  sessionSeconds: null,
  requestsPerMinute: null,
  createdAt: new Date('2030-01-01T00:00:00Z'),
  expiresAt: null,
  revokedAt: null,
  ...changes,
});

describeOnDatabases('stored API keys', (open) => {
  let sql: Sql;
  let keys: ApiKeys;
  beforeAll(async () => {
    sql = await open();
    await migrate(sql);
    keys = createApiKeys(sql);
  });
  afterAll(() => sql.close());

  it('are found by their hash alone, as they were made', async () => {
    expect(await keys.any()).toBe(false);
    const full = record('aa', {
      contracts: ['kyc', 'passive'],
      requiresSession: true,
      sessionUses: 4,
      sessionSeconds: 90,
      requestsPerMinute: 30,
      expiresAt: new Date('2031-02-03T04:05:06.789Z'),
    });
    await keys.create(full, hash('one'));
    await keys.create(record('bb', { createdAt: new Date('2030-01-02T00:00:00Z') }), hash('two'));
    expect(await keys.find(hash('one'))).toEqual(full);
    expect(await keys.find(hash('three'))).toBeUndefined();
    expect((await keys.list()).map(({ id }) => id)).toEqual(['aa', 'bb']);
    expect(await keys.any()).toBe(true);
  });

  it('are made once', async () => {
    await keys.create(record('twice'), hash('first'));
    await expect(keys.create(record('twice'), hash('second'))).rejects.toThrow();
    await expect(keys.create(record('other'), hash('first'))).rejects.toThrow();
  });

  it('are revoked once, and still there', async () => {
    await keys.create(record('gone'), hash('gone'));
    const at = new Date('2030-06-01T00:00:00Z');
    expect(await keys.revoke('gone', at)).toBe(true);
    expect(await keys.revoke('gone', new Date('2030-07-01T00:00:00Z'))).toBe(false);
    expect(await keys.revoke('never', at)).toBe(false);
    expect((await keys.find(hash('gone')))?.revokedAt).toEqual(at);
  });

  it('count the requests of a minute that begins with the first one', async () => {
    const begins = new Date('2030-01-01T00:00:59.900Z');
    const after = (seconds: number) => new Date(begins.getTime() + seconds * 1000);
    const minuteEnds = after(60);
    expect(await keys.countRequest('counted', begins)).toEqual({ requests: 1, minuteEnds });
    expect(await keys.countRequest('counted', after(59.9))).toEqual({ requests: 2, minuteEnds });
    expect(await keys.countRequest('another', after(1))).toMatchObject({ requests: 1 });
    // A server whose clock is a little behind counts in the same minute.
    expect(await keys.countRequest('counted', after(-5))).toEqual({ requests: 3, minuteEnds });
    expect(await keys.countRequest('counted', after(60))).toEqual({ requests: 1, minuteEnds: after(120) });
  });

  it('are not held up by a count from the future', async () => {
    await keys.countRequest('future', new Date('2099-01-01T00:00:00Z'));
    expect(await keys.countRequest('future', new Date('2030-01-01T00:00:00Z'))).toMatchObject({
      requests: 1,
    });
  });

  it('count every request of many at once', async () => {
    const now = new Date('2030-01-01T00:00:00Z');
    const counts = await Promise.all(Array.from({ length: 20 }, () => keys.countRequest('busy', now)));
    expect(counts.map(({ requests }) => requests).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 1),
    );
  });
});

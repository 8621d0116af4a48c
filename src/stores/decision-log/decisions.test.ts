import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { makeApiKey } from '../../../test/support/api-keys.ts';
import { describeOnDatabases } from '../../../test/support/databases.ts';
import { migrate } from '../database/migrate.ts';
import type { Sql } from '../database/sql.ts';
import { createApiKeys } from '../keys/api-keys.ts';
import type { Decision } from '../ports.ts';
import { createDecisions } from './decisions.ts';

const noon = new Date('2026-03-01T12:00:00Z');
const minutes = (count: number) => new Date(noon.getTime() + count * 60_000);

/** A decision of the passive contract at noon, but for what a test changes. */
const decision = (changes: Partial<Decision> = {}): Decision => ({
  at: noon,
  contract: 'passive',
  route: 'POST /liveness',
  outcome: 'live',
  verdict: 'real',
  reasons: ['anti_spoof_score'],
  keyId: null,
  milliseconds: 41.5,
  models: ['minifasnet-v2@abababab'],
  sampleId: null,
  sessionId: null,
  ...changes,
});

describeOnDatabases('decisions', (open) => {
  let sql: Sql;
  beforeAll(async () => {
    sql = await open();
    await migrate(sql);
  });
  afterAll(() => sql.close());
  beforeEach(async () => {
    for (const table of ['decisions', 'samples', 'api_keys']) await sql.query(`delete from ${table}`);
  });

  it('are told as they were kept, with the label of their key', async () => {
    const decisions = createDecisions(sql);
    const { record } = await makeApiKey({ apiKeys: createApiKeys(sql) }, { label: 'the shop' });
    const [one, other] = [
      decision({ keyId: record.id, sessionId: 's1' }),
      decision({ at: minutes(1), verdict: null, outcome: 'unanswered', reasons: [] }),
    ];
    await decisions.add([one, other]);
    const { items, next } = await decisions.list({}, { limit: 10 });
    expect(next).toBe(null);
    expect(items).toEqual([
      { ...other, id: expect.any(String), keyLabel: null, label: null },
      { ...one, id: expect.any(String), keyLabel: 'the shop', label: null },
    ]);
  });

  it('come in pages that miss none and repeat none, though many are of the same moment', async () => {
    const decisions = createDecisions(sql);
    await decisions.add(Array.from({ length: 5 }, (_, at) => decision({ milliseconds: at })));
    await decisions.add([decision({ at: minutes(-1), milliseconds: 5 })]);
    const seen: number[] = [];
    let after: string | undefined;
    let pages = 0;
    do {
      const page = await decisions.list({}, { limit: 2, after });
      seen.push(...page.items.map(({ milliseconds }) => milliseconds));
      after = page.next ?? undefined;
      pages++;
    } while (after);
    expect(seen).toEqual([4, 3, 2, 1, 0, 5]);
    expect(pages).toBe(3);
    for (const after of ["1.'; drop", '1.abc', 'abc', '1', ''])
      await expect(decisions.list({}, { limit: 2, after }), after).rejects.toMatchObject({
        code: 'invalid_request',
      });
  });

  it.each([
    [{ contract: 'kyc' }, [2]],
    [{ outcome: 'attack' }, [3]],
    [{ keyId: 'shop' }, [1]],
    [{ from: minutes(2), to: minutes(3) }, [2]],
    [{ outcome: 'live', from: minutes(2) }, [2]],
  ] as const)('are found by %j', async (filter, expected) => {
    const decisions = createDecisions(sql);
    await decisions.add([
      decision({ at: minutes(1), milliseconds: 1, keyId: 'shop' }),
      decision({ at: minutes(2), milliseconds: 2, contract: 'kyc' }),
      decision({ at: minutes(3), milliseconds: 3, outcome: 'attack' }),
    ]);
    const { items } = await decisions.list(filter, { limit: 10 });
    expect(items.map(({ milliseconds }) => milliseconds)).toEqual(expected);
    expect(await decisions.count(filter)).toHaveLength(expected.length);
  });

  it('are counted by day, contract, outcome and what their picture is labelled today', async () => {
    const decisions = createDecisions(sql);
    await sql.query(
      `insert into samples (id, label, state, content_hash, raw_path, created_at)
       values ('a', 'live', 'stored', '\\x01', 'live/raw/a.jpg', now()), ('b', 'live', 'erasing', '\\x02', 'live/raw/b.jpg', now())`,
    );
    await decisions.add([
      decision(),
      decision({ at: minutes(1) }),
      decision({ at: new Date('2026-03-02T00:00:00Z') }),
      decision({ contract: 'recognition', outcome: 'refused', sampleId: 'a' }),
      // Erased meanwhile: it tells nothing of errors any more.
      decision({ contract: 'recognition', outcome: 'refused', sampleId: 'b' }),
    ]);
    const day = '2026-03-01';
    const passive = { contract: 'passive', outcome: 'live', label: null };
    const refused = { day, contract: 'recognition', outcome: 'refused', decisions: 1 };
    expect(await decisions.count({})).toEqual([
      { day, ...passive, decisions: 2 },
      { ...refused, label: 'live' },
      { ...refused, label: null },
      { day: '2026-03-02', ...passive, decisions: 1 },
    ]);
    await sql.query("update samples set label = 'spoof'");
    const labels = (await decisions.count({ outcome: 'refused' })).map(({ label }) => label);
    expect(labels).toEqual(['spoof', null]);
  });

  it('are forgotten in time', async () => {
    const decisions = createDecisions(sql);
    await decisions.add([decision(), decision({ at: minutes(1) })]);
    expect(await decisions.sweep(minutes(1))).toBe(1);
    expect(await decisions.sweep(minutes(1))).toBe(0);
    expect((await decisions.list({}, { limit: 5 })).items).toHaveLength(1);
  });

  it('of which there are none are no statement', async () => {
    await createDecisions({
      ...sql,
      query: () => Promise.reject(new Error('Nothing should be asked.')),
    }).add([]);
  });
});

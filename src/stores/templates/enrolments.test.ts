import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnDatabases, type OpenTestDatabase } from '../../../test/support/databases.ts';
import { testTemplates } from '../../../test/support/stores.ts';
import { randomVector, testSpace, testTemplate, vectorNear } from '../../../test/support/templates.ts';
import type { Sql } from '../database/sql.ts';
import { openStores, type TemplateOptions } from '../open-stores.ts';
import type { Stores } from '../ports.ts';
import { readClock } from './template-clock.ts';

const now = new Date('2026-06-01T12:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

describeOnDatabases('enrolments', (open) => {
  describe.each(['auto', 'memory'] as const)('with TEMPLATE_SEARCH=%s', (search) => suite(open, search));
});

function suite(open: OpenTestDatabase, search: TemplateOptions['search']): void {
  let sql: Sql;
  /** Two servers on one database. */
  let one: Stores;
  let other: Stores;
  beforeAll(async () => {
    sql = await open();
    const templates = { ...testTemplates(), search };
    one = await openStores(sql, { trainDir: '/nowhere' }, templates);
    other = await openStores(sql, { trainDir: '/nowhere' }, templates);
  });
  afterAll(() => one.close());

  const put = (
    ...[template, at = now, options]: [Parameters<Stores['enrolments']['put']>[0], Date?, object?]
  ) => one.enrolments.put(template, at, options);
  const get = (userId: string, at = now) => one.enrolments.get(userId, testSpace, at);
  const events = async (userId: string) => (await one.auditTrail.ofUser(userId)).map(({ event }) => event);
  /** Who is nearest, as each of the two servers sees it. */
  const nearest = async (vector: Float32Array, limit = 1, at = now) => {
    const probe = { ...testSpace, vector };
    const [mine, theirs] = await Promise.all([
      one.enrolments.nearest(probe, limit, at),
      other.enrolments.nearest(probe, limit, at),
    ]);
    expect(theirs).toEqual(mine);
    return mine;
  };

  it('says what searches', () => {
    if (search === 'memory') expect(one.enrolments.searchKind).toBe('memory');
    else if (sql.kind === 'pglite') expect(one.enrolments.searchKind).toBe('pgvector');
  });

  it.each(['15', '../../x', "x'; drop table templates; --", '👩‍🚀 {a,"b"} \\', 'NULL', 'é'.repeat(128)])(
    'gives back what was enrolled as %j, and finds it',
    async (userId) => {
      const template = testTemplate(userId, { consent: 'contract/7', expiresAt: later(60) });
      expect(await put(template)).toBe('enrolled');
      expect(await get(userId)).toEqual(template);
      expect(await nearest(template.vector)).toEqual([{ userId, distance: expect.closeTo(0, 5) }]);
      expect(await events(userId)).toEqual(['enrolled']);
    },
  );

  it('keeps no template readable: neither bytes nor the turned vector', async () => {
    const template = testTemplate('sealed');
    await put(template);
    const [row] = await sql.query("select sealed from templates where user_id = 'sealed'");
    const plain = Buffer.from(template.vector.buffer);
    expect(Buffer.from(row!.sealed as Uint8Array).includes(plain.subarray(0, 8))).toBe(false);
    if (one.enrolments.searchKind === 'pgvector') {
      const [turned] = await sql.query(
        "select vector::text as vector from template_vectors where user_id = 'sealed'",
      );
      const vector = JSON.parse(turned!.vector as string) as number[];
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
      const cosine = vector.reduce((sum, value, at) => sum + value * template.vector[at]!, 0);
      expect(Math.abs(cosine)).toBeLessThan(0.5);
    }
  });

  it('replaces, says so, and keeps the history', async () => {
    await put(testTemplate('twice'));
    const second = testTemplate('twice', { vector: randomVector(99), frames: 5 });
    expect(await put(second, later(1))).toBe('replaced');
    expect(await get('twice')).toEqual(second);
    expect(await nearest(second.vector)).toMatchObject([{ userId: 'twice' }]);
    expect((await nearest(testTemplate('twice').vector))[0]!.distance).toBeGreaterThan(0.1);
    expect(await one.auditTrail.ofUser('twice')).toEqual([
      { at: now, userId: 'twice', event: 'enrolled', details: { model: 'dlib-resnet', frames: 3 } },
      { at: later(1), userId: 'twice', event: 'replaced', details: { model: 'dlib-resnet', frames: 5 } },
    ]);
  });

  it('has one of two that come at once win, and both in the history', async () => {
    const templates = [1, 2].map((seed) => testTemplate('race', { vector: randomVector(seed) }));
    const outcomes = await Promise.all([
      one.enrolments.put(templates[0]!, now),
      other.enrolments.put(templates[1]!, now),
    ]);
    expect(outcomes.toSorted()).toEqual(['enrolled', 'replaced']);
    expect(await events('race')).toEqual(['enrolled', 'replaced']);
    const winner = outcomes.indexOf('replaced');
    expect(await get('race')).toEqual(templates[winner]);
    expect(await nearest(templates[winner]!.vector)).toMatchObject([{ userId: 'race' }]);
  });

  it('compares nobody with a template of another model, weights or recipe', async () => {
    for (const [at, changes] of [
      { model: 'mobilefacenet' },
      { modelHash: 'cd'.repeat(32) },
      { recipe: 'another' },
    ].entries()) {
      const template = testTemplate(`other-${at}`, changes);
      await put(template);
      await expect(get(`other-${at}`)).rejects.toMatchObject({ code: 'template_of_another_model' });
      const found = await nearest(template.vector);
      expect(found).not.toMatchObject([{ userId: `other-${at}` }]);
      expect(await one.enrolments.get(`other-${at}`, { ...testSpace, ...changes }, now)).toEqual(template);
    }
  });

  it('takes one who changes the model out of the search', async () => {
    const template = testTemplate('moves');
    await put(template);
    expect(await nearest(template.vector)).toMatchObject([{ userId: 'moves' }]);
    await put({ ...template, model: 'mobilefacenet' });
    expect(await nearest(template.vector)).not.toMatchObject([{ userId: 'moves' }]);
  });

  it('matches nobody who has expired, swept or not, and sweeps with an event', async () => {
    const template = testTemplate('brief', { expiresAt: later(10) });
    await put(template);
    expect(await nearest(template.vector, 1, later(9))).toMatchObject([{ userId: 'brief' }]);
    expect(await nearest(template.vector, 1, later(10))).not.toMatchObject([{ userId: 'brief' }]);
    expect(await get('brief', later(9))).toBeDefined();
    expect(await get('brief', later(10))).toBeUndefined();
    expect(await one.enrolments.describe('brief', later(10))).toBeUndefined();
    await one.enrolments.sweep(later(9));
    expect(await get('brief', now)).toBeDefined();
    expect(await one.enrolments.sweep(later(10))).toBe(1);
    expect(await get('brief', now)).toBeUndefined();
    expect(await nearest(template.vector)).not.toMatchObject([{ userId: 'brief' }]);
    expect(await events('brief')).toEqual(['enrolled', 'expired']);
  });

  it('sweeps many in batches, so that nobody waits for all of them', async () => {
    const people = Array.from({ length: 1_203 }, (_, at) => `many-${at}`);
    await sql.query(
      `insert into templates (user_id, model, model_hash, recipe, key_id, sealed, frames, created_at, expires_at, revision)
       select 'many-' || n, 'm', 'h', 'r', (select key_id from template_keys), '', 1, $1::timestamptz, $1::timestamptz,
         (select revision from template_clock) + 1 + n from generate_series(0, 1202) as n`,
      [later(-60)],
    );
    await sql.query('update template_clock set revision = revision + 1203');
    const before = await readClock(sql);
    expect(await one.enrolments.sweep(now)).toBe(people.length);
    expect((await readClock(sql)).erasures).toBe(before.erasures + 3);
    const expired = await sql.query("select user_id from audit_trail where user_id like 'many-%'");
    expect(expired.map(({ user_id }) => user_id).toSorted()).toEqual(people.toSorted());
    expect(await one.enrolments.sweep(now)).toBe(0);
  });

  it('erases the template and its history, on the other server at once, and keeps a record of nobody', async () => {
    const template = testTemplate('leaver');
    await put(template);
    await put(template);
    expect(await nearest(template.vector)).toMatchObject([{ userId: 'leaver' }]);
    const receipt = { id: `receipt-${sql.kind}`, at: now, others: { samples: 2 } };
    expect(await one.enrolments.erase('leaver', receipt)).toEqual({ templates: 1, events: 2, samples: 2 });
    const found = await other.enrolments.nearest({ ...testSpace, vector: template.vector }, 1, now);
    expect(found).not.toMatchObject([{ userId: 'leaver' }]);
    expect(await get('leaver')).toBeUndefined();
    expect(await events('leaver')).toEqual([]);
    expect(await one.auditTrail.ofReceipt(receipt.id)).toEqual({
      at: now,
      userId: null,
      event: 'erased',
      details: { receipt_id: receipt.id, templates: 1, events: 2, samples: 2 },
    });
    await one.enrolments.clean();
    const dump = JSON.stringify(await sql.query('select * from audit_trail'));
    expect(dump).not.toContain('leaver');
  });

  it('finds one who is erased and enrolled again', async () => {
    const template = testTemplate('returns');
    await put(template);
    await nearest(template.vector);
    await one.enrolments.erase('returns', { id: 'r', at: now, others: {} });
    await put(template);
    expect(await nearest(template.vector)).toMatchObject([{ userId: 'returns' }]);
  });

  it('writes nothing for an erasure of nobody', async () => {
    const before = await sql.query('select count(*) as n from audit_trail');
    const counts = await one.enrolments.erase('never', { id: 'never', at: now, others: { samples: 0 } });
    expect(counts).toBeUndefined();
    expect(await one.enrolments.beginErasure('never', { id: 'never', at: now })).toBeUndefined();
    expect(await sql.query('select count(*) as n from audit_trail')).toEqual(before);
  });

  it('refuses a face that another id has, and lets exactly one of two through that come at once', async () => {
    const face = randomVector(4242);
    const isTaken = (distance: number) => distance <= 0.05;
    const attempts = ['left', 'right'].map((userId, at) =>
      [one, other][at]!.enrolments.put(
        testTemplate(userId, { vector: vectorNear(face, 0.01, at + 1) }),
        now,
        { isTaken },
      ),
    );
    expect((await Promise.all(attempts)).toSorted()).toEqual(['enrolled', 'face_taken']);
    const [winner] = await nearest(face);
    const loser = winner!.userId === 'left' ? 'right' : 'left';
    expect(await events(loser)).toEqual(['refused_as_duplicate']);
    expect(await get(loser)).toBeUndefined();
    // The same id may have its own face again.
    expect(await put(testTemplate(winner!.userId, { vector: face }), now, { isTaken })).toBe('replaced');
  });

  it('lists by id in the order of bytes, page by page, without templates', async () => {
    const listed: string[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await one.enrolments.list({ ...(after !== undefined && { after }), limit: 3, now });
      expect(page.enrolments.length).toBeLessThanOrEqual(3);
      for (const enrolment of page.enrolments) {
        listed.push(enrolment.userId);
        expect(enrolment).not.toHaveProperty('vector');
      }
      if (page.next === null) break;
      after = page.next;
    }
    expect(listed.length).toBeGreaterThan(8);
    expect(listed).toEqual(listed.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    expect(new Set(listed).size).toBe(listed.length);
    expect(await one.enrolments.count(now)).toBe(listed.length);
  });

  it('opens no template in another row, or in a row that was changed, and says so', async () => {
    await put(testTemplate('victim'));
    await put(testTemplate('thief'));
    await sql.query(
      "update templates set sealed = (select sealed from templates where user_id = 'victim') where user_id = 'thief'",
    );
    await expect(get('thief')).rejects.toThrow('A template does not open');
    await sql.query("update templates set expires_at = '2999-01-01' where user_id = 'victim'");
    await expect(get('victim')).rejects.toThrow('A template does not open');
    await sql.query("delete from templates where user_id in ('victim', 'thief')");
  });

  it('finds the same as a comparison with each', async () => {
    const everybody = [];
    for await (const template of one.enrolments.export(now)) everybody.push(template);
    const mine = everybody.filter(({ model, modelHash, recipe }) =>
      [model, modelHash, recipe].every((value, at) => value === Object.values(testSpace)[at]),
    );
    const probe = randomVector(31337);
    const expected = mine
      .map(({ userId, vector }) => ({
        userId,
        distance: 1 - vector.reduce((sum, value, at) => sum + value * probe[at]!, 0),
      }))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, 5);
    const found = await nearest(probe, 5);
    expect(found.map(({ userId }) => userId)).toEqual(expected.map(({ userId }) => userId));
    for (const [at, { distance }] of found.entries()) expect(distance).toBeCloseTo(expected[at]!.distance, 5);
  });
}

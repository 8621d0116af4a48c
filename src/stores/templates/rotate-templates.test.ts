import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnDatabases } from '../../../test/support/databases.ts';
import { testTemplates } from '../../../test/support/stores.ts';
import { testSpace, testTemplate } from '../../../test/support/templates.ts';
import type { Sql } from '../database/sql.ts';
import { openSearch, openStores } from '../open-stores.ts';
import { discardKey, rotateTemplates } from './rotate-templates.ts';
import { enterKeys, readClock } from './template-clock.ts';
import { createTemplateKeys, type TemplateKeys } from './template-keys.ts';

const now = new Date('2026-06-01T12:00:00Z');
const people = 210;

describeOnDatabases('the rotation of template keys', (open) => {
  const [oldSecret, newSecret] = [randomBytes(32), randomBytes(32)];
  const old = createTemplateKeys([oldSecret]);
  const both = createTemplateKeys([newSecret, oldSecret]);
  const fresh = createTemplateKeys([newSecret]);
  let sql: Sql;
  beforeEach(async () => {
    sql = await open();
  });
  afterEach(() => sql.close());

  /** A server with these keys. */
  const server = async (keys: TemplateKeys, search: 'auto' | 'memory' = 'auto') =>
    (await openStores(sql, { trainDir: '/nowhere' }, { ...testTemplates(), keys: () => keys, search }))
      .enrolments;
  const enrolAll = async () => {
    const enrolments = await server(old);
    for (let at = 0; at < people; at++) await enrolments.put(testTemplate(`person-${at}`), now);
    return enrolments;
  };
  const rotate = async (onProgress?: (done: number, total: number) => void) => {
    await enterKeys(sql, both, now);
    const search = await openSearch(sql, both, { search: 'auto', onDamaged: expect.unreachable });
    return rotateTemplates(sql, both, search, () => now, onProgress);
  };
  const keyIds = async () =>
    (await sql.query('select distinct key_id from templates')).map(({ key_id }) => key_id);
  const findsEverybody = async (enrolments: Awaited<ReturnType<typeof server>>) => {
    for (let at = 0; at < people; at += 23) {
      const { userId, vector } = testTemplate(`person-${at}`);
      expect((await enrolments.get(userId, testSpace, now))?.vector).toEqual(vector);
      expect(await enrolments.nearest({ ...testSpace, vector }, 1, now)).toMatchObject([{ userId }]);
    }
  };

  it('encrypts everything anew and retires the old key', { timeout: 120_000 }, async () => {
    const running = await enrolAll();
    const steps: number[] = [];
    expect(await rotate((done) => steps.push(done))).toEqual({ rotated: people, damaged: 0 });
    expect(steps).toEqual([200, 210]);
    expect(await keyIds()).toEqual([fresh.current.id]);
    expect((await readClock(sql)).keyIds).toEqual([fresh.current.id]);
    await findsEverybody(await server(fresh));
    if (running.searchKind === 'pgvector')
      expect(await sql.query('select distinct key_id from template_vectors')).toEqual([
        { key_id: fresh.current.id },
      ]);
    expect(await sql.query("select user_id, details from audit_trail where event = 'rotated'")).toEqual([
      { user_id: null, details: { templates: people, key_id: fresh.current.id } },
    ]);
    // Who has the old key alone neither takes people for unknown, nor writes what others cannot read.
    const refusals = [
      () => running.put(testTemplate('late'), now),
      () => running.nearest(testTemplate('late'), 1, now),
      () => running.get('person-1', testSpace, now),
    ];
    for (const refused of refusals)
      await expect(refused()).rejects.toMatchObject({
        code: 'store_unavailable',
        cause: { message: expect.stringContaining(`not here (${fresh.current.id}): set TEMPLATE_KEY`) },
      });
    await expect(server(old)).rejects.toThrow('template key that is not here');
  });

  it('a server that lacks the key serves all but templates, where it is told to start so', async () => {
    await (await server(old)).put(testTemplate('one'), now);
    const missing: string[] = [];
    const notices: string[] = [];
    const { enrolments, apiKeys } = await openStores(
      sql,
      { trainDir: '/nowhere' },
      {
        ...testTemplates(),
        keys: () => fresh,
        onMissingKey: (text) => missing.push(text),
        onNotice: (text) => notices.push(text),
      },
    );
    expect(missing).toEqual([expect.stringContaining(`not here (${old.current.id}): set TEMPLATE_KEY`)]);
    expect(notices).toEqual([]);
    expect((await readClock(sql)).keyIds).toEqual([old.current.id]);
    const refused = [
      () => enrolments.put(testTemplate('two'), now),
      () => enrolments.nearest(testTemplate('two'), 1, now),
      () => enrolments.get('one', testSpace, now),
    ];
    for (const ask of refused)
      await expect(ask()).rejects.toMatchObject({
        code: 'store_unavailable',
        detail: expect.stringContaining('TEMPLATE_KEY'),
      });
    expect(await apiKeys.any()).toBe(false);
    expect(await enrolments.count(now)).toBe(1);
  });

  it('begins with none of the servers that get the new key one after the other', async () => {
    const first = await server(old);
    await first.put(testTemplate('one'), now);
    const notices: string[] = [];
    const templates = {
      ...testTemplates(),
      keys: () => both,
      onNotice: (text: string) => notices.push(text),
    };
    const second = (await openStores(sql, { trainDir: '/nowhere' }, templates)).enrolments;
    expect(notices).toEqual([expect.stringContaining('bonafide embeddings rotate')]);
    await second.put(testTemplate('other'), now);
    for (const userId of ['one', 'other']) {
      const { vector } = testTemplate(userId);
      for (const enrolments of [first, second]) {
        expect(await enrolments.get(userId, testSpace, now)).toMatchObject({ userId });
        expect(await enrolments.nearest({ ...testSpace, vector }, 1, now)).toMatchObject([{ userId }]);
      }
    }
    // From then on the new one encrypts, also where it stands last, and whatever the clocks say.
    const third = await server(createTemplateKeys([oldSecret, newSecret]));
    const search = await openSearch(sql, both, { search: 'auto', onDamaged: expect.unreachable });
    await rotateTemplates(sql, both, search, () => new Date(0));
    await third.put(testTemplate('third'), now);
    expect(await keyIds()).toEqual([fresh.current.id]);
  });

  it.each(['auto', 'memory'] as const)(
    'lets servers with both keys go on meanwhile, with TEMPLATE_SEARCH=%s',
    { timeout: 120_000 },
    async (search) => {
      await enrolAll();
      const running = await server(both, search);
      await findsEverybody(running);
      let rotating = true;
      const rotation = rotate().finally(() => {
        rotating = false;
      });
      const found = [];
      for (let at = 0; rotating; at = (at + 7) % people) {
        const { userId, vector } = testTemplate(`person-${at}`);
        found.push((await running.nearest({ ...testSpace, vector }, 1, now))[0]?.userId === userId);
      }
      expect(await rotation).toEqual({ rotated: people, damaged: 0 });
      expect(found.length).toBeGreaterThan(1);
      expect(found).not.toContain(false);
      await findsEverybody(running);
    },
  );

  it('goes on where it was interrupted', { timeout: 120_000 }, async () => {
    await enrolAll();
    const interruption = new Error('interrupted');
    const interrupt = () => {
      throw interruption;
    };
    await expect(rotate(interrupt)).rejects.toBe(interruption);
    expect((await keyIds()).toSorted()).toEqual([old.current.id, fresh.current.id].toSorted());
    await findsEverybody(await server(both));
    await findsEverybody(await server(both, 'memory'));
    expect(await rotate()).toEqual({ rotated: people - 200, damaged: 0 });
    await findsEverybody(await server(fresh));
  });

  it('leaves what does not open as it is, with its key', async () => {
    const enrolments = await server(old);
    await enrolments.put(testTemplate('whole'), now);
    await enrolments.put(testTemplate('broken'), now);
    await sql.query("update templates set frames = 99 where user_id = 'broken'");
    await enterKeys(sql, both, now);
    const search = await openSearch(sql, both, { search: 'memory', onDamaged: () => {} });
    expect(await rotateTemplates(sql, both, search, () => now)).toEqual({ rotated: 1, damaged: 1 });
    expect((await readClock(sql)).keyIds.toSorted()).toEqual([old.current.id, fresh.current.id].toSorted());
  });

  it('refuses a start without the key, and starts when the key is discarded with its templates', async () => {
    await (await server(old)).put(testTemplate('lost'), now);
    await expect(server(fresh)).rejects.toThrow(`discard --key ${old.current.id}`);
    const present = new Set([fresh.current.id]);
    expect(await discardKey(sql, 'ffffffffffffffff', present, now)).toBeUndefined();
    const opening = discardKey(sql, old.current.id, new Set([old.current.id]), now);
    await expect(opening).rejects.toThrow(/is here, .*nothing was discarded/);
    expect(await discardKey(sql, old.current.id, present, now)).toBe(1);
    expect(await sql.query("select user_id, details from audit_trail where event = 'discarded'")).toEqual([
      { user_id: null, details: { templates: 1, key_id: old.current.id } },
    ]);
    const enrolments = await server(fresh);
    expect(await enrolments.count(now)).toBe(0);
    expect(await enrolments.put(testTemplate('lost'), now)).toBe('enrolled');
  });
});

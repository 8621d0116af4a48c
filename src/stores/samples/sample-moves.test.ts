import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeEach, expect, it } from 'vitest';
import { describeOnDatabases } from '../../../test/support/databases.ts';
import { later, now, sample, useSampleBench } from '../../../test/support/samples.ts';
import type { Sql } from '../database/sql.ts';
import { createAuditTrail } from '../templates/audit-trail.ts';
import { createSamples } from './samples.ts';

const id = '1'.padStart(32, '0');
const note = { at: now, details: { by: 'the shop' } };
const filesUnder = (label: string) => [`${label}/faces/${id}.jpg`, `${label}/raw/${id}.png`];

describeOnDatabases('a picture that gets another label', (open) => {
  const bench = useSampleBench(open);
  beforeEach(async () => {
    for (const table of ['sample_moves', 'audit_trail']) await bench.sql.query(`delete from ${table}`);
  });

  it('goes to the other side, with its files, its count and a line in the audit trail', async () => {
    const samples = createSamples(bench.sql, bench.files);
    await samples.add(sample(1, { userId: 'ana' }));
    expect(await samples.relabel(id, 'spoof', note)).toMatchObject({ id, label: 'spoof', hasFace: true });
    expect(bench.stored()).toEqual(filesUnder('spoof'));
    expect(readFileSync(join(bench.folder, filesUnder('spoof')[1]!), 'utf8')).toBe('raw 1');
    expect((await samples.stats(5)).counts).toEqual({ live: 0, spoof: 1 });
    expect((await samples.list('spoof', { limit: 5 })).items).toHaveLength(1);
    expect(await createAuditTrail(bench.sql).ofUser('ana')).toEqual([
      {
        at: now,
        userId: 'ana',
        event: 'sample_relabelled',
        details: { by: 'the shop', label: 'spoof', sample_id: id },
      },
    ]);
    expect(await bench.sql.query('select * from sample_moves')).toEqual([]);
  });

  it('may show no face, and stays where it is under its own label', async () => {
    const samples = createSamples(bench.sql, bench.files);
    await samples.add(sample(1, { face: null }));
    expect(await samples.relabel(id, 'live', note)).toMatchObject({ label: 'live' });
    expect(await createAuditTrail(bench.sql).ofConsole({ limit: 5 })).toEqual({ items: [], next: null });
    expect(await samples.relabel(id, 'spoof', note)).toMatchObject({ label: 'spoof', hasFace: false });
    expect(bench.stored()).toEqual([`spoof/raw/${id}.png`]);
  });

  it('must be there', async () => {
    expect(await createSamples(bench.sql, bench.files).relabel(id, 'spoof', note)).toBeUndefined();
    expect(await bench.sql.query('select * from sample_moves')).toEqual([]);
  });

  it('is erased with its person also when it was just on its way, and not copied any more then', async () => {
    const samples = createSamples(bench.sql, bench.files);
    await samples.add(sample(1, { userId: 'ana' }));
    const order: string[] = [];
    let begun = () => {};
    const copies = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const slow = createSamples(bench.sql, {
      ...bench.files,
      write: async (files) => {
        begun();
        // Long enough for an erasure that does not wait for the copy.
        await pause(300);
        await bench.files.write(files);
        order.push('copied');
      },
    });
    const relabelled = slow.relabel(id, 'spoof', note);
    await copies;
    await samples.eraseUser('ana');
    order.push('erased');
    expect(order).toEqual(['copied', 'erased']);
    expect(await relabelled).toBeUndefined();
    expect(bench.stored()).toEqual([]);
    expect((await samples.stats(5)).counts).toEqual({ live: 0, spoof: 0 });
  });

  it('is not copied where it was erased before', async () => {
    const samples = createSamples(bench.sql, bench.files);
    await samples.add(sample(1, { userId: 'ana' }));
    const written: string[] = [];
    const late: Sql = {
      ...bench.sql,
      transaction: async (work, options) => {
        const result = await bench.sql.transaction(work, options);
        // The first transaction notes which files there will be.
        await samples.eraseUser('ana');
        return result;
      },
    };
    const slow = createSamples(late, {
      ...bench.files,
      write: async (files) => {
        written.push(...files.map(({ path }) => path));
      },
    });
    expect(await slow.relabel(id, 'spoof', note)).toBeUndefined();
    expect(written).toEqual([]);
    expect(await bench.sql.query('select * from sample_moves')).toEqual([]);
  });

  /** Has a server begun to move the picture that dies before or after the record changes. */
  async function moveAndDie(dies: 'before' | 'after'): Promise<void> {
    const killed = () => Promise.reject(new Error('Killed.'));
    const dying = createSamples(bench.sql, {
      ...bench.files,
      ...(dies === 'before' && {
        write: async (files) => {
          await bench.files.write(files);
          return killed();
        },
      }),
      remove: killed,
    });
    await dying.relabel(id, 'spoof', note).catch(() => {});
    expect(bench.stored()).toHaveLength(4);
  }

  it.each([
    ['before', 'live'],
    ['after', 'spoof'],
  ] as const)('is on one side alone when the server died %s the record changed', async (dies, side) => {
    const samples = createSamples(bench.sql, bench.files);
    await samples.add(sample(1));
    await moveAndDie(dies);
    // Nobody else is at it meanwhile.
    if (side === 'live')
      await expect(samples.relabel(id, 'spoof', note)).rejects.toMatchObject({ code: 'busy' });
    await samples.recover(later, 'running');
    expect(bench.stored()).toEqual(filesUnder(side));
    const counts = { live: 0, spoof: 0, [side]: 1 };
    expect((await samples.stats(5)).counts).toEqual(counts);
    expect(await samples.relabel(id, side === 'live' ? 'spoof' : 'live', note)).toBeDefined();
  });

  it.each(['before', 'after'] as const)(
    'is erased on both sides when the server died %s the record changed',
    async (dies) => {
      const samples = createSamples(bench.sql, bench.files);
      await samples.add(sample(1, { userId: 'ana' }));
      await moveAndDie(dies);
      expect(await samples.eraseUser('ana')).toBe(1);
      expect(bench.stored()).toEqual([]);
      await samples.recover(later, 'running');
      expect(await bench.sql.query('select * from sample_moves')).toEqual([]);
    },
  );

  it('stays half way where its folder cannot be used, and keeps neither the server nor others waiting', async () => {
    const samples = createSamples(bench.sql, bench.files);
    await samples.add(sample(1));
    await moveAndDie('before');
    await samples.add(sample(2, { face: null }));
    await bench.sql.query(
      `insert into sample_moves (sample_id, old_paths, new_paths, at)
       select id, array[raw_path], array['live/raw/' || lpad('3', 32, '0') || '.png'], $1 from samples where id like '%2'`,
      [new Date(now.getTime() + 1_000)],
    );
    await bench.enterAsDead(sample(4));
    renameSync(join(bench.folder, 'spoof'), join(bench.folder, 'moved'));
    writeFileSync(join(bench.folder, 'spoof'), '');
    await samples.recover(later, 'start');
    expect(await bench.sql.query('select sample_id from sample_moves')).toEqual([{ sample_id: id }]);
    expect(await bench.sql.query("select 1 from samples where state <> 'stored'")).toEqual([]);
    await expect(samples.recover(later, 'running')).rejects.toMatchObject({ code: 'store_unavailable' });

    rmSync(join(bench.folder, 'spoof'));
    renameSync(join(bench.folder, 'moved'), join(bench.folder, 'spoof'));
    await samples.recover(later, 'running');
    expect(bench.stored().filter((path) => path.startsWith('spoof'))).toEqual([]);
    expect(await bench.sql.query('select 1 from sample_moves')).toEqual([]);
  });

  it('is not there where its file is gone', async () => {
    const samples = createSamples(bench.sql, bench.files);
    await samples.add(sample(1));
    await bench.files.remove(filesUnder('live'));
    expect(await samples.relabel(id, 'spoof', note)).toBeUndefined();
    expect(await samples.read(id, 'raw')).toBeUndefined();
    expect(bench.stored()).toEqual([]);
    // Its record stands, as for every picture that somebody removed by hand.
    expect((await samples.stats(5)).counts.live).toBe(1);
  });
});

describeOnDatabases('pictures of the data set', (open) => {
  const bench = useSampleBench(open);

  it('are listed by label, the newest first, in pages', async () => {
    const samples = createSamples(bench.sql, bench.files);
    for (const number of [2, 1, 3]) await samples.add(sample(number));
    await samples.add(sample(4, { label: 'spoof', face: null, createdAt: later }));
    const first = await samples.list('live', { limit: 2 });
    expect(first.items.map((one) => one.id.slice(-1))).toEqual(['3', '2']);
    expect(first.items[0]).toEqual({
      id: '3'.padStart(32, '0'),
      label: 'live',
      createdAt: now,
      extension: 'png',
      hasFace: true,
      outcome: null,
    });
    const second = await samples.list('live', { limit: 2, after: first.next! });
    expect(second).toMatchObject({ items: [{ id }], next: null });
    expect((await samples.list('spoof', { limit: 2 })).items).toMatchObject([{ hasFace: false }]);
  });

  it('can be read, whole or their face', async () => {
    const samples = createSamples(bench.sql, bench.files);
    await samples.add(sample(1));
    await samples.add(sample(2, { face: null }));
    const read = async (which: 'raw' | 'face', of = id) => {
      const picture = await samples.read(of, which);
      return picture && [String(picture.bytes), picture.extension];
    };
    expect(await read('raw')).toEqual(['raw 1', 'png']);
    expect(await read('face')).toEqual(['face 1', 'jpg']);
    expect(await read('face', '2'.padStart(32, '0'))).toBeUndefined();
    expect(await read('raw', '3'.padStart(32, '0'))).toBeUndefined();
  });

  it('were looked at by somebody, as the audit trail of each person in them says', async () => {
    const trail = createAuditTrail(bench.sql);
    await bench.sql.query('delete from audit_trail');
    const samples = createSamples(bench.sql, bench.files);
    await samples.add(sample(1, { userId: 'ana' }));
    await trail.recordView(id, now, { by: 'the shop', picture: 'raw' });
    await trail.recordView('2'.padStart(32, '0'), later, { by: 'the shop', picture: 'face' });
    expect(await trail.ofUser('ana')).toMatchObject([{ event: 'sample_viewed', details: { sample_id: id } }]);
    const { items } = await trail.ofConsole({ limit: 5 });
    expect(items.map(({ details }) => details.picture)).toEqual(['face', 'raw']);
    expect(items[0]).not.toHaveProperty('userId');
  });
});

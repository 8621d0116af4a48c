import { renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { describeOnDatabases } from '../../../test/support/databases.ts';
import { later, sample, useSampleBench } from '../../../test/support/samples.ts';
import type { Sql } from '../database/sql.ts';
import { createSamples } from './samples.ts';

describeOnDatabases('erased samples', (open) => {
  const bench = useSampleBench(open);

  it('go with the user they are of, and with each where two were named', async () => {
    const samples = createSamples(bench.sql, bench.files);
    const raw = Buffer.from('of two');
    await samples.add(sample(1, { userId: 'ana' }));
    await samples.add(sample(2, { userId: 'ana', label: 'spoof', face: null }));
    await samples.add(sample(3, { userId: 'ana', raw }));
    await samples.add(sample(4, { userId: 'bia', raw }));
    await samples.add(sample(5, { userId: 'caio' }));
    expect(await samples.eraseUser('bia')).toBe(1);
    expect((await samples.stats(5)).counts).toEqual({ live: 2, spoof: 1 });
    expect(await samples.eraseUser('ana')).toBe(2);
    expect(await samples.eraseUser('ana')).toBe(0);
    expect((await samples.stats(5)).counts).toEqual({ live: 1, spoof: 0 });
    expect(bench.stored()).toHaveLength(2);
    expect(await bench.sql.query('select * from sample_users')).toEqual([
      { user_id: 'caio', sample_id: expect.any(String) },
    ]);
  });

  it('leave no row of an upload that a link in the folder refuses, and all else where one is in the way', async () => {
    const samples = createSamples(bench.sql, bench.files);
    symlinkSync(tmpdir(), join(bench.folder, 'live'));
    await expect(samples.add(sample(1, { userId: 'ana' }))).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    expect(await bench.sql.query('select * from samples')).toEqual([]);
    expect(await samples.eraseUser('ana')).toBe(0);

    rmSync(join(bench.folder, 'live'));
    await samples.add(sample(2, { userId: 'ana' }));
    await samples.add(sample(3, { userId: 'ana', label: 'spoof' }));
    renameSync(join(bench.folder, 'live'), join(bench.folder, 'moved'));
    symlinkSync(join(bench.folder, 'moved'), join(bench.folder, 'live'));
    await expect(samples.eraseUser('ana')).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(bench.stored().filter((path) => path.startsWith('spoof'))).toEqual([]);
    await samples.recover(later, 'start');
    await expect(samples.recover(later, 'running')).rejects.toMatchObject({ code: 'store_unavailable' });

    rmSync(join(bench.folder, 'live'));
    renameSync(join(bench.folder, 'moved'), join(bench.folder, 'live'));
    await samples.recover(later, 'running');
    expect(bench.stored()).toEqual([]);
    expect(await bench.sql.query('select * from samples')).toEqual([]);
  });

  it('are not counted where they were erased while they were written', async () => {
    const samples = createSamples(bench.sql, {
      ...bench.files,
      write: async (parts) => {
        await bench.files.write(parts);
        await createSamples(bench.sql, bench.files).eraseUser('ana');
      },
    });
    await expect(samples.add(sample(1, { userId: 'ana' }))).rejects.toMatchObject({ code: 'busy' });
    expect(bench.stored()).toEqual([]);
    expect((await samples.stats(5)).counts.live).toBe(0);
  });

  it('are taken from whoever writes them, who says so even where that fails', async () => {
    const samples = createSamples(bench.sql, {
      ...bench.files,
      write: async () => {
        await createSamples(bench.sql, bench.files).eraseUser('ana');
        // What is written beside its place is removed, and cannot be renamed.
        throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
      },
    });
    await expect(samples.add(sample(1, { userId: 'ana' }))).rejects.toMatchObject({ code: 'busy' });
    expect(await bench.sql.query('select * from samples')).toEqual([]);
  });

  it('do not stay without a record where their writer goes on, and then dies', async () => {
    let written = () => {};
    const dying = createSamples(bench.sql, {
      ...bench.files,
      write: async (parts) => {
        await createSamples(bench.sql, bench.files).eraseUser('ana');
        await bench.files.write(parts);
        written();
        await new Promise(() => {});
      },
    });
    void dying.add(sample(1, { userId: 'ana' }));
    await new Promise<void>((resolve) => {
      written = resolve;
    });
    expect(bench.stored()).toHaveLength(2);
    await createSamples(bench.sql, bench.files).recover(later, 'running');
    expect(bench.stored()).toEqual([]);
    expect(await bench.sql.query('select * from samples')).toEqual([]);
  });

  it('do not come back with the same picture, which was about to be put back', async () => {
    const samples = createSamples(bench.sql, bench.files);
    const { rawPath } = await samples.add(sample(1, { userId: 'ana' }));
    unlinkSync(rawPath);
    let begun = () => {};
    const writes = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const slow = createSamples(bench.sql, {
      ...bench.files,
      write: async (parts) => {
        begun();
        await pause(300);
        await bench.files.write(parts);
      },
    });
    const again = slow.add(sample(2, { raw: sample(1).raw }));
    await writes;
    // Long enough for an erasure that does not wait for the other upload.
    expect(await samples.eraseUser('ana')).toBe(1);
    await again;
    expect(bench.stored()).toEqual([]);
    expect(await bench.sql.query('select * from samples')).toEqual([]);
  });

  it('that were to be put back stay away where the database fails meanwhile', async () => {
    const samples = createSamples(bench.sql, bench.files);
    const { rawPath } = await samples.add(sample(1));
    unlinkSync(rawPath);
    // The first transaction enters the picture, or finds it; the second one puts it back.
    let transactions = 0;
    const failing: Sql = {
      ...bench.sql,
      transaction: (work, options) =>
        bench.sql.transaction(async (queries) => {
          const result = await work(queries);
          if (++transactions === 2) throw new Error('The connection broke.');
          return result;
        }, options),
    };
    const again = sample(2, { raw: sample(1).raw });
    await expect(createSamples(failing, bench.files).add(again)).rejects.toThrow('The connection broke.');
    expect(bench.stored()).toEqual([]);
    expect(await samples.add(again)).toMatchObject({ duplicate: true, rawPath });
    expect(bench.stored()).toHaveLength(2);
  });

  it('go a few hundred at a time, however many they are', async () => {
    await bench.sql.query(
      `insert into samples (id, label, state, content_hash, raw_path, created_at)
       select lpad(to_hex(n), 32, '0'), case when n > 800 then 'spoof' else 'live' end, 'stored',
         int4send(n), 'live/raw/' || lpad(to_hex(n), 32, '0') || '.jpg', now()
       from generate_series(1, 1200) n`,
    );
    await bench.sql.query("insert into sample_users (user_id, sample_id) select 'ana', id from samples");
    await bench.sql.query("update sample_counts set samples = case label when 'live' then 801 else 400 end");
    await bench.files.write([{ path: `live/raw/${'4b0'.padStart(32, '0')}.jpg`, bytes: Buffer.from('x') }]);
    const statements: number[] = [];
    const counting: Sql = {
      ...bench.sql,
      transaction: (work, options) =>
        bench.sql.transaction((queries) => {
          const at = statements.push(0) - 1;
          return work({
            query: (text, params) => {
              statements[at]!++;
              return queries.query(text, params);
            },
          });
        }, options),
    };
    expect(await createSamples(counting, bench.files).eraseUser('ana')).toBe(1200);
    expect(statements).toHaveLength(3);
    expect(Math.max(...statements)).toBeLessThanOrEqual(5);
    expect(bench.stored()).toEqual([]);
    expect((await createSamples(bench.sql, bench.files).stats(1)).counts).toEqual({ live: 1, spoof: 0 });
    expect(await bench.sql.query('select 1 from samples limit 1')).toEqual([]);
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeOnDatabases } from '../../../test/support/databases.ts';
import { later, now, sample, useSampleBench } from '../../../test/support/samples.ts';
import { createSamples } from './samples.ts';

describeOnDatabases('samples that were left half done', (open) => {
  const bench = useSampleBench(open);

  it('do not stay where they cannot be written', async () => {
    const blocked = createSamples(bench.sql, {
      ...bench.files,
      write: async () => {
        throw new Error('The disk is full.');
      },
    });
    await expect(blocked.add(sample(1))).rejects.toThrow('The disk is full.');
    expect(await bench.sql.query('select * from samples')).toEqual([]);
    expect(await createSamples(bench.sql, bench.files).add(sample(1))).toMatchObject({ duplicate: false });
  });

  it('of a server that died are completed where their files are whole, else undone', async () => {
    const samples = createSamples(bench.sql, bench.files);
    await bench.enterAsDead(sample(1));
    await bench.enterAsDead(sample(2));
    const [raw, face] = ['live/raw', 'live/faces'].map((kind) => `${kind}/${'2'.padStart(32, '0')}`);
    await bench.files.write([
      { path: `${raw}.png`, bytes: Buffer.from('raw') },
      { path: `${face}.jpg`, bytes: Buffer.from('face') },
    ]);
    await bench.enterAsDead(sample(3));
    await bench.files.write([{ path: `live/raw/${'3'.padStart(32, '0')}.png`, bytes: Buffer.from('raw') }]);
    writeFileSync(join(bench.folder, '.incoming', `faces-${'3'.padStart(32, '0')}.jpg`), 'hal');
    await samples.recover(later, 'start');
    expect(bench.stored()).toEqual([`${face}.jpg`, `${raw}.png`]);
    expect((await samples.stats(5)).counts.live).toBe(1);
    expect(await bench.sql.query('select state from samples')).toEqual([{ state: 'stored' }]);
    expect(await samples.recover(later, 'start')).toBe(0);
  });

  it('of a server that died while it erased them are erased to the end', async () => {
    const samples = createSamples(bench.sql, bench.files);
    await samples.add(sample(1, { userId: 'ana' }));
    const dying = createSamples(bench.sql, {
      ...bench.files,
      remove: async () => {
        throw new Error('Killed.');
      },
    });
    await expect(dying.eraseUser('ana')).rejects.toThrow('Killed.');
    expect((await samples.stats(5)).counts.live).toBe(0);
    await samples.recover(later, 'start');
    expect(bench.stored()).toEqual([]);
    expect(await bench.sql.query('select * from samples')).toEqual([]);
  });

  it('of a server that died keep nobody from sending the same picture', async () => {
    const samples = createSamples(bench.sql, bench.files);
    await bench.enterAsDead(sample(1));
    const again = sample(2, { raw: sample(1).raw, createdAt: later });
    expect(await samples.add(again)).toMatchObject({ duplicate: false });
  });

  it('keep no server from starting where a file is in the place of their folder', async () => {
    const samples = createSamples(bench.sql, bench.files);
    await bench.enterAsDead(sample(1));
    await bench.enterAsDead(sample(2, { label: 'spoof' }));
    writeFileSync(join(bench.folder, 'live'), '');
    await samples.recover(later, 'start');
    expect(await bench.sql.query('select label from samples')).toEqual([{ label: 'live' }]);
    await expect(samples.recover(later, 'running')).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('are left to whoever writes them on a database that others share', async () => {
    await bench.enterAsDead(sample(1));
    const soon = new Date(now.getTime() + 60_000);
    expect(await createSamples({ ...bench.sql, kind: 'postgres' }, bench.files).recover(soon, 'start')).toBe(
      0,
    );
    expect(await createSamples({ ...bench.sql, kind: 'postgres' }, bench.files).recover(later, 'start')).toBe(
      1,
    );
  });

  it('are found while a server runs, too, but not those that it may be writing', async () => {
    const samples = createSamples(bench.sql, bench.files);
    await bench.enterAsDead(sample(1));
    expect(await samples.recover(new Date(now.getTime() + 60_000), 'running')).toBe(0);
    expect(await samples.recover(later, 'running')).toBe(1);
    expect(await bench.sql.query('select * from samples')).toEqual([]);
  });

  it('are waited for by whoever sends the same picture, for ten seconds', async () => {
    await bench.enterAsDead(sample(1));
    let time = 0;
    const clock = {
      now: () => time,
      pause: async (milliseconds: number) => {
        time += milliseconds;
      },
    };
    const samples = createSamples(bench.sql, bench.files, clock);
    await expect(samples.add(sample(2, { raw: sample(1).raw }))).rejects.toMatchObject({ code: 'busy' });
    expect(time).toBeGreaterThanOrEqual(10_000);
    expect(time).toBeLessThan(11_000);
  });
});

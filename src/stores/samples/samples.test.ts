import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { describeOnDatabases } from '../../../test/support/databases.ts';
import { sample, useSampleBench } from '../../../test/support/samples.ts';
import { createSamples, newestQuery } from './samples.ts';

describeOnDatabases('samples', (open) => {
  const bench = useSampleBench(open);

  it('lie where seed 004 has them, for their owner alone', async () => {
    const samples = createSamples(bench.sql, bench.files);
    const one = await samples.add(sample(1, { label: 'spoof' }));
    const id = '1'.padStart(32, '0');
    expect(one).toEqual({
      id,
      duplicate: false,
      label: 'spoof',
      rawPath: join(bench.folder, `spoof/raw/${id}.png`),
      facePath: join(bench.folder, `spoof/faces/${id}.jpg`),
    });
    expect(readFileSync(one.rawPath, 'utf8')).toBe('raw 1');
    expect(readFileSync(one.facePath!, 'utf8')).toBe('face 1');
    expect(bench.stored()).toEqual([`spoof/faces/${id}.jpg`, `spoof/raw/${id}.png`]);
    for (const path of [one.rawPath, one.facePath!]) {
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    }
  });

  it('may show no face', async () => {
    const samples = createSamples(bench.sql, bench.files);
    expect(await samples.add(sample(1, { face: null }))).toMatchObject({ facePath: null });
    expect(bench.stored()).toHaveLength(1);
  });

  it('are counted, and the newest are told, the newest first', async () => {
    const samples = createSamples(bench.sql, bench.files);
    for (const number of [3, 1, 2]) await samples.add(sample(number));
    await samples.add(sample(4, { label: 'spoof' }));
    const { counts, newest } = await samples.stats(2);
    expect(counts).toEqual({ live: 3, spoof: 1 });
    expect(newest.live.map((path) => path.slice(-7))).toEqual(['003.png', '002.png']);
    expect(newest.spoof).toHaveLength(1);
  });

  it('are stored once, however often and by whomever they are sent', async () => {
    const samples = createSamples(bench.sql, bench.files);
    const raw = Buffer.from('the same bytes');
    const first = await samples.add(sample(1, { raw }));
    const again = await samples.add(sample(2, { raw }));
    expect(again).toEqual({ ...first, duplicate: true });
    expect((await samples.stats(5)).counts).toEqual({ live: 1, spoof: 0 });
    expect(bench.stored()).toHaveLength(2);
  });

  it('are stored once where many come at the same moment', async () => {
    const samples = createSamples(bench.sql, bench.files);
    const raw = Buffer.from('all at once');
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, number) => samples.add(sample(number + 1, { raw }))),
    );
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(new Set(answers.map(({ rawPath }) => rawPath)).size).toBe(1);
    expect(bench.stored()).toHaveLength(2);
    expect((await samples.stats(5)).counts.live).toBe(1);
  });

  it('are refused under the other label', async () => {
    const samples = createSamples(bench.sql, bench.files);
    const raw = Buffer.from('which is it');
    await samples.add(sample(1, { raw }));
    await expect(samples.add(sample(2, { raw, label: 'spoof', userId: 'ana' }))).rejects.toMatchObject({
      code: 'sample_labelled_otherwise',
    });
    expect((await samples.stats(5)).counts).toEqual({ live: 1, spoof: 0 });
    expect(await samples.eraseUser('ana')).toBe(0);
  });

  it('come back where somebody has removed the file by hand', async () => {
    const samples = createSamples(bench.sql, bench.files);
    const { rawPath } = await samples.add(sample(1));
    unlinkSync(rawPath);
    const again = await samples.add(sample(2, { raw: Buffer.from('raw 1') }));
    expect(again).toMatchObject({ duplicate: true, rawPath });
    expect(readFileSync(rawPath, 'utf8')).toBe('raw 1');
  });

  it('are written to no folder that a symbolic link leads to', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'bonafide-elsewhere-'));
    mkdirSync(join(bench.folder, 'live'));
    symlinkSync(elsewhere, join(bench.folder, 'live', 'raw'));
    await expect(createSamples(bench.sql, bench.files).add(sample(1))).rejects.toMatchObject({
      code: 'store_unavailable',
      cause: expect.stringMatching(/not a folder/),
    });
    expect(readdirSync(elsewhere)).toEqual([]);
    expect((await createSamples(bench.sql, bench.files).stats(1)).counts.live).toBe(0);
    rmSync(elsewhere, { recursive: true });
  });

  it('are counted and listed by an index, without a scan, at 100,000 records', async () => {
    await bench.sql.query(
      `insert into samples (id, label, state, content_hash, raw_path, created_at)
       select lpad(to_hex(n), 32, '0'), case when n > 30000 then 'spoof' else 'live' end, 'stored',
         int4send(n), 'live/raw/' || lpad(to_hex(n), 32, '0') || '.jpg', now() + n * interval '1 second'
       from generate_series(1, 100000) n`,
    );
    await bench.sql.query('analyze samples');
    const plan = await bench.sql.query<{ 'QUERY PLAN': string }>(
      `explain (analyze, costs off) ${newestQuery}`,
      ['live', 5],
    );
    const lines = plan.map((row) => row['QUERY PLAN']).join('\n');
    // Five rows of the index are read, however many there are, and none in vain: the newest 70,000 are spoofs.
    expect(lines).toMatch(/Index Scan using samples_newest.*rows=5(\.00)? loops=1/);
    expect(lines).not.toMatch(/Seq Scan|Sort|Rows Removed/);
    const counts = await bench.sql.query<{ 'QUERY PLAN': string }>(
      'explain (costs off) select label, samples from sample_counts',
    );
    expect(counts.map((row) => row['QUERY PLAN'])).toEqual(['Seq Scan on sample_counts']);
    const { newest } = await createSamples(bench.sql, bench.files).stats(5);
    expect(newest.live[0]).toContain('07530.jpg');
  });
});

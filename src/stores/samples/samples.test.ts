import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnDatabases } from '../../../test/support/databases.ts';
import { migrate } from '../database/migrate.ts';
import type { Sql } from '../database/sql.ts';
import type { NewSample } from '../ports.ts';
import { createSampleFiles, type SampleFiles } from './sample-files.ts';
import { createSamples, newestQuery } from './samples.ts';

const now = new Date('2026-03-01T12:00:00Z');
const later = new Date('2026-03-01T13:00:00Z');

/** A sample whose bytes are those of a text: none of this looks at pictures. */
function sample(number: number, changes: Partial<NewSample> = {}): NewSample {
  return {
    id: number.toString(16).padStart(32, '0'),
    label: 'live',
    userId: null,
    raw: Buffer.from(`raw ${number}`),
    extension: 'png',
    face: Buffer.from(`face ${number}`),
    createdAt: now,
    ...changes,
  };
}

describeOnDatabases('samples', (open) => {
  let sql: Sql;
  let folder: string;
  let files: SampleFiles;

  beforeAll(async () => {
    sql = await open();
    await migrate(sql);
  });
  afterAll(() => sql.close());

  beforeEach(async () => {
    await sql.query('delete from samples');
    await sql.query('update sample_counts set samples = 0');
    folder = mkdtempSync(join(tmpdir(), 'bonafide-samples-'));
    files = createSampleFiles(folder);
    return () => rmSync(folder, { recursive: true, force: true });
  });

  /** Every file in the data set's folder. */
  const stored = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
      .sort();

  /** Enters a row as a server does that dies before it has written a file. */
  const enterAsDead = (one: NewSample) =>
    sql.query(
      `insert into samples (id, label, state, content_hash, raw_path, face_path, created_at)
       values ($1, $2, 'pending', $3, $4, $5, $6)`,
      [
        one.id,
        one.label,
        createHash('sha256').update(one.raw).digest(),
        `${one.label}/raw/${one.id}.${one.extension}`,
        `${one.label}/faces/${one.id}.jpg`,
        one.createdAt,
      ],
    );

  it('lie where seed 004 has them, for their owner alone', async () => {
    const samples = createSamples(sql, files);
    const one = await samples.add(sample(1, { label: 'spoof' }));
    const id = '1'.padStart(32, '0');
    expect(one).toEqual({
      duplicate: false,
      label: 'spoof',
      rawPath: join(folder, `spoof/raw/${id}.png`),
      facePath: join(folder, `spoof/faces/${id}.jpg`),
    });
    expect(readFileSync(one.rawPath, 'utf8')).toBe('raw 1');
    expect(readFileSync(one.facePath!, 'utf8')).toBe('face 1');
    expect(stored()).toEqual([`spoof/faces/${id}.jpg`, `spoof/raw/${id}.png`]);
    for (const path of [one.rawPath, one.facePath!]) {
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    }
  });

  it('may show no face', async () => {
    const samples = createSamples(sql, files);
    expect(await samples.add(sample(1, { face: null }))).toMatchObject({ facePath: null });
    expect(stored()).toHaveLength(1);
  });

  it('are counted, and the newest are told, the newest first', async () => {
    const samples = createSamples(sql, files);
    for (const number of [3, 1, 2]) await samples.add(sample(number));
    await samples.add(sample(4, { label: 'spoof' }));
    const { counts, newest } = await samples.stats(2);
    expect(counts).toEqual({ live: 3, spoof: 1 });
    expect(newest.live.map((path) => path.slice(-7))).toEqual(['003.png', '002.png']);
    expect(newest.spoof).toHaveLength(1);
  });

  it('are stored once, however often and by whomever they are sent', async () => {
    const samples = createSamples(sql, files);
    const raw = Buffer.from('the same bytes');
    const first = await samples.add(sample(1, { raw }));
    const again = await samples.add(sample(2, { raw }));
    expect(again).toEqual({ ...first, duplicate: true });
    expect((await samples.stats(5)).counts).toEqual({ live: 1, spoof: 0 });
    expect(stored()).toHaveLength(2);
  });

  it('are stored once where many come at the same moment', async () => {
    const samples = createSamples(sql, files);
    const raw = Buffer.from('all at once');
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, number) => samples.add(sample(number + 1, { raw }))),
    );
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(new Set(answers.map(({ rawPath }) => rawPath)).size).toBe(1);
    expect(stored()).toHaveLength(2);
    expect((await samples.stats(5)).counts.live).toBe(1);
  });

  it('are refused under the other label', async () => {
    const samples = createSamples(sql, files);
    const raw = Buffer.from('which is it');
    await samples.add(sample(1, { raw }));
    await expect(samples.add(sample(2, { raw, label: 'spoof', userId: 'ana' }))).rejects.toMatchObject({
      code: 'sample_labelled_otherwise',
    });
    expect((await samples.stats(5)).counts).toEqual({ live: 1, spoof: 0 });
    expect(await samples.eraseUser('ana')).toBe(0);
  });

  it('come back where somebody has removed the file by hand', async () => {
    const samples = createSamples(sql, files);
    const { rawPath } = await samples.add(sample(1));
    unlinkSync(rawPath);
    const again = await samples.add(sample(2, { raw: Buffer.from('raw 1') }));
    expect(again).toMatchObject({ duplicate: true, rawPath });
    expect(readFileSync(rawPath, 'utf8')).toBe('raw 1');
  });

  it('go with the user they are of, and with each where two were named', async () => {
    const samples = createSamples(sql, files);
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
    expect(stored()).toHaveLength(2);
    expect(await sql.query('select * from sample_users')).toEqual([
      { user_id: 'caio', sample_id: expect.any(String) },
    ]);
  });

  it('do not stay where they cannot be written', async () => {
    const blocked = createSamples(sql, {
      ...files,
      write: async () => {
        throw new Error('The disk is full.');
      },
    });
    await expect(blocked.add(sample(1))).rejects.toThrow('The disk is full.');
    expect(await sql.query('select * from samples')).toEqual([]);
    expect(await createSamples(sql, files).add(sample(1))).toMatchObject({ duplicate: false });
  });

  it('are not counted where they were erased while they were written', async () => {
    const samples = createSamples(sql, {
      ...files,
      write: async (parts) => {
        await files.write(parts);
        await createSamples(sql, files).eraseUser('ana');
      },
    });
    await expect(samples.add(sample(1, { userId: 'ana' }))).rejects.toMatchObject({ code: 'busy' });
    expect(stored()).toEqual([]);
    expect((await samples.stats(5)).counts.live).toBe(0);
  });

  it('of a server that died are completed where their files are whole, else undone', async () => {
    const samples = createSamples(sql, files);
    await enterAsDead(sample(1));
    await enterAsDead(sample(2));
    const [raw, face] = ['live/raw', 'live/faces'].map((kind) => `${kind}/${'2'.padStart(32, '0')}`);
    await files.write([
      { path: `${raw}.png`, bytes: Buffer.from('raw') },
      { path: `${face}.jpg`, bytes: Buffer.from('face') },
    ]);
    await enterAsDead(sample(3));
    await files.write([{ path: `live/raw/${'3'.padStart(32, '0')}.png`, bytes: Buffer.from('raw') }]);
    writeFileSync(join(folder, '.incoming', `faces-${'3'.padStart(32, '0')}.jpg`), 'hal');
    await samples.recover(later);
    expect(stored()).toEqual([`${face}.jpg`, `${raw}.png`]);
    expect((await samples.stats(5)).counts.live).toBe(1);
    expect(await sql.query('select state from samples')).toEqual([{ state: 'stored' }]);
    expect(await samples.recover(later)).toBe(0);
  });

  it('of a server that died while it erased them are erased to the end', async () => {
    const samples = createSamples(sql, files);
    await samples.add(sample(1, { userId: 'ana' }));
    const dying = createSamples(sql, {
      ...files,
      remove: async () => {
        throw new Error('Killed.');
      },
    });
    await expect(dying.eraseUser('ana')).rejects.toThrow('Killed.');
    expect((await samples.stats(5)).counts.live).toBe(0);
    await samples.recover(later);
    expect(stored()).toEqual([]);
    expect(await sql.query('select * from samples')).toEqual([]);
  });

  it('of a server that died keep nobody from sending the same picture', async () => {
    const samples = createSamples(sql, files);
    await enterAsDead(sample(1));
    const again = sample(2, { raw: sample(1).raw, createdAt: later });
    expect(await samples.add(again)).toMatchObject({ duplicate: false });
  });

  it('are left to whoever writes them on a database that others share', async () => {
    await enterAsDead(sample(1));
    const soon = new Date(now.getTime() + 60_000);
    expect(await createSamples({ ...sql, kind: 'postgres' }, files).recover(soon)).toBe(0);
    expect(await createSamples({ ...sql, kind: 'postgres' }, files).recover(later)).toBe(1);
  });

  it('are written to no folder that a symbolic link leads to', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'bonafide-elsewhere-'));
    mkdirSync(join(folder, 'live'));
    symlinkSync(elsewhere, join(folder, 'live', 'raw'));
    await expect(createSamples(sql, files).add(sample(1))).rejects.toThrow(/not a folder/);
    expect(readdirSync(elsewhere)).toEqual([]);
    expect((await createSamples(sql, files).stats(1)).counts.live).toBe(0);
    rmSync(elsewhere, { recursive: true });
  });

  it('are counted and listed by an index, without a scan, at 100,000 records', async () => {
    await sql.query(
      `insert into samples (id, label, state, content_hash, raw_path, created_at)
       select lpad(to_hex(n), 32, '0'), case when n > 30000 then 'spoof' else 'live' end, 'stored',
         int4send(n), 'live/raw/' || lpad(to_hex(n), 32, '0') || '.jpg', now() + n * interval '1 second'
       from generate_series(1, 100000) n`,
    );
    await sql.query('analyze samples');
    const plan = await sql.query<{ 'QUERY PLAN': string }>(`explain (analyze, costs off) ${newestQuery}`, [
      'live',
      5,
    ]);
    const lines = plan.map((row) => row['QUERY PLAN']).join('\n');
    // Five rows of the index are read, however many there are, and none in vain: the newest 70,000 are spoofs.
    expect(lines).toMatch(/Index Scan using samples_newest.*rows=5(\.00)? loops=1/);
    expect(lines).not.toMatch(/Seq Scan|Sort|Rows Removed/);
    const counts = await sql.query<{ 'QUERY PLAN': string }>(
      'explain (costs off) select label, samples from sample_counts',
    );
    expect(counts.map((row) => row['QUERY PLAN'])).toEqual(['Seq Scan on sample_counts']);
    const { newest } = await createSamples(sql, files).stats(5);
    expect(newest.live[0]).toContain('07530.jpg');
  });
});

it('touches no path that is not of a sample', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bonafide-samples-'));
  const files = createSampleFiles(join(folder, 'train'));
  const outside = join(folder, 'precious');
  writeFileSync(outside, 'kept');
  for (const path of ['../precious', 'live/raw/../../../precious', '/etc/passwd', 'live/raw/x.jpg', '']) {
    await expect(files.remove([path]), path).rejects.toThrow(/not the path of a sample/);
    await expect(files.write([{ path, bytes: Buffer.from('x') }]), path).rejects.toThrow();
  }
  expect(readFileSync(outside, 'utf8')).toBe('kept');
  expect(existsSync(join(folder, 'train', 'live'))).toBe(false);
  rmSync(folder, { recursive: true });
});

it('works in a folder that is itself a symbolic link', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bonafide-samples-'));
  mkdirSync(join(folder, 'disk'));
  symlinkSync(join(folder, 'disk'), join(folder, 'train'));
  chmodSync(join(folder, 'disk'), 0o750);
  const files = createSampleFiles(join(folder, 'train'));
  const path = `live/raw/${'a'.repeat(32)}.jpg`;
  await files.write([{ path, bytes: Buffer.from('x') }]);
  expect(lstatSync(join(folder, 'disk', path)).isFile()).toBe(true);
  // An operator's own folder keeps the mode they gave it.
  expect(statSync(join(folder, 'disk')).mode & 0o777).toBe(0o750);
  rmSync(folder, { recursive: true });
});

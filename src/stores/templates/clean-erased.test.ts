import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openTestMemory } from '../../../test/support/databases.ts';
import { testTemplates } from '../../../test/support/stores.ts';
import { testSpace, testTemplate } from '../../../test/support/templates.ts';
import { openPglite } from '../database/pglite.ts';
import { openStores } from '../open-stores.ts';
import { cleanErased } from './clean-erased.ts';
import { secretRotation } from './secret-rotation.ts';

const now = new Date('2026-06-01T12:00:00Z');

/** Which files of a folder hold these bytes. */
function filesWith(folder: string, bytes: Buffer): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name);
    return statSync(path).isFile() && readFileSync(path).includes(bytes);
  });
}

it('leaves nothing of who is erased in the folder of the embedded database', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bonafide-erased-'));
  const options = { ...testTemplates() };
  const sql = await openPglite(folder);
  onTestFinished(async () => {
    await sql.close();
    rmSync(folder, { recursive: true });
  });
  const { enrolments, samples } = await openStores(sql, { trainDir: join(folder, 'train') }, options);
  const userId = 'somebody-who-leaves-4711';
  const template = testTemplate(userId, { consent: 'consent-of-somebody-0815' });
  const turned = secretRotation(options.keys([]).current.rotation, 128)(template.vector);
  await enrolments.put(testTemplate('stays'), now);
  await enrolments.put(template, now);
  await enrolments.put(template, now);
  const raw = Buffer.from('picture-of-somebody-2342');
  const sample = {
    id: '5a'.repeat(16),
    label: 'live',
    userId,
    extension: 'png',
    face: raw,
    createdAt: now,
  } as const;
  await samples.add({ ...sample, raw });
  await enrolments.nearest({ ...testSpace, vector: template.vector }, 1, now);
  const [row] = await sql.query('select sealed from templates where user_id = $1', [userId]);
  await sql.query('analyze');
  await sql.query('checkpoint');

  // Some of the bytes: a vector may lie across two pages of the log.
  const vectorBytes = (vector: Float32Array) => Buffer.from(vector.buffer).subarray(0, 16);
  const traces = {
    plain: vectorBytes(template.vector),
    turned: vectorBytes(turned),
    sealed: Buffer.from(row!.sealed as Uint8Array).subarray(12, 28),
    userId: Buffer.from(userId),
    consent: Buffer.from('consent-of-somebody-0815'),
    picture: raw,
    pictureHash: createHash('sha256').update(raw).digest(),
  };
  const found = (trace: keyof typeof traces) => filesWith(folder, traces[trace]);
  expect(found('plain')).toEqual([]);
  for (const trace of ['turned', 'sealed', 'userId', 'consent', 'picture', 'pictureHash'] as const)
    expect(found(trace), trace).not.toEqual([]);

  expect(await samples.eraseUser(userId)).toBe(1);
  await enrolments.erase(userId, { id: 'receipt', at: now, others: {} });
  await enrolments.clean();
  for (const trace of Object.keys(traces) as (keyof typeof traces)[]) expect(found(trace), trace).toEqual([]);
  expect(await enrolments.get('stays', testSpace, now)).toBeDefined();
  expect(filesWith(folder, Buffer.from('stays'))).not.toEqual([]);
});

it.each(['vacuum', 'set wal_recycle', 'select pg_switch_wal', 'checkpoint'])(
  'is not done, and is done again, where the database fails at: %s',
  async (failing) => {
    const sql = await openTestMemory();
    onTestFinished(() => sql.close());
    const { enrolments } = await openStores(sql, { trainDir: '/nowhere' }, testTemplates());
    await enrolments.put(testTemplate('leaver'), now);
    await enrolments.erase('leaver', { id: 'receipt', at: now, others: {} });
    const statements: string[] = [];
    const failure = new Error('of the disk');
    const failingOnce = {
      ...sql,
      query: (async (text, params) => {
        statements.push(text);
        if (text.startsWith(failing)) throw failure;
        return sql.query(text, params);
      }) as typeof sql.query,
    };
    await expect(cleanErased(failingOnce)).rejects.toBe(failure);
    await expect(cleanErased(failingOnce)).rejects.toBe(failure);
    await cleanErased(sql);
    statements.length = 0;
    await cleanErased(failingOnce);
    expect(statements).toHaveLength(1);
  },
);

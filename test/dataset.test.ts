import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInlinePerception } from '../src/perception/inline.ts';
import { filesIn, pattern, datasetStats as stats, uploadSample as upload } from './support/dataset.ts';
import { documentExamples, pathWithJq, runExample } from './support/document-examples.ts';
import { engineOptions, strongNets } from './support/engine.ts';
import { encodeJpeg, loadSampleFaces, photographPath } from './support/faces.ts';
import { type Server, startServer } from './support/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'bonafide-dataset-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the data set', () => {
  const trainDir = join(folder, 'train');
  let server: Server;
  let face: Buffer;

  beforeAll(async () => {
    server = await startServer({ TRAIN_DIR: trainDir });
    const perception = await createInlinePerception(engineOptions());
    const [sample] = await loadSampleFaces(perception);
    face = await encodeJpeg(sample!.image);
    await perception.close();
  });
  afterAll(() => void server?.process.kill('SIGKILL'));

  it('is empty at first', async () => {
    expect(await stats(server.url)).toEqual({
      total: 0,
      live: 0,
      spoof: 0,
      samples: { live: [], spoof: [] },
    });
    // A server that collects nothing makes no folder.
    expect(existsSync(trainDir)).toBe(false);
  });

  it('takes what the seed uploads, and answers as it does', async () => {
    const { status, body } = await upload(server.url, face, {
      query: '?label=spoof&detector_backend=opencv&threshold=0.5',
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      label: 'spoof',
      duplicate: false,
      paths: {
        raw: expect.stringMatching(/\/spoof\/raw\/[0-9a-f]{32}\.jpg$/),
        face: expect.stringMatching(/\/spoof\/faces\/[0-9a-f]{32}\.jpg$/),
      },
      face: {
        is_live: expect.any(Boolean),
        score: expect.any(Number),
        threshold: expect.any(Number),
        bbox: { x: expect.any(Number), y: expect.any(Number), w: expect.any(Number), h: expect.any(Number) },
        score_source: 'heuristic',
      },
    });
    expect(body.paths.raw.startsWith(resolve(trainDir))).toBe(true);
    expect(readFileSync(body.paths.raw).equals(face)).toBe(true);
    const crop = await sharp(readFileSync(body.paths.face)).metadata();
    expect(crop.format).toBe('jpeg');
    expect(crop.exif).toBeUndefined();
    expect(crop.width).toBeGreaterThanOrEqual(body.face.bbox.w);
    for (const path of [body.paths.raw, body.paths.face]) expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await stats(server.url)).toEqual({
      total: 1,
      live: 0,
      spoof: 1,
      samples: { live: [], spoof: [body.paths.raw] },
    });
  });

  it('knows the same bytes again, and refuses them under the other label', async () => {
    const again = await upload(server.url, face, { label: 'spoof' });
    expect(again.body).toMatchObject({ success: true, duplicate: true, label: 'spoof' });
    const other = await upload(server.url, face, { label: 'live' });
    expect(other.status).toBe(409);
    expect(other.body).toMatchObject({
      code: 'sample_labelled_otherwise',
      title: 'Esta imagem já está armazenada com o outro rótulo.',
    });
    expect((await stats(server.url)).total).toBe(1);
  });

  it('takes parameters in the form, and pictures as text, without a face too', async () => {
    const form = await upload(server.url, await pattern(1), {
      query: '',
      fields: { label: 'live', user_id: '' },
    });
    expect(form.body).toMatchObject({ success: true, label: 'live', face: null, paths: { face: null } });
    const response = await fetch(`${server.url}/v1/dataset/upload`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        label: 'live',
        user_id: 7,
        image_base64: `data:image/png;base64,${(await pattern(2)).toString('base64')}`,
      }),
    });
    expect(response.status).toBe(200);
    expect((await stats(server.url)).live).toBe(2);
  });

  const names = [
    '../../x',
    '../../../../etc/cron.d/x',
    '..\\..\\x.png',
    'a\0b.png',
    '😀.php',
    'x'.repeat(3000),
  ];
  it.each(names.map((filename, at) => [filename.slice(0, 30), filename, 100 + at] as const))(
    'never uses the name %j of a client',
    async (_, filename, number) => {
      const before = filesIn(folder);
      const { status, body } = await upload(server.url, await pattern(number), { filename });
      // Some names are no valid multipart at all.
      if (status !== 200) return expect(status).toBe(400);
      const added = filesIn(folder).filter((path) => !before.includes(path) && !path.startsWith('data'));
      expect(added).toEqual([expect.stringMatching(/^train\/live\/raw\/[0-9a-f]{32}\.png$/)]);
      expect(body.paths.raw).toBe(join(folder, added[0]!));
    },
  );

  it.each([
    ['no label', { query: '' }],
    ['another label', { query: '?label=../live' }],
    ['two labels', { query: '?label=live&label=spoof' }],
    ['labels that differ', { query: '?label=live', fields: { label: 'spoof' } }],
    ['a threshold that is none', { query: '?label=live&threshold=high' }],
    ['a user id with a NUL', { query: '?label=live&user_id=a%00b' }],
    ['a user id of 10 kB', { query: `?label=live&user_id=${'x'.repeat(10_000)}` }],
  ])('stores nothing for %s', async (_, how) => {
    const before = filesIn(trainDir);
    const { status, body } = await upload(server.url, await pattern(50), how);
    expect(status).toBe(400);
    expect(body.code).toBe('invalid_request');
    expect(filesIn(trainDir)).toEqual(before);
  });

  it('stores nothing that cannot be decoded', async () => {
    const before = filesIn(trainDir);
    for (const bytes of [
      Buffer.from('no picture'),
      face.subarray(0, face.length / 2),
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      Buffer.alloc(0),
    ]) {
      const { status } = await upload(server.url, bytes);
      expect([400, 415]).toContain(status);
    }
    expect(filesIn(trainDir)).toEqual(before);
  });

  it.each(["a/b/../c'; drop table samples; --", '😀 Ana', '%2e%2e'])(
    'is erased with user %j',
    async (userId) => {
      const { body } = await upload(server.url, await pattern(userId.length + 300), {
        query: `?label=live&user_id=${encodeURIComponent(userId)}`,
      });
      const before = await stats(server.url);
      const response = await fetch(`${server.url}/v1/users/${encodeURIComponent(userId)}`, {
        method: 'DELETE',
      });
      expect(await response.json()).toMatchObject({ receipt: { erased: { samples: 1 } } });
      expect(existsSync(body.paths.raw)).toBe(false);
      expect((await stats(server.url)).total).toBe(before.total - 1);
    },
  );
});

describe('docs/contracts/dataset.md', () => {
  it("has the seed's own commands", () => {
    const commands = documentExamples('dataset').filter(({ language }) => language === 'sh');
    expect(commands.map(({ text }) => text)).toEqual([
      `# LIVE
curl -s -X POST "$BASE/v1/dataset/upload?label=live&detector_backend=opencv&threshold=0.5" \\
  -F "image=@$HOME/foto_real.png;type=image/png" | jq
`,
      `# SPOOF
curl -s -X POST "$BASE/v1/dataset/upload?label=spoof&detector_backend=opencv&threshold=0.5" \\
  -F "image=@$HOME/foto2.png;type=image/png" | jq
`,
      'curl -s "$BASE/v1/dataset/stats" | jq\n',
    ]);
  });

  it('has examples that run as they are, and answers as they say', async () => {
    const nets = { ANTISPOOF_NETS: strongNets.join() };
    const server = await startServer({ TRAIN_DIR: join(folder, 'documented'), ...nets });
    writeFileSync(join(folder, 'foto_real.png'), readFileSync(photographPath('sample1.jpg')));
    writeFileSync(join(folder, 'foto2.png'), readFileSync(photographPath('sample3.jpg')));
    const examples = documentExamples('dataset');
    const env = { BASE: server.url, HOME: folder, PATH: pathWithJq(folder) };
    const answers: unknown[] = [];
    for (const example of examples.filter(({ language }) => language === 'sh'))
      answers.push(JSON.parse(await runExample(example, env, folder)));
    server.process.kill('SIGKILL');
    const [upload, summary] = examples
      .filter(({ language }) => language === 'json')
      .map(({ text }) => JSON.parse(text));
    expect(answers).toHaveLength(3);
    expect(shapeOf(answers[0])).toEqual(shapeOf(upload));
    expect(shapeOf(answers[1])).toEqual(shapeOf(upload));
    expect(shapeOf(answers[2])).toEqual(shapeOf(summary));
    expect(answers[2]).toMatchObject({ total: 2, live: 1, spoof: 1 });
  });
});

/** Names and kinds of values, without the values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shapeOf(part)]));
}

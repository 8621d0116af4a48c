import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createInlinePerception } from '../src/perception/inline.ts';
import { filesIn } from './support/dataset.ts';
import { engineOptions } from './support/engine.ts';
import { encodeJpeg, loadSampleFaces } from './support/faces.ts';
import { type Server, startServer } from './support/server.ts';

// The console of a real server, over real pictures, and again after that server was killed.

const folder = mkdtempSync(join(tmpdir(), 'bonafide-console-'));
const settings = {
  API_KEY: 'secret',
  CONSOLE_RELABEL: 'true',
  DATA_DIR: join(folder, 'data'),
  TRAIN_DIR: join(folder, 'train'),
};
const headers = { 'x-api-key': 'secret' };

let server: Server;
let faces: readonly Buffer[];
beforeAll(async () => {
  server = await startServer(settings);
  const perception = await createInlinePerception(engineOptions());
  const samples = await loadSampleFaces(perception);
  faces = await Promise.all(samples.slice(0, 2).map(({ image }) => encodeJpeg(image)));
  await perception.close();
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function ask(path: string, init: RequestInit = {}) {
  const answer = await fetch(`${server.url}/console/api/${path}`, {
    ...init,
    headers: { ...headers, ...init.headers },
  });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

async function upload(face: Buffer, label: string): Promise<void> {
  const form = new FormData();
  form.set('image', new Blob([Buffer.from(face)], { type: 'image/jpeg' }), 'face.jpg');
  const url = `${server.url}/v1/dataset/upload?label=${label}&user_id=ana`;
  const answer = await fetch(url, { method: 'POST', headers, body: form });
  expect(answer.status).toBe(200);
}

it('serves its page, and all that the page asks for, to anybody; and data to holders of a key', async () => {
  const page = await fetch(`${server.url}/console`);
  expect(page.status).toBe(200);
  const assets = [...(await page.text()).matchAll(/"(assets\/[^"]+)"/g)].map(([, path]) => path!);
  expect(assets.length).toBeGreaterThan(2);
  for (const path of assets) {
    const answer = await fetch(`${server.url}/${path}`, { headers: { 'accept-encoding': 'gzip' } });
    expect(answer.headers.get('cache-control'), path).toBe('public, max-age=31536000, immutable');
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(100);
  }
  expect((await fetch(`${server.url}/console/api/status`)).status).toBe(401);
});

it('tells what was decided of pictures, also when the server was killed after it', async () => {
  await upload(faces[0]!, 'live');
  await upload(faces[1]!, 'spoof');
  // The same bytes once more are no second judgement.
  await upload(faces[1]!, 'spoof');
  await expect.poll(async () => (await ask('decisions')).body.decisions.length, { timeout: 30_000 }).toBe(3);
  server.process.kill('SIGKILL');
  server = await startServer(settings);
  const { decisions } = (await ask('decisions?contract=recognition')).body;
  expect(decisions.map((one: { verdict: string }) => one.verdict)).toEqual(['duplicate', 'stored', 'stored']);
  expect(decisions[2]).toMatchObject({ route: 'POST /v1/dataset/upload', sample: { label: 'live' } });
  expect(JSON.stringify(decisions)).not.toContain('ana');
  const [all] = (await ask('rates')).body.labelled;
  expect(all.attacks_called_live.of + all.live_not_called_live.of + all.unanswered.errors).toBe(2);
}, 180_000);

it('lists pictures, shows them to people whom the audit trail names, and moves them', async () => {
  const [live] = (await ask('samples?label=live')).body.samples;
  expect(live).toMatchObject({ label: 'live', format: 'jpg', has_face: true, outcome: expect.any(String) });
  const picture = await fetch(`${server.url}/console/api/samples/${live.id}/raw`, { headers });
  expect(Buffer.from(await picture.arrayBuffer()).equals(faces[0]!)).toBe(true);
  const patch = (label: string) =>
    ask(`samples/${live.id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ label }),
    });
  expect((await patch('spoof')).body).toMatchObject({ id: live.id, label: 'spoof' });
  expect(existsSync(join(folder, 'train', 'spoof', 'raw', `${live.id}.jpg`))).toBe(true);
  expect(filesIn(join(folder, 'train')).filter((path) => path.startsWith('live'))).toEqual([]);
  expect((await ask('status')).body.samples).toEqual({ live: 0, spoof: 2 });
  const { events } = (await ask('events')).body;
  expect(events).toMatchObject([
    { event: 'sample_relabelled', by: 'API_KEY', sample_id: live.id, what: 'spoof' },
    { event: 'sample_viewed', by: 'API_KEY', sample_id: live.id, what: 'raw' },
  ]);
});

it('forgets who was in a picture, and who saw it, with the person', async () => {
  const answer = await fetch(`${server.url}/v1/users/ana`, { method: 'DELETE', headers });
  expect(JSON.parse(await answer.text()).receipt.erased).toMatchObject({ samples: 2, events: 2 });
  expect((await ask('samples?label=spoof')).body.samples).toEqual([]);
  expect((await ask('events')).body.events).toEqual([]);
  // What was decided stays, and is of nobody.
  const [all] = (await ask('rates')).body.labelled;
  expect(all.unanswered.of).toBe(0);
});

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createInlinePerception } from '../src/perception/inline.ts';
import { createPostgresDatabase, describeOnPostgres } from './support/databases.ts';
import { engineOptions } from './support/engine.ts';
import { encodeJpeg, loadSampleFaces } from './support/faces.ts';
import { seededRandom } from './support/random.ts';
import { type Server, startServer } from './support/server.ts';

// Whoever was told that they are enrolled is enrolled, whatever happens to the server in the next moment.

const rounds = 20;

let portrait: Buffer;
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-enrolments-'));
  const perception = await createInlinePerception(engineOptions());
  const [first] = await loadSampleFaces(perception);
  portrait = await encodeJpeg(first!.image);
  await perception.close();
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Without anti-spoof nets, as on a fresh machine, the heuristic must do; the photographs are soft. */
async function start(settings: Readonly<Record<string, string>>): Promise<Server> {
  const server = await startServer({ ALLOW_HEURISTIC_ENROL: 'true', DISABLE_WARMUP: 'true', ...settings });
  onTestFinished(() => void server.process.kill('SIGKILL'));
  return server;
}

async function post({ url }: Server, path: string) {
  const body = new FormData();
  body.append('image', new Blob([Uint8Array.from(portrait)]), 'portrait.jpg');
  const response = await fetch(`${url}${path}`, { method: 'POST', body });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

const enrol = (server: Server, id: string) => post(server, `/v1/register?threshold=0.4&user_id=${id}`);
const verify = (server: Server, id: string) => post(server, `/v1/verify?threshold=0.4&user_id=${id}`);

/**
 * Enrols one after the other until the server is gone; returns who was told that they are enrolled.
 *
 * @param killAfter milliseconds after the first of them, however busy the machine is
 */
async function enrolUntilKilled(server: Server, prefix: string, killAfter: number): Promise<string[]> {
  const acknowledged: string[] = [];
  let killed: Promise<boolean> | undefined;
  for (let number = 0; server.process.exitCode === null && !server.process.killed; number++) {
    const id = `${prefix}-${number}`;
    const answer = await enrol(server, id).catch(() => undefined);
    if (answer?.body.success !== true) continue;
    acknowledged.push(id);
    killed ??= pause(killAfter).then(() => server.process.kill('SIGKILL'));
  }
  await killed;
  if (server.process.exitCode === null && server.process.signalCode === null)
    await once(server.process, 'exit');
  return acknowledged;
}

async function enrolled({ url }: Server): Promise<ReadonlySet<string>> {
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await fetch(`${url}/v1/users?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    const { users, next_cursor: next } = JSON.parse(await page.text());
    ids.push(...users.map((user: { user_id: string }) => user.user_id));
    cursor = next;
  }
  return new Set(ids);
}

it(`the embedded database keeps every enrolment that was acknowledged, killed ${rounds} times`, async () => {
  const random = seededRandom(11);
  const settings = { DATA_DIR: join(folder, 'embedded') };
  const acknowledged: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const server = await start(settings);
    const known = await enrolled(server);
    expect(acknowledged.filter((id) => !known.has(id))).toEqual([]);
    acknowledged.push(...(await enrolUntilKilled(server, `round${round}`, 150 + random() * 500)));
  }
  const server = await start(settings);
  expect(acknowledged.length).toBeGreaterThanOrEqual(rounds);
  for (const id of acknowledged)
    expect([id, (await verify(server, id)).body]).toMatchObject([id, { liveness_ok: true, match: true }]);
}, 900_000);

describeOnPostgres('two servers', () => {
  it('lose nothing that one of them acknowledged before it was killed', async () => {
    const database = await createPostgresDatabase();
    onTestFinished(() => database.drop());
    const TEMPLATE_KEY = randomBytes(32).toString('base64');
    const settings = { DATABASE_URL: database.url, TEMPLATE_KEY };
    const survivor = await start(settings);
    const acknowledged: string[] = [];
    for (let round = 0; round < 3; round++)
      acknowledged.push(...(await enrolUntilKilled(await start(settings), `round${round}`, 700)));
    expect(acknowledged.length).toBeGreaterThan(0);
    for (const id of acknowledged)
      expect([id, (await verify(survivor, id)).body]).toMatchObject([id, { liveness_ok: true, match: true }]);
  }, 300_000);
});

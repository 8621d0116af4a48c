import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeOnPostgres } from './support/databases.ts';
import { encodeJpeg } from './support/faces.ts';
import { type Server, startServer } from './support/server.ts';

async function start(settings: Readonly<Record<string, string>>): Promise<Server> {
  const server = await startServer(settings);
  onTestFinished(() => void server.process.kill('SIGKILL'));
  return server;
}

const json = async (response: Response) => JSON.parse(await response.text());

const database = async ({ url }: Server) => (await json(await fetch(`${url}/health`))).database;

// Making a database takes seconds, and each server makes or opens one.
it('a second server on one folder ends with a sentence, until the first is killed', async () => {
  const DATA_DIR = mkdtempSync(join(tmpdir(), 'bonafide-shared-'));
  onTestFinished(() => rmSync(DATA_DIR, { recursive: true, force: true }));
  const first = await start({ DATA_DIR });
  expect(await database(first)).toEqual({ kind: 'pglite', status: 'ok' });
  await expect(start({ DATA_DIR })).rejects.toThrow(
    /Another process uses the embedded database .* another DATA_DIR/,
  );
  first.process.kill('SIGKILL');
  await once(first.process, 'exit');
  expect(await database(await start({ DATA_DIR }))).toEqual({ kind: 'pglite', status: 'ok' });
}, 180_000);

it('a wrong DATABASE_URL ends the start with a sentence that keeps its password', async () => {
  const starting = start({ DATABASE_URL: 'mysql://user:secret@localhost/faces' });
  await expect(starting).rejects.toThrow(/DATABASE_URL is no address like/);
  await expect(starting).rejects.not.toThrow(/secret/);
});

describeOnPostgres('servers', () => {
  const script = fileURLToPath(new URL('../scripts/throwaway-postgres.sh', import.meta.url));
  const folder = join(tmpdir(), `bonafide-servers-${process.pid}`);
  let DATABASE_URL = '';
  const startPostgres = () => execFileSync(script, ['--start', folder], { encoding: 'utf8' }).trim();
  const stopPostgres = () => execFileSync(script, ['--stop', folder]);

  beforeAll(() => {
    DATABASE_URL = startPostgres();
  });
  afterAll(() => {
    stopPostgres();
    rmSync(folder, { recursive: true, force: true });
  });

  it('start at once, go on with what needs no database while it is away, and use it again', async () => {
    const headers = { 'x-api-key': 'key' };
    const TEMPLATE_KEY = randomBytes(32).toString('base64');
    const servers = await Promise.all(
      [1, 2].map(() => start({ DATABASE_URL, TEMPLATE_KEY, API_KEY: 'key' })),
    );
    for (const server of servers) expect(await database(server)).toEqual({ kind: 'postgres', status: 'ok' });
    const [server] = servers as [Server, Server];

    stopPostgres();
    const health = await fetch(`${server.url}/health`);
    expect([health.status, await json(health)]).toMatchObject([
      200,
      { status: 'ok', database: { kind: 'postgres', status: 'unavailable' } },
    ]);
    const stored = await fetch(`${server.url}/v1/users`, { headers });
    expect([stored.status, stored.headers.get('retry-after')]).toEqual([503, '2']);
    const grey = { width: 320, height: 240, data: new Uint8Array(320 * 240 * 3).fill(128) };
    const looked = await fetch(`${server.url}/liveness`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ image: (await encodeJpeg(grey)).toString('base64') }),
    });
    expect([looked.status, (await json(looked)).code]).toEqual([422, 'no_face']);

    startPostgres();
    expect(await database(server)).toEqual({ kind: 'postgres', status: 'ok' });
    const again = await fetch(`${server.url}/v1/users`, { headers });
    expect(again.status).toBe(200);
    const told = JSON.stringify(server.log());
    expect(told).toContain('the database does not answer');
    expect(told).toContain('the database answers again');
    expect(told).not.toContain(new URL(DATABASE_URL).password);
  });
});

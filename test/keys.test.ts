import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createPostgresDatabase, describeOnPostgres } from './support/databases.ts';
import { type Server, startServer as start } from './support/server.ts';

const tool = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of one test's own, as DATA_DIR. */
function dataFolder(): { DATA_DIR: string } {
  const folder = mkdtempSync(join(tmpdir(), 'bonafide-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { DATA_DIR: folder };
}

/** Runs `bonafide keys …` with these settings. */
function keys(settings: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env.PATH, ...settings } };
    execFile(process.execPath, [tool, 'keys', ...args], options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

async function makeKey(
  settings: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<string> {
  const { code, stdout, stderr } = await keys(settings, 'create', '--label', 'test', ...args);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^bonafide_[0-9a-f]{10}_[0-9a-f]{64}\n$/)]);
  expect(stderr).not.toContain(stdout.trim());
  return stdout.trim();
}

const idOf = (key: string) => key.split('_')[1]!;

async function startServer(settings: Readonly<Record<string, string>>): Promise<Server> {
  const server = await start(settings);
  onTestFinished(() => void server.process.kill('SIGKILL'));
  return server;
}

async function stop(server: Server): Promise<void> {
  const exit = once(server.process, 'exit');
  server.process.kill('SIGTERM');
  await exit;
}

async function openSession(url: string, key: string): Promise<number> {
  return (await fetch(`${url}/session/`, { method: 'POST', headers: { 'x-api-key': key } })).status;
}

// Each run of the command, and each server, opens a database, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

describe('bonafide keys', () => {
  it('makes, lists and ends the keys that the server knows', async () => {
    const settings = dataFolder();
    const terms = ['--contracts', 'kyc, passive', '--require-session', '--session-uses', '2'];
    const key = await makeKey(settings, ...terms, '--rate', '60', '--expires-in', '30');
    const other = await makeKey(settings, '--contracts', 'frames');

    const server = await startServer({ ...settings, HOST: '127.0.0.1' });
    expect(server.log().map(({ msg }) => msg)).not.toContainEqual(expect.stringMatching(/IS OPEN/));
    expect(await openSession(server.url, key)).toBe(200);
    expect(await openSession(server.url, other)).toBe(403);
    expect(await openSession(server.url, '')).toBe(401);
    expect((await fetch(`${server.url}/liveness`, { method: 'POST' })).status).toBe(401);
    const inUse = await keys(settings, 'list');
    expect([inUse.code, inUse.stdout]).toEqual([1, '']);
    expect(inUse.stderr).toMatch(/^bonafide: .+\n$/);
    await stop(server);
    const log = JSON.stringify(server.log());
    expect(log).toContain(idOf(key));
    expect(log).not.toContain(key.split('_')[2]);

    expect(await keys(settings, 'revoke', idOf(key))).toMatchObject({ code: 0, stdout: '' });
    expect((await keys(settings, 'revoke', idOf(key))).code).toBe(1);
    const { stdout } = await keys(settings, 'list');
    const [head, first, second, ...rest] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^ID +LABEL +CONTRACTS +SESSION +RATE +CREATED +EXPIRES +STATE$/);
    expect(first).toMatch(
      new RegExp(`^${idOf(key)} +test +passive,kyc +required, 2 uses +60/min +\\S+Z +\\S+Z +revoked$`),
    );
    expect(second).toMatch(new RegExp(`^${idOf(other)} +test +frames +optional +- +\\S+Z +never +usable$`));
    expect(rest).toEqual([]);
    const again = await startServer({ ...settings, HOST: '127.0.0.1' });
    expect(await openSession(again.url, key)).toBe(401);
  });

  it('opens to the network by default where there is a key, as with API_KEY', async () => {
    const settings = dataFolder();
    await makeKey(settings);
    const server = await startServer(settings);
    expect(server.log().map(({ msg }) => msg)).not.toContainEqual(expect.stringMatching(/IS OPEN/));
    // Another address of this machine than the one a server on loopback listens on.
    expect((await fetch(`http://127.0.0.2:${new URL(server.url).port}/health`)).status).toBe(200);
  });

  it('refuses a wrong command line in a sentence', async () => {
    const { code, stdout, stderr } = await keys(dataFolder(), 'create', '--label', 'my', 'shop');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^bonafide: .*one word too many.*\n$/);
  });

  it('says how keys are made, and where', async () => {
    const { code, stdout } = await keys({}, '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /KEY=\$\(bonafide keys create(.|\n)*DATABASE_URL or DATA_DIR(.|\n)*stop the server first/,
    );
  });
});

describeOnPostgres('keys of servers that share a database', () => {
  it('are known to all of them at once, and so are their sessions and rates', async () => {
    const { url: DATABASE_URL, drop } = await createPostgresDatabase();
    onTestFinished(drop);
    const folders = [dataFolder(), dataFolder()];
    const settings = { DATABASE_URL, TEMPLATE_KEY: '7'.repeat(64), HOST: '127.0.0.1' };
    const servers = [
      await startServer({ ...settings, ...folders[0] }),
      await startServer({ ...settings, ...folders[1] }),
    ];
    const [one, two] = servers.map(({ url }) => url) as [string, string];
    expect((await fetch(`${one}/api/liveness/validate`, { method: 'POST' })).status).not.toBe(401);

    const key = await makeKey(settings, '--require-session', '--session-uses', '1');
    expect(await openSession(one, key)).toBe(200);
    await expect
      .poll(async () => (await fetch(`${two}/liveness`, { method: 'POST' })).status, { timeout: 5_000 })
      .toBe(401);

    const headers = { 'x-api-key': key };
    const { result } = (await (await fetch(`${one}/session/`, { method: 'POST', headers })).json()) as {
      result: { session_token: string };
    };
    const body = new FormData();
    body.set('image', await greyPicture());
    const check = (url: string) =>
      fetch(`${url}/liveness/`, {
        method: 'POST',
        headers: { ...headers, 'x-session-token': result.session_token },
        body,
      }).then(({ status }) => status);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => check(at % 2 ? one : two)));
    // Nobody is on the picture, which is an answer too.
    expect(answers.filter((status) => status === 422)).toHaveLength(1);
    expect(answers.filter((status) => status === 429)).toHaveLength(19);

    const slow = await makeKey(settings, '--rate', '5');
    const rates = await Promise.all(
      Array.from({ length: 20 }, (_, at) => openSession(at % 2 ? one : two, slow)),
    );
    expect(rates.filter((status) => status === 200)).toHaveLength(5);
    expect(rates.filter((status) => status === 429)).toHaveLength(15);

    expect((await keys(settings, 'revoke', idOf(key))).code).toBe(0);
    expect(await openSession(two, key)).toBe(401);
  });
});

async function greyPicture(): Promise<Blob> {
  const { default: sharp } = await import('sharp');
  const image = sharp({ create: { width: 320, height: 240, channels: 3, background: 'grey' } });
  return new Blob([new Uint8Array(await image.jpeg().toBuffer())]);
}

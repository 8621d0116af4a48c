import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createPostgresDatabase, describeOnPostgres } from './support/databases.ts';
import { startServer } from './support/server.ts';
import { ask, makeSession, openStream, readSession } from './support/session-client.ts';

// Native sessions of servers that are killed, and of servers that share a database.

const tool = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

// Each server loads its models, which takes long on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

it('says after a crash of its server that it failed for that, and the audit trail says so, too', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'bonafide-sessions-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const first = await startServer({ DATA_DIR: dataDir });
  const [running, unused] = [await makeSession(first.url), await makeSession(first.url)];
  const stream = openStream(first.url, running);
  await expect.poll(() => stream.messages.length).toBe(1);
  expect(await readSession(first.url, running.id)).toMatchObject({ status: 'running' });
  first.process.kill('SIGKILL');
  expect((await stream.closed)[0]).toBe(1006);
  const second = await startServer({ DATA_DIR: dataDir });
  expect(await readSession(second.url, running.id)).toMatchObject({
    status: 'failed',
    reason: 'server_restarted',
    reasons: [{ code: 'server_restarted', text: 'The server was restarted. Please start again.' }],
    live_probability: null,
    ended_at: expect.any(String),
  });
  expect(await openStream(second.url, running).closed).toEqual([4429, 'session_used_up']);
  // One that had not begun begins as if nothing had been.
  const again = openStream(second.url, unused);
  await expect.poll(again.last).toMatchObject({ type: 'start' });
  again.socket.terminate();
  const gone = once(second.process, 'exit');
  second.process.kill('SIGKILL');
  await gone;

  const env = { PATH: process.env.PATH, DATA_DIR: dataDir };
  const audit = (id: string) => {
    const lines = execFileSync(process.execPath, [tool, 'audit', '--session', id], { env, encoding: 'utf8' });
    return lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  const of = (id: string) => ({ at: expect.any(String), user_id: null, session_id: id, key_id: 'open' });
  expect(audit(running.id)).toEqual([
    { ...of(running.id), event: 'session_opened' },
    { ...of(running.id), event: 'session_ended', status: 'failed', reason: 'server_restarted' },
  ]);
  // What ran when the second one died waits for the next start.
  expect(audit(unused.id)).toEqual([{ ...of(unused.id), event: 'session_opened' }]);
  const nobody = spawnSync(process.execPath, [tool, 'audit', '--session', 'nobody'], {
    env,
    encoding: 'utf8',
  });
  expect(nobody).toMatchObject({ status: 1, stdout: '', stderr: 'Nothing is known of this id.\n' });
});

describeOnPostgres('two servers', () => {
  /** Two servers of one database, of which nothing is left after the test. */
  async function startTwo(settings: Readonly<Record<string, string>>) {
    const database = await createPostgresDatabase();
    onTestFinished(() => database.drop());
    const env = { DATABASE_URL: database.url, ...settings };
    // One after the other: each of them is a heavy start.
    const servers = [await startServer(env), await startServer(env)] as const;
    onTestFinished(() => {
      for (const server of servers) server.process.kill('SIGKILL');
    });
    return servers;
  }

  it('share sessions: made by one, held by the other, read from both, ended by either', async () => {
    const [one, other] = await startTwo({ SESSION_TIMEOUT: '3' });
    const [session, deleted] = [await makeSession(one.url), await makeSession(one.url)];
    const stream = openStream(other.url, session);
    await expect.poll(stream.last).toMatchObject({ type: 'start' });
    expect(await readSession(one.url, session.id)).toMatchObject({ status: 'running' });
    expect(await openStream(one.url, session).closed).toEqual([4409, 'session_in_use']);
    expect(await stream.closed).toEqual([1000, 'session_timeout']);
    const results = await Promise.all([one, other].map(({ url }) => readSession(url, session.id)));
    expect(results[0]).toMatchObject({ status: 'failed', reason: 'session_timeout' });
    expect(results[1]).toEqual(results[0]);
    expect(await openStream(one.url, session).closed).toEqual([4429, 'session_used_up']);
    // Who is deleted at one server takes part at the other to the end, and nothing comes of it.
    const left = openStream(other.url, deleted);
    await expect.poll(left.last).toMatchObject({ type: 'start' });
    expect(await ask(one.url, 'DELETE', `/v2/sessions/${deleted.id}`)).toMatchObject({ status: 204 });
    expect(await left.closed).toEqual([1000, 'cancelled']);
    for (const { url } of [one, other])
      expect(await ask(url, 'GET', `/v2/sessions/${deleted.id}`)).toMatchObject({ status: 404 });
  });

  it('know of each other’s death once a session can run no longer', { timeout: 120_000 }, async () => {
    const [one, other] = await startTwo({ SESSION_TIMEOUT: '1' });
    const session = await makeSession(one.url);
    const stream = openStream(other.url, session);
    await expect.poll(stream.last).toMatchObject({ type: 'start' });
    other.process.kill('SIGKILL');
    expect((await stream.closed)[0]).toBe(1006);
    expect(await readSession(one.url, session.id)).toMatchObject({ status: 'running' });
    await expect
      .poll(() => readSession(one.url, session.id), { timeout: 90_000, interval: 1_000 })
      .toMatchObject({ status: 'failed', reason: 'server_restarted' });
    expect(await openStream(one.url, session).closed).toEqual([4429, 'session_used_up']);
  });
});

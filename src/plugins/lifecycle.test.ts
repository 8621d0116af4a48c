import { get, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { listeningApp, picture, scriptedPerception, testApp } from '../../test/support/app.ts';
import { faceFacts, frameFacts } from '../../test/support/facts.ts';

/** A logger and the lines it has written. */
function recordingLogger() {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { logger, lines, requests: () => lines.filter(({ msg }) => msg === 'request') };
}

const send = (url: string, signal: AbortSignal | null = null) =>
  fetch(`${url}/liveness`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'secret-key' },
    body: JSON.stringify(picture),
    signal,
  });

it.each(['abc', 'a.b-c_9', 'x'.repeat(64)])('takes over the request id %s', async (id) => {
  const response = await (await testApp()).inject({ url: '/', headers: { 'x-request-id': id } });
  expect(response.headers['x-request-id']).toBe(id);
});

it.each(['', 'a b', 'x'.repeat(65), 'ä', '{}'])('replaces the request id "%s" by a fresh one', async (id) => {
  const app = await testApp();
  const ids = [];
  for (const url of ['/', '/nowhere', '/%zz'])
    ids.push((await app.inject({ url, headers: { 'x-request-id': id } })).headers['x-request-id']);
  for (const fresh of ids) expect(fresh).toMatch(/^[0-9a-f-]{36}$/);
  expect(new Set(ids)).toHaveLength(3);
});

it('writes one line for a request, without its key and its picture', async () => {
  const { logger, lines, requests } = recordingLogger();
  const url = await listeningApp({ API_KEY: 'secret-key' }, { logger });
  const response = await send(url);
  await response.text();
  await vi.waitFor(() => expect(requests()).toHaveLength(1));
  expect(requests()[0]).toMatchObject({
    method: 'POST',
    route: '/liveness',
    status: 200,
    verdict: 'real',
    ms: expect.any(Number),
    request_id: response.headers.get('x-request-id'),
  });
  expect(JSON.stringify(lines)).not.toContain('secret-key');
  expect(JSON.stringify(lines)).not.toContain(picture.image);
});

it('logs an unexpected error with its stack, once', async () => {
  const { logger, lines } = recordingLogger();
  const perception = scriptedPerception(async () => {
    throw new Error('a bug');
  });
  await (await send(await listeningApp({}, { logger, perception }))).text();
  await vi.waitFor(() => expect(lines).toHaveLength(3));
  const errors = lines.filter(({ level }) => level === pino.levels.values.error);
  expect(errors).toMatchObject([{ err: { message: 'a bug', stack: expect.any(String) } }]);
});

it('aborts the work of a client that hangs up, and only then', async () => {
  const { logger, requests } = recordingLogger();
  const signals: AbortSignal[] = [];
  const perception = scriptedPerception(async (signal) => {
    if (signal) signals.push(signal);
    await pause(300);
    return frameFacts(faceFacts());
  });
  const url = await listeningApp({}, { logger, perception });

  const client = new AbortController();
  const leaving = send(url, client.signal);
  await vi.waitFor(() => expect(signals).toHaveLength(1));
  expect(signals[0]?.aborted).toBe(false);
  client.abort();
  await expect(leaving).rejects.toThrow();
  await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true));
  await vi.waitFor(() => expect(requests()).toMatchObject([{ status: 499 }]));

  expect((await send(url)).status).toBe(200);
  expect(signals[1]?.aborted).toBe(false);
});

it.each(['/%zz', '/health/%ff?a=b', '/%', '/%00'])('%s takes the way of every request', async (path) => {
  const { logger, requests } = recordingLogger();
  const url = await listeningApp({}, { logger });
  const { hostname, port } = new URL(url);
  const response = await new Promise<IncomingMessage>((resolve) => {
    get({ hostname, port, path }, (answer) => resolve(answer.resume()));
  });
  expect(response.statusCode).toBe(404);
  const id = response.headers['x-request-id'];
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(response.headers['x-content-type-options']).toBe('nosniff');
  await vi.waitFor(() =>
    expect(requests()).toMatchObject([{ route: 'unmatched', status: 404, request_id: id }]),
  );
  expect(await (await fetch(`${url}/metrics`)).text()).toContain(
    'liveness_requests_total{method="GET",endpoint="unmatched",status="404"} 1\n',
  );
});

it('leaves a query as it is', async () => {
  expect((await (await testApp()).inject('/health?a=%zz&b=%ff')).statusCode).toBe(200);
});

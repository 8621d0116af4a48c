import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { askInTime } from '../pages/ask-in-time.ts';

/** A server that begins to answer, and never ends but at `/whole`. */
async function slowServer(): Promise<string> {
  const server = createServer(({ url }, response) => {
    response.write('a word');
    if (url === '/whole') response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const read = (response: Response) => response.text();

it('gives what is read of the answer', async () => {
  expect(await askInTime(`${await slowServer()}/whole`, { patience: 10_000, read })).toBe('a word');
});

it('gives up an answer that does not end', async () => {
  const asking = askInTime(await slowServer(), { patience: 200, read });
  await expect(asking).rejects.toMatchObject({ name: 'AbortError' });
});

it('is given up by its signal, before and while it waits, and says why', async () => {
  const url = await slowServer();
  const stop = new AbortController();
  const asking = askInTime(url, { patience: 10_000, read, signal: stop.signal });
  setTimeout(() => stop.abort(new Error('enough')), 100);
  await expect(asking).rejects.toThrow('enough');
  await expect(askInTime(url, { patience: 10_000, read, signal: stop.signal })).rejects.toThrow('enough');
});

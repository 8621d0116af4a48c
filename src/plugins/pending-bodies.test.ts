import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { listeningApp, picture } from '../../test/support/app.ts';

/** Sends the head of a request and never its body; done when the server has asked for the body. */
async function beginUpload(url: string, size: string, path = '/liveness'): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n`;
  socket.write(`${head}${size}\r\n\r\n`);
  const [first] = await once(socket, 'data');
  expect(String(first)).toMatch(/^HTTP\/1\.1 100 Continue/);
  return socket;
}

const length = (bytes: number) => `Content-Length: ${bytes}`;
const limit = { MAX_PENDING_BYTES: '1000' };

/** Status and code of a whole request with a body of `bytes`. */
async function send(url: string, bytes: number) {
  const response = await fetch(`${url}/liveness`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(picture).padEnd(bytes),
  });
  const { code } = JSON.parse(await response.text());
  return [response.status, code, response.headers.get('retry-after')];
}

const served = [200, undefined, null];
const refused = [503, 'busy', '1'];

it('refuses what does not fit beside unfinished uploads, until they end', async () => {
  const url = await listeningApp(limit);
  const uploads = [await beginUpload(url, length(500)), await beginUpload(url, length(400))];
  expect(await send(url, 100)).toEqual(served);
  expect(await send(url, 101)).toEqual(refused);
  expect((await fetch(`${url}/health`)).status).toBe(200);
  for (const upload of uploads) upload.destroy();
  await expect.poll(() => send(url, 1000)).toEqual(served);
});

it('counts both addresses of a contract together', async () => {
  const url = await listeningApp(limit);
  await beginUpload(url, length(950), '/passive/liveness');
  expect(await send(url, 100)).toEqual(refused);
});

it('counts a body without a length as the largest one', async () => {
  const url = await listeningApp({ MAX_PENDING_BYTES: '20000', MAX_IMAGE_BYTES: '1000' });
  expect(await send(url, 5000)).toEqual(served);
  await beginUpload(url, 'Transfer-Encoding: chunked');
  expect(await send(url, 5000)).toEqual(refused);
});

it('lets one body through that is larger than the limit, alone', async () => {
  const url = await listeningApp(limit);
  expect(await send(url, 2000)).toEqual(served);
  await beginUpload(url, length(2000));
  expect(await send(url, 100)).toEqual(refused);
});

it('gives back what an answered request has held', async () => {
  const url = await listeningApp(limit);
  for (let request = 0; request < 5; request++) expect(await send(url, 900)).toEqual(served);
});

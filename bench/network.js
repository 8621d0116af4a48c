import { once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { createLink } from './link.js';

/** What a link bears each way, in kbit/s, and how long there and back takes, in milliseconds. */
export const unlimited = { kilobits: Number.POSITIVE_INFINITY, roundTrip: 0 };

/**
 * What lies between a page and a server: what Chromium itself makes of it, or a link of ours for all of TCP.
 *
 * @param {boolean} isProxy
 */
export function createNetwork(isProxy) {
  const speed = { ...unlimited };
  const link = createLink(speed);
  return {
    /** The address of a server as pages are to know it. */
    leadTo: async (url) => (isProxy ? link.leadTo(url) : url),
    /** From now on the page's network is so fast. */
    async setSpeed(page, next) {
      if (isProxy) Object.assign(speed, next);
      else await emulate(page, next);
    },
    close: () => link.close(),
  };
}

const sessions = new WeakMap();

async function emulate(page, { kilobits, roundTrip }) {
  if (!sessions.has(page)) sessions.set(page, await page.context().newCDPSession(page));
  const devTools = sessions.get(page);
  await devTools.send('Network.enable');
  // -1: as fast as it can be.
  const throughput = Number.isFinite(kilobits) ? (kilobits * 1000) / 8 : -1;
  await devTools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: roundTrip,
    downloadThroughput: throughput,
    uploadThroughput: throughput,
  });
}

/**
 * Sends messages over a WebSocket of a page: not every version of Chromium holds those back.
 *
 * @returns {Promise<{ opening: number, empty: number, up: number, down: number }>} milliseconds of the handshake and of
 *   an empty message there and back; kbit/s of a message of 50 kB that is answered by an empty one, and the other way
 */
export async function probe(browser, network, speed) {
  const http = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket) =>
    socket.on('message', (message) => socket.send(Buffer.alloc(String(message) === 'down' ? 50_000 : 0))),
  );
  await once(http, 'listening');
  const page = await browser.newPage();
  try {
    const url = await network.leadTo(`http://127.0.0.1:${http.address().port}`);
    await page.goto(url);
    await network.setSpeed(page, speed);
    return await page.evaluate(ask, url.replace('http', 'ws'));
  } finally {
    await page.close();
    sockets.close();
    http.closeAllConnections();
    http.close();
  }
}

/** In the page. */
async function ask(url) {
  const time = async (act) => {
    const start = performance.now();
    await act();
    return performance.now() - start;
  };
  const socket = new WebSocket(url);
  const next = (event) => new Promise((resolve) => socket.addEventListener(event, resolve, { once: true }));
  const exchange = (message) =>
    time(() => {
      socket.send(message);
      return next('message');
    });
  const opening = await time(() => next('open'));
  const empty = await exchange('');
  const kilobits = (milliseconds) => (50_000 * 8) / (milliseconds - empty);
  const up = kilobits(await exchange(new Uint8Array(50_000)));
  const down = kilobits(await exchange('down'));
  socket.close();
  return { opening, empty, up, down };
}

import { request as ask, createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A front before a server: pages of a test of its own, all else passed on, WebSockets too. */
export interface Front {
  readonly url: string;
  /** Cuts every WebSocket without a word, as a network does. */
  cut(): void;
  /** Where requests go to from now on; null: nowhere, and WebSockets are cut. */
  turnTo(url: string | null): void;
}

/**
 * Opens a front before the server at `url`; it ends with the test.
 *
 * @param answer answers what it knows, and tells whether it did
 */
export async function openFront(
  url: string,
  answer: (...request: Parameters<RequestListener>) => boolean,
): Promise<Front> {
  let behind: URL | null = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    if (answer(request, response)) return;
    if (!behind) return void response.destroy();
    const { hostname, port } = behind;
    const { method, headers, url: path } = request;
    const passed = ask({ hostname, port, path, method, headers }, (back) => {
      response.writeHead(back.statusCode!, back.headers);
      back.pipe(response);
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  server.on('upgrade', (request, socket: Socket, head) => {
    if (!behind) return void socket.destroy();
    const onward = connect(Number(behind.port), behind.hostname);
    onward.write(`${headOf(request)}\r\n\r\n`);
    onward.write(head);
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    cut();
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    turnTo(next) {
      behind = next === null ? null : new URL(next);
      if (next === null) cut();
    },
  };
}

/** A request's first lines as they came. */
function headOf({ method, url, rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));
  return [`${method} ${url} HTTP/1.1`, ...lines].join('\r\n');
}

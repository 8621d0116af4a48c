import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const modules = fileURLToPath(new URL('../sdk/dist/', import.meta.url));

/**
 * A relying party: a page with `<bonafide-liveness>` as sdk/README.md shows it, its files compressed, and the
 * backend that opens sessions at `server`, which is next to it.
 *
 * @param {string} server address for the backend
 * @param {string} seen the same server's address for browsers
 */
export async function startElementPage(server, seen) {
  const files = new Map([
    ...readdirSync(modules)
      .filter((name) => name.endsWith('.js'))
      .map((name) => [`/${name}`, readFileSync(`${modules}${name}`, 'utf8')]),
    ['/page.js', script],
  ]);
  const app = createServer(async ({ url, method }, response) => {
    if (method === 'POST') {
      const opened = await fetch(`${server}/v2/sessions`, { method });
      const { client_token: token } = await opened.json();
      return response.end(JSON.stringify({ token }));
    }
    const body = url === '/' ? page(seen) : files.get(url);
    const type = url === '/' ? 'text/html' : 'text/javascript';
    response.writeHead(body === undefined ? 404 : 200, {
      'content-type': `${type}; charset=utf-8`,
      'content-encoding': 'gzip',
    });
    response.end(gzipSync(body ?? ''));
  }).listen(0, '127.0.0.1');
  await once(app, 'listening');
  return {
    url: `http://127.0.0.1:${app.address().port}`,
    stop: () => {
      app.closeAllConnections();
      app.close();
    },
  };
}

const page = (server) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Liveness</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<script type="module" src="/element.js"></script></head>
<body><bonafide-liveness server="${server}" lang="en"></bonafide-liveness>
<script type="module" src="/page.js"></script></body></html>`;

const script = `const liveness = document.querySelector('bonafide-liveness');
liveness.getToken = async () => (await (await fetch('/liveness-session', { method: 'POST' })).json()).token;`;

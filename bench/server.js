import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/**
 * Starts the real server on a free port of this machine, configured by the environment but for what the
 * benchmark needs: no key, no log line for each request, and `settings`.
 *
 * @param {Record<string, string>} settings
 * @returns {Promise<{ pid: number, url: string, startedIn: number, stop: () => Promise<unknown> }>} when it
 *   serves; `startedIn` is how long that took, in milliseconds, to within a hundredth of a second
 */
export async function startServer(settings = {}) {
  const port = await freePort();
  const quiet = { LOG_LEVEL: 'warn', MODELS_AUTO_PULL: 'false' };
  const fixed = { HOST: '127.0.0.1', PORT: String(port), API_KEY: '', ...quiet };
  // A folder of its own: a server that runs beside holds the lock of the usual one.
  const dataDir = mkdtempSync(join(tmpdir(), 'bonafide-bench-'));
  const env = { ...process.env, DATA_DIR: dataDir, ...fixed, ...settings };
  const start = performance.now();
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const url = `http://127.0.0.1:${port}`;
  const exited = once(child, 'exit');
  exited.then(() => rmSync(dataDir, { recursive: true, force: true }));
  while (!(await answers(`${url}/health`))) {
    if (child.exitCode !== null) throw new Error('The server did not start.');
    await pause(10);
  }
  const startedIn = performance.now() - start;
  const stop = () => {
    child.kill();
    return exited;
  };
  return { pid: child.pid, url, startedIn, stop };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function answers(url) {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Whatever this file has started, also where a test or a hook timed out before it heard of its server. */
const started = new Set<ChildProcess>();
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
});

/** The built server, running. */
export interface Server {
  readonly process: ChildProcess;
  readonly url: string;
  /** The log so far, parsed. */
  readonly log: () => readonly Record<string, unknown>[];
}

/** The embedded pack, and no anti-spoof net: see `engineOptions` in `engine.ts`. */
const models = { MODELS_DIR: 'none', MODELS_AUTO_PULL: 'false', ANTISPOOF_NETS: 'none' };

/**
 * Starts the built server on a free port, the embedded pack without any anti-spoof net, with a data folder of its own
 * unless `settings` name one. It ends with the test file, or when whoever starts it kills it.
 */
export async function startServer(
  settings: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bonafide-data-'));
  const env = { PATH: process.env.PATH, PORT: '0', ...models };
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...env, PERCEPTION_PROCESSES: '1', DATA_DIR: dataDir, ENABLE_TRACING: 'false', ...settings },
  });
  started.add(child);
  child.once('exit', () => {
    started.delete(child);
    rmSync(dataDir, { recursive: true, force: true });
  });
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += `${JSON.stringify({ msg: String(chunk) })}\n`;
  });
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    output += chunk;
    const address = /Server listening at (http:[^"]+)/.exec(output)?.[1];
    if (!address) continue;
    child.stdout.on('data', (more) => {
      output += more;
    });
    const lines = () => output.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
    const log = () => lines().map((line) => JSON.parse(line));
    return { process: child, url: address, log };
  }
  throw new Error(`The server did not start: ${output}`);
}

/** Posts a picture to `POST /liveness`. */
export async function postPicture(url: string, image: Uint8Array) {
  const response = await fetch(`${url}/liveness`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ image: Buffer.from(image).toString('base64') }),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from './support/random.ts';

const program = fileURLToPath(new URL('./durability/writer.js', import.meta.url));
const rounds = 20;

let parent = '';
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'bonafide-durability-'));
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));

/** Starts a process that says what it finds in the database, then writes on and on, and says each write when it is kept. */
async function startWriter(folder: string) {
  const child: ChildProcess = spawn(process.execPath, [program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acknowledged: number[] = [];
  const lines = createInterface(child.stdout!);
  const [first] = await once(lines, 'line');
  lines.on('line', (line) => acknowledged.push(Number(line)));
  const found: { whole: number[]; halves: number } = JSON.parse(first);
  return { child, acknowledged, found, ended: once(lines, 'close') };
}

it(`the embedded database keeps what it acknowledged, killed ${rounds} times at any moment`, async () => {
  const folder = join(parent, 'data', 'db');
  const random = seededRandom(7);
  const acknowledged: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const writer = await startWriter(folder);
    expect(writer.found.halves).toBe(0);
    const kept = new Set(writer.found.whole);
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
    await pause(random() * 150);
    writer.child.kill('SIGKILL');
    await writer.ended;
    acknowledged.push(...writer.acknowledged);
  }
  expect(acknowledged.length).toBeGreaterThan(rounds);
}, 300_000);

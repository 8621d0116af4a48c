import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { strongNets } from '../support/engine.ts';
import { type Server, startServer } from '../support/server.ts';

const shared = fileURLToPath(new URL('../../../shared', import.meta.url));
const API_KEY = 'key';
const processes = 2;
let server: Server;

/** Full frames only: several crop sources are too tight to judge (../shared/data/README.md). */
const fullFrames = /^A\/(nuaa|celebaspoof_reynara|vf_)/;

/** Every second still: most are frames of one recording, or of one person. */
const samples = readFileSync(`${shared}/data/manifest.csv`, 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(','))
  .filter(([path = '', , label]) => fullFrames.test(path) && label !== 'photo')
  .filter((_, at) => at % 2 === 0)
  .map(([path = '', , label = '']) => ({ path, source: path.split('/')[1]!, isLive: label === 'live' }));

/** How often each outcome was answered, by source and truth. */
const counts = new Map<string, Record<string, number>>();

async function check(path: string): Promise<string> {
  const body = new FormData();
  body.set('image', new Blob([new Uint8Array(readFileSync(`${shared}/data/${path}`))]));
  const headers = { 'x-api-key': API_KEY };
  const response = await fetch(`${server.url}/liveness/`, { method: 'POST', headers, body });
  // biome-ignore lint/suspicious/noExplicitAny: one shape or the other
  const answer = (await response.json()) as any;
  return answer.success ? (answer.result.liveness ? 'live' : 'not live') : answer.error_code;
}

beforeAll(async () => {
  server = await startServer({
    API_KEY,
    MODELS_DIR: `${shared}/models`,
    ANTISPOOF_NETS: strongNets.join(),
    PERCEPTION_PROCESSES: `${processes}`,
  });
  const rest = [...samples];
  const client = async () => {
    for (let sample = rest.shift(); sample; sample = rest.shift()) {
      const key = `${sample.source} ${sample.isLive ? 'live' : 'attack'}`;
      const row = counts.get(key) ?? {};
      counts.set(key, row);
      const outcome = await check(sample.path);
      row[outcome] = (row[outcome] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: processes + 1 }, client));
  console.table(Object.fromEntries([...counts].sort(([one], [other]) => one.localeCompare(other))));
});

afterAll(() => void server?.process.kill('SIGKILL'));

/** The share of one outcome among the pictures of a kind. */
function share(outcome: string, kind: 'live' | 'attack'): number {
  const rows = [...counts].filter(([key]) => key.endsWith(` ${kind}`)).map(([, row]) => row);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  return sum(rows.map((row) => row[outcome] ?? 0)) / sum(rows.flatMap((row) => Object.values(row)));
}

it('finds living people alone in their pictures, at a detector score of 0.75', () => {
  expect(share('051', 'live')).toBeLessThan(0.02);
  expect(share('052', 'live')).toBeLessThan(0.02);
});

it('calls most of them live at 0.90, and hardly an attack', () => {
  expect(share('live', 'live')).toBeGreaterThan(0.6);
  expect(share('live', 'attack')).toBeLessThan(0.06);
});

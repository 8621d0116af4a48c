import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { strongNets } from '../support/engine.ts';
import { childProcesses } from '../support/processes.ts';
import { postPicture, type Server, startServer } from '../support/server.ts';

const shared = fileURLToPath(new URL('../../../shared', import.meta.url));
const processes = 2;
let server: Server;

beforeAll(async () => {
  server = await startServer({
    MODELS_DIR: `${shared}/models`,
    ANTISPOOF_NETS: strongNets.join(),
    PERCEPTION_PROCESSES: `${processes}`,
    LOG_LEVEL: 'info',
  });
});

afterAll(() => void server?.process.kill('SIGKILL'));

interface Sample {
  readonly path: string;
  readonly kind: string;
  readonly label: string;
  /** The folder of its source. */
  readonly source: string;
}

/** The data set's manifest; no field used here holds a comma. */
const samples: readonly Sample[] = readFileSync(`${shared}/data/manifest.csv`, 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [path = '', kind = '', label = ''] = line.split(',');
    return { path, kind, label, source: path.split('/')[1] ?? '' };
  });

/** Posts files as several clients would, each one the next when its last was answered. */
async function postAll(
  files: readonly Sample[],
  done: (sample: Sample, answer: Awaited<ReturnType<typeof postPicture>>) => void,
) {
  const rest = [...files];
  const client = async () => {
    for (let sample = rest.shift(); sample; sample = rest.shift()) {
      done(sample, await postPicture(server.url, readFileSync(`${shared}/data/${sample.path}`)));
    }
  };
  await Promise.all(Array.from({ length: processes + 1 }, client));
}

describe('the stills of the data set', () => {
  const counts = new Map<string, Record<string, number>>();
  const share = (of: string, where: (key: string) => boolean) => {
    const rows = [...counts].filter(([key]) => where(key)).map(([, row]) => row);
    const total = rows.reduce(
      (sum, row) => sum + (row.real ?? 0) + (row.spoof ?? 0) + (row.inconclusive ?? 0),
      0,
    );
    return rows.reduce((sum, row) => sum + (row[of] ?? 0), 0) / total;
  };

  beforeAll(async () => {
    await postAll(
      samples.filter(({ kind, label }) => kind === 'A' && label !== 'photo'),
      ({ source, label }, { status, body }) => {
        expect([200, 422]).toContain(status);
        const key = `${source} ${label}`;
        const row = counts.get(key) ?? {};
        const outcome = body.liveness_label ?? body.code;
        counts.set(key, { ...row, [outcome]: (row[outcome] ?? 0) + 1 });
      },
    );
    console.table(Object.fromEntries([...counts].sort(([one], [other]) => one.localeCompare(other))));
  });

  // Full frames only: several crop sources are too tight to judge (../shared/data/README.md).
  const fullFrames = /^(nuaa|celebaspoof_reynara|vf_)/;

  it('are attacks that are hardly ever called real', () => {
    const attack = (key: string) => !key.endsWith(' live');
    expect(share('real', attack)).toBeLessThan(0.04);
    expect(share('spoof', (key) => attack(key) && fullFrames.test(key))).toBeGreaterThan(0.75);
  });

  it('are living people who are mostly called real and seldom attacks', () => {
    const live = (key: string) => key.endsWith(' live') && fullFrames.test(key);
    expect(share('real', live)).toBeGreaterThan(0.7);
    expect(share('spoof', live)).toBeLessThan(0.03);
  });
});

describe('hard inputs', () => {
  it('get an answer each, and no process is lost', async () => {
    const before = [...childProcesses(server.process.pid!).keys()].sort();
    const statuses = new Map<number, number>();
    await postAll(
      samples.filter(({ kind }) => kind === 'D'),
      ({ path }, { status, body }) => {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        expect(status, path).toBeLessThan(500);
        expect(status === 200 ? body.liveness_label : body.code, path).toEqual(expect.any(String));
      },
    );
    console.table(Object.fromEntries(statuses));
    const after = childProcesses(server.process.pid!);
    expect([...after.keys()].sort()).toEqual(before);
    console.table(Object.fromEntries(after));
    for (const megabytes of after.values()) expect(megabytes).toBeLessThan(500);
  });
});

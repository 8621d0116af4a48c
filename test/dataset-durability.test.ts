import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { filesIn, pattern, datasetStats as stats, uploadSample as upload } from './support/dataset.ts';
import { photographPath } from './support/faces.ts';
import { seededRandom } from './support/random.ts';
import { startServer } from './support/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'bonafide-dataset-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('kill -9', () => {
  it('leaves no picture without a record, and no half of one', async () => {
    const settings = { TRAIN_DIR: join(folder, 'killed'), DATA_DIR: join(folder, 'killed-data') };
    const random = seededRandom(9);
    const sent = new Map<string, Buffer>();
    const acknowledged = new Map<string, string>();
    let interrupted = 0;
    const group = readFileSync(photographPath('sample1.jpg'));
    for (let round = 0; round < 4; round++) {
      const server = await startServer(settings);
      // One process for all: it is killed with requests at every stage.
      const pictures = await Promise.all(
        Array.from({ length: 24 }, (_, at) => pattern(1000 * (round + 1) + at)),
      );
      // The same face in other bytes each time: what follows the end of a JPEG is nobody's business.
      pictures.push(Buffer.concat([group, Buffer.from(`round ${round}`)]));
      let answers = 0;
      const gone = once(server.process, 'exit');
      const clients = pictures.map(async (picture, at) => {
        sent.set(`${round}/${at}`, picture);
        const answer = await upload(server.url, picture, { label: at % 2 ? 'live' : 'spoof' }).catch(
          () => undefined,
        );
        if (answer?.status !== 200) return;
        answers++;
        acknowledged.set(`${round}/${at}`, answer.body.paths.raw);
      });
      const enough = Math.floor(random() * 14) + 1;
      while (answers < enough) await new Promise((done) => setTimeout(done, 2));
      // At any moment, or while a picture is being written.
      const watcher = round % 2 === 1 ? watch(join(settings.TRAIN_DIR, '.incoming')) : undefined;
      if (watcher) await once(watcher, 'change');
      server.process.kill('SIGKILL');
      watcher?.close();
      await Promise.all([...clients, gone]);
      interrupted += filesIn(join(settings.TRAIN_DIR, '.incoming')).length;
    }
    const server = await startServer(settings);
    const after = await stats(server.url);
    server.process.kill('SIGKILL');

    expect(acknowledged.size).toBeGreaterThan(8);
    expect(acknowledged.size).toBeLessThan(sent.size);
    // What was acknowledged is there, as it was sent.
    for (const [name, path] of acknowledged) expect(readFileSync(path).equals(sent.get(name)!)).toBe(true);
    // What is there is whole, and is counted.
    const whole = new Set([...sent.values()].map((bytes) => bytes.toString('base64')));
    for (const label of ['live', 'spoof'] as const) {
      const raw = filesIn(join(settings.TRAIN_DIR, label, 'raw'));
      expect(raw).toHaveLength(after[label]);
      for (const name of raw) {
        const bytes = readFileSync(join(settings.TRAIN_DIR, label, 'raw', name));
        expect(whole.has(bytes.toString('base64'))).toBe(true);
      }
      for (const name of filesIn(join(settings.TRAIN_DIR, label, 'faces'))) expect(raw).toContain(name);
    }
    expect(filesIn(join(settings.TRAIN_DIR, '.incoming'))).toEqual([]);
    console.log(
      `${sent.size} sent, ${acknowledged.size} acknowledged, ${after.total} stored, ${interrupted} files interrupted`,
    );
  }, 600_000);
});

import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { faceFacts } from '../../test/support/facts.ts';
import { keepFace, keptFacts, type Measurement } from '../decisions/evaluation/measurement.ts';
import { engineKey, type MeasuringEngine, openMeasurements } from './evaluate-measurements.ts';

const engine: MeasuringEngine = {
  version: '0.1.0',
  models: [{ role: 'detector', name: 'yunet', pack: 'strong', sha256: 'ab'.repeat(32) }],
  settings: { LIVENESS_MIN_SIDE: 224 },
};

const nothing: Measurement = { presentation: 'still', outcome: 'unanswered', reason: 'no_face' };
const something: Measurement = {
  ...{ presentation: 'still', outcome: 'measured', width: 640, height: 480, format: 'png', faces: 1 },
  face: keepFace(faceFacts()),
  timings: [['decode', 1.5]],
};

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bonafide-measurements-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'measurements.jsonl');
}

async function written(path = file()): Promise<string> {
  const kept = await openMeasurements(path, engine);
  kept.add('11', nothing);
  kept.add('22', something);
  kept.close();
  return path;
}

async function read(path: string, by = engine) {
  const kept = await openMeasurements(path, by);
  kept.close();
  return kept.known;
}

describe('openMeasurements', () => {
  it('finds again what was kept, to the last digit', async () => {
    expect(await read(await written())).toEqual(
      new Map<string, Measurement>([
        ['11', nothing],
        ['22', something],
      ]),
    );
  });

  it('keeps no mesh, no embedding and no crop', async () => {
    const text = readFileSync(await written(), 'utf8');
    expect(text).not.toMatch(/mesh|embedding|crop|iris/);
    expect(Object.keys(keepFace(faceFacts())).sort()).toEqual(Object.keys(keptFacts).sort());
  });

  it('cuts off a torn last line, and goes on after it', async () => {
    const path = await written();
    appendFileSync(path, '{"engine":"x","sha2');
    const kept = await openMeasurements(path, engine);
    kept.add('33', nothing);
    kept.close();
    expect([...(await read(path)).keys()]).toEqual(['11', '22', '33']);
    for (const line of readFileSync(path, 'utf8').trim().split('\n')) JSON.parse(line);
  });

  it.each([
    ['another version', { version: '0.2.0' }],
    ['other weights', { models: [{ ...engine.models[0]!, sha256: 'cd'.repeat(32) }] }],
    ['another setting', { settings: { LIVENESS_MIN_SIDE: 100 } }],
  ])('reuses no line of %s, and loses none', async (_what, change) => {
    const path = await written();
    expect((await read(path, { ...engine, ...change })).size).toBe(0);
    expect((await read(path)).size).toBe(2);
  });

  it('refuses a file that is something else', async () => {
    const path = file();
    writeFileSync(path, 'path,label\n');
    await expect(read(path)).rejects.toThrow(/line 1 is not JSON/);
  });
});

describe('engineKey', () => {
  it('does not depend on the order of models and settings', () => {
    const models = [...engine.models, { role: 'mesh', name: 'm', pack: 'embedded', sha256: '1' } as const];
    const one = { ...engine, models, settings: { a: 1, b: 2 } };
    const other = { ...engine, models: models.toReversed(), settings: { b: 2, a: 1 } };
    expect(engineKey(one)).toBe(engineKey(other));
  });
});

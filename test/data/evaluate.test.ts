import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { EvaluationReport, ScoreReport } from '../../src/decisions/evaluation/report.ts';

// `bonafide evaluate` on the development data, a few sources of it: that what it says there is what is known of them.
// All of it takes a quarter of an hour on two cores; docs/accuracy.md names the commands.

const shared = join(import.meta.dirname, '../../../shared');
const bonafide = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bonafide-evaluate-data-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function evaluate(
  out: string,
  modelsDir: string,
  ...args: readonly string[]
): Promise<EvaluationReport> {
  const target = join(folder, out);
  const manifest = join(shared, 'data/manifest.csv');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [bonafide, 'evaluate', '--manifest', manifest, '--out', target, ...args],
    { env: { PATH: process.env.PATH, MODELS_DIR: modelsDir } },
  );
  console.log(stdout);
  return JSON.parse(readFileSync(join(target, 'report.json'), 'utf8'));
}

const scoreOf = (scores: readonly ScoreReport[], kind: ScoreReport['kind']) =>
  scores.find((score) => score.kind === kind)!;

const strong = join(shared, 'models');

describe('the strong pack', () => {
  it('tells prints from people before a webcam', async () => {
    const { stills, clips } = await evaluate('nuaa', strong, '--where', 'source=nuaa');
    expect(clips).toBeNull();
    const [nuaa] = stills!.sources;
    expect(nuaa).toMatchObject({
      source: 'nuaa',
      marks: { confounded: false, noisy: false, headline: true, bothClasses: true },
      bonaFide: { files: 270, units: 15, subjects: 15 },
      attack: { files: 270, units: 15, subjects: 15 },
    });
    const calibrated = scoreOf(nuaa!.scores, 'calibrated');
    expect(calibrated.auc!.value).toBeGreaterThan(0.98);
    // Of single pictures, too, few attacks pass; the interval is that of 15 people, not of 270 pictures.
    const { live } = calibrated.files!.attack!;
    // Somebody in the background leaves seven without an answer.
    expect(nuaa!.attack!.reasons).toEqual([{ reason: 'several_faces', files: 7 }]);
    expect(live.of).toBe(263);
    expect(live.rate).toBeLessThan(0.1);
    expect(live.high - live.low).toBeGreaterThan(0.03);
  });

  it('sees through the replay of a monitor, and counts the frames of a clip as one', async () => {
    const { stills, clips } = await evaluate(
      'tranvanluyt',
      strong,
      ...['--where', 'source=tranvanluyt,vf_tranvanluyt', '--where', 'label!=spoof'],
    );
    expect(clips!.sources).toMatchObject([
      { source: 'tranvanluyt', bonaFide: { units: 1 }, attack: { units: 1 } },
    ]);
    const { answers } = scoreOf(clips!.sources[0]!.scores, 'calibrated');
    expect(answers).toMatchObject({
      bonaFide: { attack: { errors: 0, of: 1 } },
      attack: { live: { errors: 0, of: 1 } },
      worstSpecies: 'replay',
    });
    const frames = stills!.sources.find(({ source }) => source === 'vf_tranvanluyt')!;
    expect(frames).toMatchObject({ bonaFide: { files: 30, units: 1 }, attack: { files: 30, units: 1 } });
  });

  it('finds what the data give away: faces of one class are larger', async () => {
    const { stills } = await evaluate(
      'confounds',
      strong,
      '--where',
      'source=balveer,manikantha,vf_manikantha',
    );
    for (const source of ['balveer', 'manikantha']) {
      const row = stills!.confounds.find((one) => one.source === source)!;
      expect(row.auc.face_width).toBeGreaterThan(0.9);
      expect(row.confounded).toBe(true);
    }
    expect(stills!.headline.sources).toEqual(['vf_manikantha']);
  });
});

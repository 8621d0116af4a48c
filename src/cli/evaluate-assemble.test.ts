import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { antiSpoof, faceFacts } from '../../test/support/facts.ts';
import { readConfig } from '../config.ts';
import { keepFace, type MeasuredStill } from '../decisions/evaluation/measurement.ts';
import { shippedCalibrations } from '../decisions/shipped-calibrations.ts';
import { assemble, type Findings, type Question } from './evaluate-assemble.ts';
import { summary } from './evaluate-summary.ts';
import { renderReport } from './evaluation-report/render-report.ts';

const shipped = shippedCalibrations[0]!;
const models = shipped.models.map((model) => ({ ...model, pack: 'strong' as const }));

const still = (live: number): MeasuredStill => ({
  ...{ presentation: 'still', outcome: 'measured', width: 640, height: 480, format: 'jpeg', faces: 1 },
  face: keepFace(faceFacts({ antiSpoof: antiSpoof(live, live) })),
  timings: [['total', 3]],
});

const question: Question = {
  ...{ manifest: '/srv/ana/manifest.csv', where: [], noisy: [], unit: 'subject', out: '/srv/ana/out' },
  ...{ pairs: undefined, compare: undefined },
};

/** A live picture and a print of each source. */
function findings(manifestSha256: string, notices: readonly string[] = []): Findings {
  const files = ['lestari', 'nuaa'].flatMap((source) =>
    [true, false].map((live) => ({
      ...{ path: `${source}/${live}.jpg`, file: '', presentation: 'still' as const, source, family: source },
      ...{ species: live ? 'live' : 'print', live, subject: undefined, clip: undefined, noisy: false },
      sha256: `${source} ${live}`,
    })),
  );
  return {
    selection: { files, notCounted: [], manifestSha256, subjects: new Map() },
    files,
    measured: {
      perception: { models, executionProviders: ['cpu'], notices },
      known: new Map(files.map(({ sha256, live }) => [sha256, still(live ? 0.98 : 0.03)])),
      compared: undefined,
    },
    pairs: undefined,
  };
}

it('writes no folder of the machine into the report', () => {
  const config = readConfig({ MODELS_DIR: '/srv/ana maria/models' });
  const notice = 'Not installed in /srv/ana maria/models (MODELS_DIR): anti-spoof minifasnet-v2se.';
  const report = assemble(config, question, findings('ab'.repeat(32), [notice]));
  expect(report.run.notices).toEqual(['Not installed in MODELS_DIR: anti-spoof minifasnet-v2se.']);
  expect(JSON.stringify(report)).not.toMatch(/\/srv|maria/);
});

it('leaves out as noise what the calibration of this very manifest left out, and says so', () => {
  const report = assemble(readConfig({}), question, findings(shipped.data.manifestSha256));
  expect(report.stills!.headline.sources).toEqual(['nuaa']);
  expect(report.run.noisyByCalibration).toEqual({ calibration: shipped.name, sources: ['lestari'] });
  const said = `The calibration ${shipped.name}, which was fitted to this very list of files, left these out because labels or crops are noise: lestari.`;
  expect(summary(report)).toContain(said);
  expect(renderReport(report)).toContain(said);
  const other = assemble(readConfig({}), question, findings('ab'.repeat(32)));
  expect(other.stills!.headline.sources).toEqual(['lestari', 'nuaa']);
  expect(other.run.noisyByCalibration).toBeNull();
});

it('names the files and settings that it rests on, without their folders', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bonafide-assemble-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'mine.json');
  writeFileSync(path, JSON.stringify(shipped));
  const report = assemble(readConfig({ CALIBRATION_PATH: path }), question, findings('ab'.repeat(32)));
  const sha256 = createHash('sha256').update(JSON.stringify(shipped)).digest('hex');
  expect(report.run).toMatchObject({
    calibrationFile: { name: 'mine.json', sha256 },
    settings: { CALIBRATION_PATH: 'mine.json', ANTISPOOF_NETS: 'minifasnet-v2,minifasnet-v1se' },
  });
  expect(JSON.stringify(report)).not.toContain(folder);
});

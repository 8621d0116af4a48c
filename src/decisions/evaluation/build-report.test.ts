import { describe, expect, it } from 'vitest';
import { antiSpoof, faceFacts } from '../../../test/support/facts.ts';
import { uncalibrated } from '../live-calibration.ts';
import { seededRandom } from '../training/seeded-random.ts';
import { buildReport, type EvaluationInput, type LabelledMeasurement } from './build-report.ts';
import { compareReports } from './compare-reports.ts';
import { keepFace, type MeasuredStill } from './measurement.ts';
import type { EvaluationReport } from './report.ts';

const model = { role: 'anti-spoof', pack: 'strong', sha256: 'ab'.repeat(32) } as const;

function labelled(
  path: string,
  live: boolean,
  changes: Partial<LabelledMeasurement> = {},
): LabelledMeasurement {
  return {
    path,
    source: 'camera',
    family: 'camera',
    live,
    species: live ? 'live' : 'print',
    subject: undefined,
    clip: undefined,
    noisy: false,
    measurement: { presentation: 'still', outcome: 'unanswered', reason: 'no_face' },
    ...changes,
  };
}

function still(v2: number, width = 200): LabelledMeasurement['measurement'] {
  const face = faceFacts({
    box: { x: 10, y: 10, width, height: 240 },
    antiSpoof: antiSpoof(v2, v2),
  });
  return {
    ...{ presentation: 'still', outcome: 'measured', width: 640, height: 480, format: 'jpeg', faces: 1 },
    face: keepFace(face),
    timings: [['decode', 3]],
  };
}

function report(
  files: readonly LabelledMeasurement[],
  changes: Partial<EvaluationInput> = {},
): EvaluationReport {
  return buildReport({
    files,
    notCounted: [],
    run: {
      ...{
        version: '0.1.0',
        madeAt: '2026-01-01T00:00:00Z',
        manifest: 'm.csv',
        manifestSha256: 'cd'.repeat(32),
      },
      ...{ noisyByCalibration: null, calibrationFile: null },
      ...{ where: [], noisy: [], unit: 'subject', seed: 7, bootstrapDraws: 50, settings: {}, fittedTo: null },
    },
    notices: [],
    models: [
      { ...model, name: 'minifasnet-v2' },
      { ...model, name: 'minifasnet-v1se' },
    ],
    calibration: uncalibrated,
    refit: null,
    concurrency: 1,
    verification: null,
    ...changes,
  });
}

/** A face too small to be judged. */
function small(v2: number): MeasuredStill {
  const face = keepFace(faceFacts({ measuredSide: 40, antiSpoof: antiSpoof(v2, v2) }));
  return { ...(still(v2) as MeasuredStill), face };
}

/** As where no net is installed. */
function withoutNets(file: LabelledMeasurement): LabelledMeasurement {
  const face = keepFace(faceFacts({ antiSpoof: {} }));
  return { ...file, measurement: { ...(still(0.5) as MeasuredStill), face } };
}

/** Live scores from 0.4 to 1, attacks from 0 to 0.6; ten people of each source. */
function camera(source: string, count: number, changes: Partial<LabelledMeasurement> = {}) {
  const random = seededRandom(source.length + count);
  return Array.from({ length: count }, (_, at) => {
    const live = at % 2 === 0;
    const measurement = still((live ? 0.4 : 0.005) + 0.59 * random(), 200 + 50 * random());
    return labelled(`${source}/${at}`, live, {
      ...{ source, family: source, subject: `${source} ${at % 20}`, measurement, ...changes },
    });
  });
}

describe('buildReport', () => {
  const files = [...camera('one', 60), ...camera('second', 200), ...camera('noisy', 40, { noisy: true })];

  it('gives the same figures for the same measurements, in whatever order sources come', () => {
    const first = report(files);
    expect(report(files)).toEqual(first);
    const alone = report(files.filter(({ source }) => source === 'one'));
    expect(alone.stills!.sources[0]).toEqual(first.stills!.sources.find(({ source }) => source === 'one'));
  });

  it('is JSON without a hole: nothing is undefined, NaN or infinite', () => {
    const whole = report(files, { refit: () => uncalibrated });
    expect(JSON.parse(JSON.stringify(whole))).toEqual(whole);
    expect(JSON.stringify(whole.stills)).not.toContain('NaN');
    expect(whole.scoreKinds.map(({ kind }) => kind)).toEqual([
      'calibrated',
      'raw_mean',
      'leave_one_source_out',
    ]);
  });

  it('keeps noisy sources out of the headline', () => {
    const { stills } = report(files);
    expect(stills!.headline.sources).toEqual(['one', 'second']);
    expect(stills!.all.sources).toEqual(['noisy', 'one', 'second']);
  });

  it('keeps a source out whose faces tell by their width alone', () => {
    const wide = camera('wide', 20).map((file) => ({
      ...file,
      measurement: still(file.live ? 0.9 : 0.1, file.live ? 300 : 100),
    }));
    const { stills } = report([...camera('one', 60), ...wide]);
    expect(stills!.sources[1]!.marks).toMatchObject({ confounded: true, headline: false });
    expect(stills!.headline.sources).toEqual(['one']);
  });

  it('weighs sources alike: ten times as many files of one move nothing', () => {
    const [few, more] = [camera('one', 40), camera('second', 40)];
    const tenfold = more.flatMap((file) =>
      Array.from({ length: 10 }, (_, at) => ({
        ...file,
        path: `${file.path}/${at}`,
        subject: `${file.path} ${at}`,
      })),
    );
    const once = more.map((file) => ({ ...file, subject: file.path }));
    const eerOf = (all: readonly LabelledMeasurement[]) =>
      report([...few, ...all]).stills!.all.scores[0]!.eer!.value;
    expect(eerOf(tenfold)).toBeCloseTo(eerOf(once), 9);
    const brierOf = (all: readonly LabelledMeasurement[]) =>
      report([...few, ...all]).stills!.all.scores[0]!.brier!;
    expect(brierOf(tenfold)).toBeCloseTo(brierOf(once), 9);
  });

  it('says the rates of one source exactly', () => {
    const rows = [
      ...[0.95, 0.99, 0.5, 0.1].map((score, at) =>
        labelled(`live ${at}`, true, { measurement: still(score) }),
      ),
      ...[0.95, 0.5, 0.1, 0.2].map((score, at) =>
        labelled(`print ${at}`, false, { measurement: still(score) }),
      ),
      labelled('replay', false, { species: 'replay', measurement: still(0.97) }),
      labelled('gone', true),
    ];
    const { bonaFide, attack, scores } = report(rows).stills!.sources[0]!;
    expect(bonaFide).toMatchObject({
      ...{ files: 5, units: 5, subjects: 5, reasons: [{ reason: 'no_face', files: 1 }] },
      nonResponse: { errors: 1, of: 5, interval: 'clopper_pearson' },
    });
    expect(attack.nonResponse).toMatchObject({ errors: 0, of: 5 });
    expect(scores[0]!.answers).toMatchObject({
      bonaFide: { live: { errors: 2, of: 4 }, inconclusive: { errors: 1 }, attack: { errors: 1 } },
      species: [
        { species: 'print', live: { errors: 1, of: 4 }, inconclusive: { errors: 1 }, attack: { errors: 2 } },
        { species: 'replay', live: { errors: 1, of: 1, rate: 1 } },
      ],
      worstSpecies: 'replay',
    });
    // The raw mean answers nothing by itself.
    expect(scores[1]!.answers).toBeNull();
  });

  it('does not take few without an error for a proof', () => {
    const rows = [0.9, 0.95, 0.1, 0.2, 0.05].map((score, at) =>
      labelled(`${at}`, score > 0.5, { measurement: still(score) }),
    );
    const { auc, eer } = report(rows).stills!.sources[0]!.scores[0]!;
    expect(auc).toEqual({ value: 1, low: null, high: null });
    // None of two people.
    expect(eer).toMatchObject({ value: 0, low: 0, high: expect.closeTo(1 - 0.025 ** (1 / 2), 9) });
  });

  it.each([
    ['one class', [labelled('a', true, { measurement: still(0.9) })]],
    ['nobody who was found', [labelled('a', true), labelled('b', false)]],
    ['one class found', [labelled('a', true, { measurement: still(0.9) }), labelled('b', false)]],
  ])('has no curve of %s', (_what, rows) => {
    const { stills, clips } = report(rows);
    expect(clips).toBeNull();
    expect(stills!.singleCut).toBeNull();
    for (const score of [...stills!.sources[0]!.scores, ...stills!.all.scores])
      expect(score).toMatchObject({
        auc: null,
        eer: null,
        bpcerAt: [],
        det: [],
        reliability: [],
        brier: null,
      });
    expect(stills!.all.meansOfSources).toEqual([]);
  });

  it('tells what is in range apart: the same units for each kind of score', () => {
    const near = camera('one', 60);
    // Too small to be judged; what is shown as live are the attacks.
    const tiny = Array.from({ length: 20 }, (_, at) =>
      labelled(`one/tiny ${at}`, at % 2 === 0, {
        ...{ source: 'one', family: 'one', subject: `tiny ${at}` },
        measurement: small(at % 2 === 0 ? 0.01 : 0.99),
      }),
    );
    const alone = report(near, { refit: () => uncalibrated }).stills!.headline;
    const { headline, sources } = report([...near, ...tiny], { refit: () => uncalibrated }).stills!;
    for (const [at, score] of headline.inRange!.scores.entries()) {
      const everything = headline.scores[at]!;
      expect(score.kind).toBe(everything.kind);
      expect(score.eer!.value).toBeLessThan(everything.eer!.value);
      expect(score).toEqual(alone.scores[at]);
    }
    expect(new Set(headline.inRange!.scores.map(({ units }) => JSON.stringify(units))).size).toBe(1);
    expect(headline.inRange!.bonaFide).toEqual({
      ...{ files: 30, filesAnswered: 40, units: 10, unitsAnswered: 20 },
      reasons: [{ reason: 'face_too_small', files: 10 }],
    });
    expect(sources[0]!.inRange!.attack).toMatchObject({ units: 10, unitsAnswered: 20 });
    expect(headline.inRange!.decision!.units).toEqual({ bonaFide: 10, attack: 10 });
    expect(headline.decision!.units).toEqual({ bonaFide: 20, attack: 20 });
  });

  it('counts a unit with its files in range where it has some', () => {
    const files = [still(0.9), small(0.1)].map((measurement, at) =>
      labelled(`${at}`, true, { measurement, subject: 'ann' }),
    );
    const { inRange, scores } = report(files).stills!.sources[0]!;
    expect(inRange!.bonaFide).toMatchObject({ files: 1, filesAnswered: 2, units: 1, unitsAnswered: 1 });
    expect(inRange!.scores[0]!.histogram).toEqual(scores[0]!.histogram);
  });

  it('does not count what one of the nets could not score as in range', () => {
    const files = camera('one', 20);
    const face = keepFace(faceFacts({ antiSpoof: antiSpoof(0.9, undefined) }));
    const half = labelled('half', true, {
      source: 'one',
      measurement: { ...(still(0.9) as MeasuredStill), face },
    });
    const { inRange } = report([...files, half]).stills!.sources[0]!;
    expect(inRange!.bonaFide).toMatchObject({ files: 10, filesAnswered: 11, reasons: [] });
  });

  it.each([
    ['all out of range', camera('one', 20).map((file) => ({ ...file, measurement: small(0.9) })), {}],
    ['no net at all', camera('one', 20).map(withoutNets), { models: [] }],
  ])('has no curve of what is in range, %s', (_what, rows, changes) => {
    const { stills } = report(rows, changes);
    const { inRange } = stills!.headline;
    expect(inRange).toMatchObject({ bonaFide: { files: 0, filesAnswered: 10 }, scores: [], decision: null });
    expect(stills!.singleCutInRange).toBeNull();
    expect(stills!.sources[0]!.inRange!.scores).toEqual([]);
  });

  it('has no range of clips', () => {
    const clip = labelled('b', true, {
      measurement: { presentation: 'clip', outcome: 'unanswered', reason: 'no_face' },
    });
    const { clips } = report([clip]);
    expect(clips!.headline.inRange).toBeNull();
    expect(clips!.sources[0]!.inRange).toBeNull();
  });

  it('keeps every source out of the headline where all are noisy', () => {
    const { stills } = report(camera('one', 20, { noisy: true }), { refit: () => undefined });
    expect(stills!.headline).toMatchObject({
      ...{ sources: [], sourcesWithBothClasses: [], scores: [], meansOfSources: [] },
      ...{ decision: null, inRange: null },
    });
    expect(stills!.all.scores[0]!.eer).not.toBeNull();
  });

  it('fits anew without the family that is scored, and without noise', () => {
    const related = camera('second', 20, { family: 'first' });
    const fits: string[][] = [];
    report(
      [...camera('first', 20), ...related, ...camera('other', 20), ...camera('noisy', 20, { noisy: true })],
      {
        refit: (stills) => {
          fits.push([...new Set(stills.map(({ source }) => source))].sort());
          return uncalibrated;
        },
      },
    );
    expect(fits.toSorted()).toEqual([['first', 'other', 'second'], ['first', 'second'], ['other']]);
  });
});

describe('compareReports', () => {
  it('sets figures side by side', () => {
    const here = report(camera('one', 40));
    const other = report(
      camera('one', 40).map((file) => ({ ...file, measurement: still(file.live ? 0.99 : 0.01) })),
    );
    const { rows, sameData } = compareReports(here, other);
    expect(sameData).toBe(true);
    const eer = rows.find(
      ({ of, kind, figure }) => of === 'headline' && kind === 'calibrated' && figure === 'eer',
    )!;
    expect(eer.here).toBeGreaterThan(0);
    expect(eer.other).toBe(0);
    expect(eer.difference).toBe(eer.here);
  });

  it('does not take other noise for the same data', () => {
    const files = [...camera('one', 20), ...camera('second', 20)];
    const here = report(files);
    const noisy = report(files.map((file) => ({ ...file, noisy: file.source === 'one' })));
    expect(compareReports(here, noisy).sameData).toBe(false);
    expect(compareReports(noisy, noisy).sameData).toBe(true);
  });

  it('has nothing to subtract where one of the two lacks a source', () => {
    const { rows } = compareReports(report(camera('one', 20)), report(camera('two', 20)));
    const auc = rows.filter(
      ({ of, figure, kind }) => of === 'one' && figure === 'auc' && kind === 'calibrated',
    );
    expect(auc).toEqual([
      expect.objectContaining({ other: null, difference: null, here: expect.any(Number) }),
    ]);
  });
});

import { type ParserError, parse } from 'parse5';
import { describe, expect, it } from 'vitest';
import { antiSpoof, faceFacts } from '../../../test/support/facts.ts';
import { buildReport, type LabelledMeasurement } from '../../decisions/evaluation/build-report.ts';
import { keepFace, type Measurement } from '../../decisions/evaluation/measurement.ts';
import { refit } from '../../decisions/evaluation/refit.ts';
import type { ModelIdentity } from '../../decisions/facts.ts';
import { uncalibrated } from '../../decisions/live-calibration.ts';
import { statedRates } from '../../decisions/training/choose-limits.ts';
import { seededRandom } from '../../decisions/training/seeded-random.ts';
import { summary } from '../evaluate-summary.ts';
import { renderReport } from './render-report.ts';

// From poor data to the page: nobody promises that a manifest has both classes, or a single picture in range.

const model = { role: 'anti-spoof', pack: 'strong', sha256: 'ab'.repeat(32) } as const;
const minifasnet: readonly ModelIdentity[] = ['minifasnet-v2', 'minifasnet-v1se'].map((name) => ({
  ...model,
  name,
}));

interface Options {
  readonly models?: readonly ModelIdentity[];
  readonly fittedTo?: { readonly manifestSha256: string; readonly sources: readonly string[] };
}

function pageOf(files: readonly LabelledMeasurement[], { models = minifasnet, fittedTo }: Options = {}) {
  const report = buildReport({
    files,
    notCounted: [],
    run: {
      ...{ version: '0.1.0', madeAt: '2026-01-01T00:00:00Z', manifest: 'm.csv', where: [], noisy: [] },
      ...{ manifestSha256: 'cd'.repeat(32), unit: 'subject', seed: 7, bootstrapDraws: 50, settings: {} },
      ...{ noisyByCalibration: null, calibrationFile: null, fittedTo: fittedTo ?? null },
    },
    notices: [],
    models,
    calibration: uncalibrated,
    refit: (stills) => refit(stills, { models, calibration: uncalibrated, rates: statedRates }),
    concurrency: 1,
    verification: null,
  });
  const page = renderReport(report);
  const mistakes: ParserError[] = [];
  parse(page, { onParseError: (mistake) => mistakes.push(mistake) });
  expect(mistakes).toEqual([]);
  const lines = summary(report).join('\n');
  expect(page + lines).not.toMatch(/NaN|Infinity|undefined|\[object|null/);
  return page
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ');
}

function still(score: number, changes: Parameters<typeof faceFacts>[0] = {}): Measurement {
  return {
    ...{ presentation: 'still', outcome: 'measured', width: 640, height: 480, format: 'jpeg', faces: 1 },
    face: keepFace(faceFacts({ antiSpoof: antiSpoof(score, score), ...changes })),
    timings: [['total', 3]],
  };
}

/** Forty people before a camera, every other one an attack. */
function camera(
  source: string,
  change: (file: LabelledMeasurement) => Partial<LabelledMeasurement> = () => ({}),
) {
  const random = seededRandom(source.length);
  return Array.from({ length: 40 }, (_, at): LabelledMeasurement => {
    const live = at % 2 === 0;
    const file: LabelledMeasurement = {
      ...{ path: `${source}/${at}`, source, family: source, live, species: live ? 'live' : 'print' },
      ...{ subject: `${source} ${at}`, clip: undefined, noisy: false },
      measurement: still((live ? 0.4 : 0.01) + 0.58 * random()),
    };
    return { ...file, ...change(file) };
  });
}

describe('the page of poor data', () => {
  it.each([
    ['genuine people', true, 'There are no attacks: of what passes this says nothing'],
    ['attacks', false, 'There are no genuine people: of who is turned away'],
  ])('says what cannot be had of %s only', (_what, isLive, missing) => {
    const page = pageOf(camera('one').filter(({ live }) => live === isLive));
    expect(page).toContain('Whether it is better than the nets’ raw score cannot be said');
    expect(page).toContain('No source of the headline has both genuine people and attacks');
    expect(page).toContain('so nothing can be compared');
    expect(page).toContain('no trade-off to draw');
    expect(page).toContain('gives attacks away cannot be told');
    expect(page).toContain(missing);
  });

  it('says that one source is one camera', () => {
    const page = pageOf(camera('one'));
    expect(page).toContain('rest on one source with both genuine people and attacks, one');
    // Nothing is left to fit a calibration to once it is left out.
    expect(page).toContain('As shipped, and perhaps fitted to these very cameras, our decision was wrong');
    expect(page).toContain('too little beside each source to fit it anew without that one');
    expect(page).toContain('calibrated, as shipped, beside the raw mean');
  });

  it('has no figures of what is in range where all is out of range', () => {
    const far = (file: LabelledMeasurement) => ({
      measurement: still(file.live ? 0.9 : 0.1, { measuredSide: 30 }),
    });
    const page = pageOf([...camera('one', far), ...camera('second', far)]);
    expect(page).toContain('moreover it left 100 % of genuine people and 100 % of attacks undecided');
    expect(page).toContain('in range alone: there is nothing');
    expect(page).not.toContain('did answer, ours was wrong');
  });

  it('says that there is no headline where every source is noisy', () => {
    const page = pageOf([
      ...camera('one', () => ({ noisy: true })),
      ...camera('two', () => ({ noisy: true })),
    ]);
    expect(page).toContain('every source is left out of them');
    expect(page).toContain('Whether it is better than the nets’ raw score cannot be said');
    expect(page).toContain('2 sources, 2 noisy');
  });

  it('says that nothing judged where no net is installed', () => {
    const bare = () => ({ measurement: still(0.5, { antiSpoof: {} }) });
    const page = pageOf([...camera('one', bare), ...camera('second', bare)], { models: [] });
    expect(page).toContain('No net against attacks was installed');
    expect(page).toContain(
      'without a net against attacks nothing was scored, and everybody is left undecided',
    );
    expect(page).toContain('No source of the headline has both genuine people and attacks that were scored');
    expect(page).toContain('no trade-off to draw');
    expect(page).toContain('Scores of people and of attacksNothing was scored.');
    expect(page).toContain('Nothing was scored, so no share of living people can be drawn');
    expect(page).not.toContain('These are few: 0');
  });

  it('says so where nobody was found in any picture', () => {
    const lost = () =>
      ({ measurement: { presentation: 'still', outcome: 'unanswered', reason: 'no_face' } }) as const;
    const page = pageOf(camera('one', lost));
    expect(page).toContain('no face found: 40');
    expect(page).toContain('so nothing can be compared');
  });

  it('warns of single people, of few sources and of data that the calibration has seen', () => {
    const alone = camera('alone', ({ live }) => ({ subject: live ? 'ann' : 'bea' }));
    const files = [...camera('one'), ...alone];
    const page = pageOf(files, { fittedTo: { manifestSha256: 'cd'.repeat(32), sources: ['one'] } });
    expect(page).toContain('no more than 2 sources with both genuine people and attacks: alone and one');
    expect(page).toContain('1 of 2 sources of the headline has a single person');
    expect(page).toContain('These are development data');
    expect(page).toContain('The attacks among these still pictures are print.');
    const others = { manifestSha256: 'ef'.repeat(32), sources: ['one'] };
    expect(pageOf(files, { fittedTo: others })).toContain('fitted to sources of these names: one.');
    expect(pageOf(files, { fittedTo: { ...others, sources: [] } })).toContain(
      'fitted to other data than these',
    );
  });
});

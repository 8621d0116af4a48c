import type { FaceFacts, ModelIdentity } from '../facts.ts';
import { type LiveCalibration, logOddsOf } from '../live-calibration.ts';
import { viewObstacles } from '../view-range.ts';
import { baselineNets } from './baseline-nets.ts';
import { confoundValues } from './confounds.ts';
import { latencies } from './latency.ts';
import { type Measurement, restoreFace } from './measurement.ts';
import { type EvaluatedFile, presentationReport } from './presentation-report.ts';
import {
  type EvaluationReport,
  formatVersion,
  type NotCounted,
  type RunDescription,
  type ScoreKind,
  type ScoreKindDescription,
  type VerificationReport,
} from './report.ts';
import { type Scoring, scoreMeasurement } from './score-file.ts';
import { type AnswerLimits, subjectOf } from './units.ts';

/** A labelled file, and what was measured of it. */
export interface LabelledMeasurement {
  readonly path: string;
  readonly source: string;
  /** Sources of one origin: a calibration that is tried on one has seen none of them. */
  readonly family: string;
  readonly live: boolean;
  /** `live`, or the species of attack. */
  readonly species: string;
  readonly subject: string | undefined;
  readonly clip: string | undefined;
  readonly noisy: boolean;
  readonly measurement: Measurement;
}

/** A still to fit a calibration to. */
export interface FitStill {
  readonly source: string;
  readonly family: string;
  /** Files of one unit are one presentation. */
  readonly unit: string;
  readonly live: boolean;
  readonly face: FaceFacts;
}

/** All that a report is made of. */
export interface EvaluationInput {
  readonly files: readonly LabelledMeasurement[];
  readonly notCounted: readonly NotCounted[];
  readonly run: Omit<RunDescription, 'notices'>;
  readonly notices: readonly string[];
  readonly models: readonly ModelIdentity[];
  /** The one in use. */
  readonly calibration: LiveCalibration;
  /**
   * Fits a calibration for the models in use as the one that ships was fitted; undefined where it cannot be fitted to
   * these. Null: nothing is left out.
   */
  readonly refit: ((stills: readonly FitStill[]) => LiveCalibration | undefined) | null;
  /** Files measured at once. */
  readonly concurrency: number;
  readonly verification: VerificationReport | null;
}

/** Computes a report from measurements alone: the same ones give the same figures, to the last digit. */
export function buildReport(input: EvaluationInput): EvaluationReport {
  const { run, models, calibration, files } = input;
  const withoutFamily = leaveOut(input);
  const scoring: Scoring = { calibration, baseline: baselineNets(models), withoutFamily };
  const kinds = describeKinds(input, scoring);
  const evaluated = files.map((file) => evaluate(file, scoring));
  const of = (presentation: Measurement['presentation']) =>
    evaluated.filter((_file, at) => files[at]!.measurement.presentation === presentation);
  const options = {
    unit: run.unit,
    seed: run.seed,
    draws: run.bootstrapDraws,
    kinds: kinds.map(({ kind }) => kind),
  };
  const stills = presentationReport(of('still'), {
    ...options,
    hasRange: true,
    limits: stillLimits(scoring, files),
  });
  const clips = presentationReport(of('clip'), { ...options, hasRange: false, limits: () => null });
  const timings = (presentation: Measurement['presentation']) =>
    files.flatMap(({ measurement }) =>
      measurement.outcome === 'measured' && measurement.presentation === presentation
        ? [measurement.timings]
        : [],
    );
  return {
    format: 'bonafide-evaluation',
    formatVersion,
    run: { ...run, notices: [...input.notices] },
    models,
    scoreKinds: kinds,
    data: {
      files: files.length,
      units: [stills, clips].reduce(
        (sum, report) =>
          sum +
          (report?.sources ?? []).reduce(
            (all, { bonaFide, attack }) => all + bonaFide.units + attack.units,
            0,
          ),
        0,
      ),
      sources: new Set(files.map(({ source }) => source)).size,
      notCounted: input.notCounted,
    },
    stills,
    clips,
    latency: {
      stills: latencies(timings('still')),
      clips: latencies(timings('clip')),
      concurrency: input.concurrency,
    },
    verification: input.verification,
    comparison: null,
  };
}

function evaluate(file: LabelledMeasurement, scoring: Scoring): EvaluatedFile {
  const { measurement, ...labels } = file;
  return {
    ...labels,
    outcome: scoreMeasurement(measurement, file.family, scoring),
    confounds: confoundValues(file.live, measurement),
    obstacles: obstaclesOf(measurement),
  };
}

function obstaclesOf(measurement: Measurement): readonly string[] | null {
  if (measurement.outcome === 'unanswered' || measurement.presentation === 'clip') return null;
  return viewObstacles(restoreFace(measurement.face)).map(({ code }) => code);
}

/** The calibrations of leaving out one family, each fitted when it is asked for first. */
function leaveOut({ files, refit }: EvaluationInput): Scoring['withoutFamily'] {
  if (refit === null) return () => undefined;
  const fitted = new Map<string, LiveCalibration | undefined>();
  return (family) => {
    if (!fitted.has(family)) {
      const stills = files
        .filter((file) => file.family !== family && !file.noisy)
        .flatMap(({ source, live, measurement, ...file }): FitStill[] =>
          measurement.presentation === 'still' && measurement.outcome === 'measured'
            ? [
                {
                  source,
                  family: file.family,
                  unit: JSON.stringify([live, subjectOf(file)]),
                  live,
                  face: restoreFace(measurement.face),
                },
              ]
            : [],
        );
      fitted.set(family, refit(stills));
    }
    return fitted.get(family);
  };
}

/** Where the answers of a unit of stills change: at the limits of the calibration that scored them. */
function stillLimits(scoring: Scoring, files: readonly LabelledMeasurement[]): AnswerLimits {
  const families = new Map(files.map(({ source, family }) => [source, family]));
  return (kind, [first]) => {
    const calibration =
      kind === 'calibrated' ? scoring.calibration : scoring.withoutFamily(families.get(first!.source)!);
    return kind === 'raw_mean' || !calibration ? null : asLogOdds(calibration);
  };
}

function asLogOdds({ limits }: LiveCalibration) {
  return { live: logOddsOf(limits.live), attack: logOddsOf(limits.attack) };
}

function describeKinds(
  { calibration, files }: EvaluationInput,
  { baseline, withoutFamily }: Scoring,
): readonly ScoreKindDescription[] {
  const presentations = (['still', 'clip'] as const).flatMap((presentation) =>
    files.some(({ measurement }) => measurement.presentation === presentation)
      ? [presentation === 'still' ? ('stills' as const) : ('clips' as const)]
      : [],
  );
  const describe = (
    kind: ScoreKind,
    name: string,
    about: string,
    limits: ScoreKindDescription['limits'],
  ) => ({ kind, name, about, limits, presentations });
  const refits = files.some(({ family }) => withoutFamily(family) !== undefined);
  return [
    describe(
      'calibrated',
      calibration.name,
      'The live probability that ships; a clip is judged by the evidence of all looks at it, as a session is.',
      asLogOdds(calibration),
    ),
    describe(
      'raw_mean',
      `mean of ${baseline.join(' and ') || 'no net'}`,
      "The mean of the nets' live scores, as Silent-Face has it, without any calibration.",
      null,
    ),
    ...(refits
      ? [
          describe(
            'leave_one_source_out' as const,
            `${calibration.name}, fitted anew`,
            'The calibration is fitted anew for each source, to all others, and then scores this one, which it has not seen.',
            null,
          ),
        ]
      : []),
  ];
}

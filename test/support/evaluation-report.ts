import {
  type AnswerRates,
  type Answers,
  type ClassSummary,
  type ComparisonRow,
  type DecisionComparison,
  type DetPoint,
  type Estimate,
  type EvaluationReport,
  formatVersion,
  type InRangeReport,
  type PooledReport,
  type PresentationReport,
  type RangeCount,
  type Rate,
  type ScoreKind,
  type ScoreReport,
  type SingleCutReport,
  type SourceReport,
} from '../../src/decisions/evaluation/report.ts';
import { exactInterval } from '../../src/decisions/exact-interval.ts';
import { areaUnderCurve } from '../../src/decisions/training/detection-rates.ts';
import { brierScore, reliability } from '../../src/decisions/training/reliability.ts';
import { seededRandom } from './random.ts';

/** What a source of the synthetic report is like. */
export interface SyntheticSource {
  readonly name: string;
  readonly bonaFide: number;
  /** Attacks by species. */
  readonly attacks: Readonly<Record<string, number>>;
  /** How far apart the classes are, in log-odds. */
  readonly apart: number;
  /** How far the raw score is off on this camera, in log-odds. */
  readonly shift?: number;
  /** The AUC of face width alone. */
  readonly faceWidth?: number;
  readonly noisy?: boolean;
}

interface Unit {
  readonly species: string | null;
  readonly scores: Readonly<Record<ScoreKind, number>>;
}

const kinds: readonly ScoreKind[] = ['calibrated', 'raw_mean', 'leave_one_source_out'];
const limits = { live: 1.4, attack: -1.6 };

/** Sources of many shapes: large and tiny, good and bad, confounded, noisy, of one class. */
export const manySources: readonly SyntheticSource[] = [
  { name: 'airport-gate', bonaFide: 120, attacks: { print: 90, replay: 70 }, apart: 4.6 },
  { name: 'bank', bonaFide: 60, attacks: { print: 40, cutout: 22 }, apart: 4.2, shift: 1.5 },
  { name: 'celebaspoof_reynara', bonaFide: 44, attacks: { print: 30, replay: 31 }, apart: 3.4, shift: -2 },
  { name: 'crops-of-few', bonaFide: 12, attacks: { replay: 9 }, apart: 5, faceWidth: 0.98 },
  { name: 'kiosk', bonaFide: 18, attacks: { print: 12, mask: 5 }, apart: 2.6, shift: -1 },
  { name: 'live-only', bonaFide: 35, attacks: {}, apart: 5 },
  {
    name: 'phone-selfies',
    bonaFide: 230,
    attacks: { print: 61, replay: 120, mask: 14 },
    apart: 3.6,
    shift: 2,
  },
  { name: 'webcam-labels-unsure', bonaFide: 25, attacks: { spoof: 26 }, apart: 0.8, noisy: true },
];

/** A report of numbers that nobody measured, as it might come of real data: the same for the same seed. */
export function syntheticReport(
  sources: readonly SyntheticSource[] = manySources,
  seed = 5,
): EvaluationReport {
  const random = seededRandom(seed);
  const stills = presentation(sources, random, kinds, true);
  return {
    format: 'bonafide-evaluation',
    formatVersion,
    run: {
      version: '0.1.0',
      madeAt: '2026-03-01T12:00:00.000Z',
      manifest: 'manifest.csv',
      manifestSha256: 'ab'.repeat(32),
      where: ['kind=A'],
      noisy: ['webcam-labels-unsure'],
      noisyByCalibration: null,
      calibrationFile: null,
      unit: 'subject',
      seed: 20_260_301,
      bootstrapDraws: 1000,
      fittedTo: { manifestSha256: 'ab'.repeat(32), sources: ['airport-gate', 'bank'] },
      settings: { LIVENESS_MIN_SIDE: 224, ANTI_SPOOF_V2SE: false },
      notices: ['The third net is not installed, so two were asked.'],
    },
    models: [
      { role: 'detector', name: 'yunet', pack: 'strong', sha256: '8f'.repeat(32) },
      { role: 'anti-spoof', name: 'minifasnet-v2', pack: 'strong', sha256: '4e'.repeat(32) },
      { role: 'anti-spoof', name: 'minifasnet-v1se', pack: 'strong', sha256: 'd8'.repeat(32) },
    ],
    scoreKinds: [
      {
        kind: 'calibrated',
        presentations: ['stills', 'clips'],
        name: 'live-strong',
        about: 'A logistic combination of the logits of the nets.',
        limits,
      },
      {
        kind: 'raw_mean',
        presentations: ['stills', 'clips'],
        name: 'minifasnet-mean',
        about: 'The mean of the live scores of MiniFASNet V2 and V1SE, as Silent-Face has it.',
        limits: null,
      },
      {
        kind: 'leave_one_source_out',
        presentations: ['stills'],
        name: 'live-strong',
        about: 'The same combination, fitted anew without the source that it then scores.',
        limits: null,
      },
    ],
    data: {
      files: 2480,
      units: 1111,
      sources: sources.length,
      notCounted: [{ why: 'label "photo" is neither live nor an attack', files: 22 }],
    },
    stills,
    clips: presentation(
      [
        { name: 'kiosk', bonaFide: 9, attacks: { replay: 4 }, apart: 9 },
        { name: 'phone-selfies', bonaFide: 3, attacks: { replay: 2 }, apart: 8 },
      ],
      random,
      ['calibrated', 'raw_mean'],
      false,
    ),
    latency: {
      stills: [
        { stage: 'total', files: 2480, p50: 61.2, p90: 74.8, p99: 139.1 },
        { stage: 'detect', files: 2480, p50: 22.4, p90: 28.1, p99: 61.7 },
        { stage: 'decode', files: 2480, p50: 9.8, p90: 21.5, p99: 44 },
        { stage: 'anti-spoof/minifasnet-v2', files: 2301, p50: 5.2, p90: 6.1, p99: 11.3 },
        { stage: 'anti-spoof/minifasnet-v1se', files: 2301, p50: 4.4, p90: 5.2, p99: 9.9 },
      ],
      clips: [{ stage: 'total', files: 18, p50: 2403, p90: 3820, p99: 5101 }],
      concurrency: 2,
    },
    verification: verification(random),
    comparison: {
      other: {
        run: {
          version: '0.1.0',
          madeAt: '2026-02-01T12:00:00.000Z',
          manifest: 'manifest.csv',
          manifestSha256: 'ab'.repeat(32),
          where: ['kind=A'],
          noisy: ['webcam-labels-unsure'],
          noisyByCalibration: null,
          calibrationFile: null,
          unit: 'subject',
          seed: 20_260_301,
          bootstrapDraws: 1000,
          fittedTo: null,
          settings: {},
          notices: [],
        },
        models: [
          { role: 'anti-spoof', name: 'bonafide-anti-spoof', pack: 'embedded', sha256: '11'.repeat(32) },
        ],
      },
      sameData: true,
      rows: comparison(stills),
    },
  };
}

function presentation(
  described: readonly SyntheticSource[],
  random: () => number,
  of: readonly ScoreKind[],
  hasRange: boolean,
): PresentationReport {
  const units = new Map(described.map((source) => [source.name, drawUnits(source, random)]));
  const sources = described.map((source) => ({
    ...sourceReport(source, units.get(source.name)!, of),
    inRange: hasRange ? inRange(units.get(source.name)!, of, exact) : null,
  }));
  const pool = (chosen: readonly SourceReport[]): PooledReport => {
    const names = chosen.map(({ source }) => source);
    const all = names.flatMap((name) => units.get(name)!);
    const [bonaFide, attack] = [all.filter(isLive).length, all.length - all.filter(isLive).length];
    return {
      sources: names,
      sourcesWithBothClasses: chosen.filter(({ marks }) => marks.bothClasses).map(({ source }) => source),
      nonResponse: {
        bonaFide: bonaFide === 0 ? null : bootstrapped(Math.round(bonaFide * 0.02), bonaFide),
        attack: attack === 0 ? null : bootstrapped(Math.round(attack * 0.05), attack),
      },
      scores: of.map((kind) => scoreReport(kind, all, bootstrapped)),
      meansOfSources: of.map((kind) => ({ kind, auc: around(0.97), eer: around(0.06) })),
      decision: decision(chosen, all, of),
      inRange: hasRange
        ? {
            ...inRange(all, of, bootstrapped),
            meansOfSources: of.map((kind) => ({ kind, auc: around(0.98), eer: around(0.04) })),
            decision: decision(chosen, all.filter(isInRange), of),
          }
        : null,
    };
  };
  const headline = sources.filter(({ marks }) => marks.headline);
  const both = headline.filter(({ marks }) => marks.bothClasses);
  const singleCut = singleCuts(both, of);
  return {
    sources,
    headline: pool(headline),
    notNoisy: pool(sources.filter(({ marks }) => !marks.noisy)),
    all: pool(sources),
    confounds: described.map((source) => {
      const bothClasses = Object.keys(source.attacks).length > 0 && source.bonaFide > 0;
      const face = source.faceWidth ?? 0.55 + 0.2 * random();
      const auc = bothClasses
        ? {
            face_width: face,
            brightness: 0.5 + 0.3 * random(),
            sharpness: 0.5 + 0.35 * random(),
            format: 0.5,
          }
        : { face_width: null, brightness: null, sharpness: null, format: null };
      return {
        source: source.name,
        auc,
        worst: bothClasses ? { name: 'face_width', auc: face } : null,
        confounded: bothClasses && face > 0.9,
      };
    }),
    singleCut,
    singleCutInRange: hasRange ? singleCut : null,
  };
}

function singleCuts(both: readonly SourceReport[], of: readonly ScoreKind[]): SingleCutReport | null {
  if (both.length === 0) return null;
  return {
    sources: both.map(({ source }) => source),
    rows: of.flatMap((kind) =>
      (['hindsight', 'other_sources'] as const).map((chosen) => {
        const rate = { raw_mean: 0.11, calibrated: 0.05, leave_one_source_out: 0.06 }[kind];
        const value = rate + (chosen === 'hindsight' ? 0 : 0.02);
        return {
          kind,
          chosen,
          threshold: chosen === 'hindsight' ? 0.4 : null,
          ...errors(value),
          bySource: both.map(({ source }) => ({ source, threshold: 0.4, apcer: value, bpcer: value })),
        };
      }),
    ),
  };
}

function errors(value: number) {
  return { apcer: around(value * 1.2), bpcer: around(value * 0.8), halfTotalErrorRate: around(value) };
}

/** Ours errs less where it may abstain, and more where it may not. */
function decision(
  chosen: readonly SourceReport[],
  units: readonly Unit[],
  of: readonly ScoreKind[],
): DecisionComparison | null {
  const both = chosen.filter(({ marks }) => marks.bothClasses).map(({ source }) => source);
  if (both.length === 0 || !of.includes('raw_mean')) return null;
  const compared = (ours: number, baseline: number, share: number) => ({
    sources: both,
    units: {
      bonaFide: Math.round(share * units.filter(isLive).length),
      attack: Math.round(share * units.filter((unit) => !isLive(unit)).length),
    },
    ours: errors(ours),
    baseline: { ...errors(baseline), threshold: 0.4 },
    difference: {
      value: ours - baseline,
      low: ours - baseline - 0.012,
      high: ours - baseline + 0.012,
    },
  });
  return {
    kind: of.includes('leave_one_source_out') ? 'leave_one_source_out' : 'calibrated',
    ...compared(0.031, 0.072, 1),
    inconclusive: { bonaFide: around(0.21), attack: around(0.04) },
    answered: compared(0.034, 0.03, 0.8),
  };
}

/** Whether a unit of the synthetic sources is in range: most are, the same ones each time. */
function isInRange({ scores }: Unit): boolean {
  return Math.abs(scores.raw_mean * 1e3) % 5 > 1;
}

function inRange(
  units: readonly Unit[],
  of: readonly ScoreKind[],
  rate: (errors: number, of: number) => Rate,
): InRangeReport {
  const ranged = units.filter(isInRange);
  const count = (live: boolean): RangeCount => {
    const [all, inside] = [units, ranged].map((some) => some.filter((unit) => isLive(unit) === live).length);
    return {
      ...{ files: 2 * inside!, filesAnswered: 2 * all!, units: inside!, unitsAnswered: all! },
      reasons: all === inside ? [] : [{ reason: 'face_too_close', files: 2 * (all! - inside!) }],
    };
  };
  return {
    bonaFide: count(true),
    attack: count(false),
    scores: of.map((kind) => scoreReport(kind, ranged, rate)),
    meansOfSources: [],
    decision: null,
  };
}

function drawUnits(source: SyntheticSource, random: () => number): Unit[] {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const draw = (species: string | null): Unit => {
    const middle = ((species === null ? 1 : -1) * source.apart) / 2 + (species === 'mask' ? 1.2 : 0);
    const calibrated = middle + 1.1 * normal();
    return {
      species,
      scores: {
        calibrated,
        leave_one_source_out: calibrated + 0.3 * normal(),
        raw_mean: 1.9 * calibrated + (source.shift ?? 0) + 1.8 * normal(),
      },
    };
  };
  return [
    ...Array.from({ length: source.bonaFide }, () => draw(null)),
    ...Object.entries(source.attacks).flatMap(([species, many]) =>
      Array.from({ length: many }, () => draw(species)),
    ),
  ];
}

function sourceReport(
  source: SyntheticSource,
  units: readonly Unit[],
  of: readonly ScoreKind[],
): Omit<SourceReport, 'inRange'> {
  const bothClasses = units.some(isLive) && !units.every(isLive);
  const confounded = bothClasses && (source.faceWidth ?? 0) > 0.9;
  const noisy = source.noisy ?? false;
  const attacks = units.length - units.filter(isLive).length;
  return {
    source: source.name,
    marks: { confounded, noisy, headline: !confounded && !noisy, bothClasses },
    bonaFide: summary(units.filter(isLive).length),
    attack: summary(attacks),
    scores: of.map((kind) => scoreReport(kind, units, exact)),
  };
}

function summary(scored: number): ClassSummary {
  const unanswered = Math.floor(scored * 0.03);
  return {
    files: scored * 2,
    units: scored + unanswered,
    subjects: scored,
    nonResponse: scored === 0 ? null : exact(unanswered, scored + unanswered),
    reasons: unanswered === 0 ? [] : [{ reason: 'no_face', files: 2 * unanswered }],
  };
}

function scoreReport(
  kind: ScoreKind,
  units: readonly Unit[],
  rate: (errors: number, of: number) => Rate,
): ScoreReport {
  const rows = units.map((unit, at) => ({
    score: unit.scores[kind],
    live: isLive(unit),
    subject: String(at),
  }));
  const live = rows.filter((row) => row.live).map(({ score }) => score);
  const attack = rows.filter((row) => !row.live).map(({ score }) => score);
  const both = live.length > 0 && attack.length > 0;
  const shares = rows.map((row) => ({ ...row, score: 1 / (1 + Math.exp(-row.score)) }));
  const det = both ? tradeOff(live, attack) : [];
  const eer = det.find(({ apcer, bpcer }) => bpcer >= apcer);
  const answers = kind === 'raw_mean' ? null : answersOf(units, kind, rate);
  return {
    kind,
    units: { bonaFide: live.length, attack: attack.length },
    answers,
    files: answers,
    auc: both ? around(areaUnderCurve(rows)) : null,
    eer: eer ? { ...around((eer.apcer + eer.bpcer) / 2), threshold: eer.threshold ?? 0 } : null,
    bpcerAt: both
      ? [0.1, 0.05, 0.01].map((allowed) => {
          const point = det.find(({ apcer }) => apcer <= allowed)!;
          return {
            allowed,
            apcer: point.apcer,
            threshold: point.threshold,
            bpcer: rate(Math.round(point.bpcer * live.length), live.length),
          };
        })
      : [],
    det,
    histogram: Array.from({ length: 32 }, (_, bin) => {
      const [from, to] = [-8 + bin / 2, -7.5 + bin / 2];
      const share = (scores: readonly number[]) =>
        scores.length === 0
          ? 0
          : scores.filter((score) => (score >= from || bin === 0) && (score < to || bin === 31)).length /
            scores.length;
      return { from, to, bonaFide: share(live), attack: share(attack) };
    }),
    reliability: both ? reliability(shares).map(({ rows, ...bin }) => ({ ...bin, units: rows })) : [],
    brier: both ? brierScore(shares) : null,
  };
}

function tradeOff(live: readonly number[], attack: readonly number[]): DetPoint[] {
  const thresholds = [...live, ...attack].sort((one, other) => one - other);
  const step = Math.max(1, Math.floor(thresholds.length / 190));
  const points = thresholds
    .filter((_, at) => at % step === 0)
    .map((threshold) => ({
      threshold,
      apcer: attack.filter((score) => score >= threshold).length / attack.length,
      bpcer: live.filter((score) => score < threshold).length / live.length,
    }));
  return [...points, { threshold: null, apcer: 0, bpcer: 1 }];
}

function answersOf(
  units: readonly Unit[],
  kind: ScoreKind,
  rate: (errors: number, of: number) => Rate,
): Answers {
  const rates = (chosen: readonly Unit[]): AnswerRates | null => {
    if (chosen.length === 0) return null;
    const scores = chosen.map((unit) => unit.scores[kind]);
    const live = scores.filter((score) => score >= limits.live).length;
    const attack = scores.filter((score) => score <= limits.attack).length;
    const many = scores.length;
    return {
      live: rate(live, many),
      inconclusive: rate(many - live - attack, many),
      attack: rate(attack, many),
    };
  };
  const names = [...new Set(units.flatMap(({ species }) => species ?? []))].sort();
  const species = names.map((name) => ({
    species: name,
    ...rates(units.filter((unit) => unit.species === name))!,
  }));
  const worst = species.toSorted((one, other) => other.live.rate - one.live.rate)[0];
  return {
    bonaFide: rates(units.filter(isLive)),
    attack: rates(units.filter((unit) => !isLive(unit))),
    species,
    worstSpecies: worst?.species ?? null,
  };
}

function verification(random: () => number): EvaluationReport['verification'] {
  const genuine = Array.from({ length: 600 }, () => 0.2 + 0.12 * (random() + random() - 1));
  const impostor = Array.from({ length: 600 }, () => 0.5 + 0.2 * (random() + random() + random() - 1.5));
  const at = (threshold: number) => ({
    threshold,
    fmr: impostor.filter((distance) => distance <= threshold).length / 600,
    fnmr: genuine.filter((distance) => distance > threshold).length / 600,
  });
  const det = Array.from({ length: 150 }, (_, step) => at(step / 200));
  const there = at(0.35);
  return {
    embedder: 'mobilefacenet',
    pairs: 'pairs.csv',
    pairsSha256: 'cd'.repeat(32),
    people: 800,
    genuine: 600,
    impostor: 600,
    notMeasured: 3,
    threshold: 0.35,
    fmr: around(there.fmr),
    fnmr: around(there.fnmr),
    auc: around(0.991),
    eer: around(0.012),
    fnmrAt: [0.01, 0.001].map((fmr) => ({ fmr, threshold: 0.3, fnmr: around(fmr * 1.5) })),
    det,
  };
}

function comparison(stills: PresentationReport): ComparisonRow[] {
  return stills.headline.scores.flatMap(({ kind, eer, auc }) =>
    (['eer', 'auc'] as const).map((figure) => {
      const here = (figure === 'eer' ? eer : auc)?.value ?? null;
      const difference = here === null ? null : figure === 'eer' ? -0.04 : 0.03;
      return {
        presentations: 'stills' as const,
        of: 'headline',
        kind,
        figure,
        here,
        other: here === null ? null : here - difference!,
        difference,
      };
    }),
  );
}

function isLive({ species }: Unit): boolean {
  return species === null;
}

function exact(errors: number, of: number): Rate {
  return { errors, of, rate: errors / of, ...exactInterval(errors, of), interval: 'clopper_pearson' };
}

function bootstrapped(errors: number, of: number): Rate {
  return { ...exact(errors, of), interval: 'bootstrap' };
}

function around(value: number): Estimate {
  return { value, low: Math.max(0, value - 0.02), high: Math.min(1, value + 0.025) };
}

import type { ModelIdentity } from '../facts.ts';
import type { ExactRate } from '../training/detection-rates.ts';

/** Counts the shapes that `report.json` has had: whoever changes the shape raises it. */
export const formatVersion = 4;

/**
 * The shape of `report.json`, which `bonafide evaluate` writes and the page of the report is drawn from.
 *
 * The words are those of ISO/IEC 30107-3: a *presentation attack* is of a *species* (print, replay, …); a *bona
 * fide* presentation is a genuine one. APCER is the share of attacks of one species that are called live, BPCER the
 * share of bona fide presentations that are called an attack. There is no accuracy here: it would depend on how
 * many of each the data happen to hold.
 *
 * - **Units.** All rates are over *units*, which stand in for independent presentations: a subject, a clip or a
 *   file, see {@link UnitKind}. A unit is of one class and one species; its score is the mean of its files' scores.
 *   Rates over files are in `files` of a {@link ScoreReport}, with intervals that know whose they are.
 * - **Scores and thresholds** are log-odds, `ln(p / (1 − p))` of the live probability p: it does not saturate. The
 *   higher, the more live.
 * - **Missing figures** are `null`, never 0: a rate of nothing, the AUC of one class.
 * - **Shares** are 0 to 1, intervals are of 95 %.
 */
export interface EvaluationReport {
  readonly format: 'bonafide-evaluation';
  /** Of this shape; a reader refuses another one. */
  readonly formatVersion: typeof formatVersion;
  readonly run: RunDescription;
  /** The models that measured, with the hashes of their weights. */
  readonly models: readonly ModelIdentity[];
  /** What stands under `scores` everywhere, in the order in which it is shown. */
  readonly scoreKinds: readonly ScoreKindDescription[];
  readonly data: DataSummary;
  /** Still pictures, each judged as the passive check does; null where there are none. */
  readonly stills: PresentationReport | null;
  /** Clips, each judged as the evidence of a whole session is; null where there are none. */
  readonly clips: PresentationReport | null;
  /** Of when each file was measured: repeated from kept measurements, other where they are made anew. */
  readonly latency: LatencyReport;
  /** Comparing faces; null unless pairs were given. */
  readonly verification: VerificationReport | null;
  /** Side by side with another report; null unless one was given. */
  readonly comparison: ComparisonReport | null;
}

/**
 * What counts as one presentation. `subject`: the manifest's subject, where it names one, else the clip that a
 * picture is a frame of, else the file; `clip`: the clip, else the file; `file`: each file.
 */
export type UnitKind = 'subject' | 'clip' | 'file';

/** What was run, and what bears on the figures. */
export interface RunDescription {
  /** Of the program. */
  readonly version: string;
  /** When the report was made; ISO 8601, UTC. */
  readonly madeAt: string;
  /** The manifest's file name, without its folder. */
  readonly manifest: string;
  /** Lower-case hex, of the manifest's file. */
  readonly manifestSha256: string;
  /** The conditions that chose the rows, as they were given; empty where the default set was taken. */
  readonly where: readonly string[];
  /** Sources, or folders of files, that were said to be noisy, beside those that the manifest says it of. */
  readonly noisy: readonly string[];
  /**
   * Sources whose stills a calibration that was fitted to this very manifest left out as noise, beside those that were
   * said to be noisy here; null where there are none.
   */
  readonly noisyByCalibration: NoiseByCalibration | null;
  /** The operator's own calibration; null where the one that ships for these models is in use. */
  readonly calibrationFile: NamedFile | null;
  readonly unit: UnitKind;
  /** Of the bootstrap. */
  readonly seed: number;
  readonly bootstrapDraws: number;
  /** What the calibration in use was fitted to, to know whether these are the same; null where it was not fitted. */
  readonly fittedTo: { readonly manifestSha256: string; readonly sources: readonly string[] } | null;
  /** Settings that bear on verdicts, by their names in the environment. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** Sentences for the reader: which fallback served, what could not be computed, and why. */
  readonly notices: readonly string[];
}

export interface NoiseByCalibration {
  /** Its name. */
  readonly calibration: string;
  readonly sources: readonly string[];
}

/** A file by its name, without its folder, and the lower-case hex of its SHA-256. */
export interface NamedFile {
  readonly name: string;
  readonly sha256: string;
}

/**
 * - `calibrated`: the live probability that ships, by the calibration in use.
 * - `raw_mean`: the mean of MiniFASNet's live scores, Silent-Face's own rule; the mean of whatever nets are present
 *   where MiniFASNet is not. What calibration is measured against.
 * - `leave_one_source_out`: the calibration fitted anew without the source whose units it then scores. The honest one
 *   for data that the calibration in use was fitted on.
 */
export type ScoreKind = 'calibrated' | 'raw_mean' | 'leave_one_source_out';

export interface ScoreKindDescription {
  readonly kind: ScoreKind;
  /** What is scored so: a clip may lack a kind that stills have. */
  readonly presentations: readonly ('stills' | 'clips')[];
  /** The name of the calibration, `yunet+minifasnet-v2+minifasnet-v1se` for instance, or of the rule. */
  readonly name: string;
  /** How it was made, in a sentence or two. */
  readonly about: string;
  /**
   * Where the answers of stills change; log-odds. From `live` up it is live, from `attack` down an attack. Null where
   * it differs from source to source (`leave_one_source_out`) or the answers rest on more than one number.
   */
  readonly limits: { readonly live: number; readonly attack: number } | null;
}

/** Which rows were counted, and which were not. */
export interface DataSummary {
  readonly files: number;
  readonly units: number;
  readonly sources: number;
  /** Rows of the manifest that were not evaluated, by why. */
  readonly notCounted: readonly NotCounted[];
}

export interface NotCounted {
  /** A sentence's part: `label "photo" is neither live nor an attack`. */
  readonly why: string;
  readonly files: number;
}

/** All that is said of stills, or of clips. */
export interface PresentationReport {
  /** Sorted by name. */
  readonly sources: readonly SourceReport[];
  /** Sources that are neither confounded nor noisy, weighted equally. The figures to quote. */
  readonly headline: PooledReport;
  /** All sources but the noisy ones, weighted equally. */
  readonly notNoisy: PooledReport;
  /** All sources, weighted equally. */
  readonly all: PooledReport;
  /** One row a source, in the order of `sources`. */
  readonly confounds: readonly ConfoundRow[];
  /** A single cut for all cameras: ours against MiniFASNet's mean; null where no source has both classes. */
  readonly singleCut: SingleCutReport | null;
  /** The same of what is in range alone; null for clips, too. */
  readonly singleCutInRange: SingleCutReport | null;
}

export interface SourceReport {
  readonly source: string;
  readonly marks: SourceMarks;
  readonly bonaFide: ClassSummary;
  readonly attack: ClassSummary;
  /** One entry a score kind, in the order of `scoreKinds`; fewer where a kind is missing here. */
  readonly scores: readonly ScoreReport[];
  /** Null for clips: ours rests on their looks in range alone, the raw mean on all. */
  readonly inRange: InRangeReport | null;
}

/**
 * What is in range alone. A picture out of range (a small face, a turned one) is answered as inconclusive, whatever its
 * score. AUC, EER, DET and rates at a threshold count that score elsewhere, as if somebody acted on it; not here. The
 * same units for every kind of score: those that all kinds could score.
 */
export interface InRangeReport {
  readonly bonaFide: RangeCount;
  readonly attack: RangeCount;
  /** As those of everything, in the same order; empty where nothing is in range. */
  readonly scores: readonly ScoreReport[];
  /** As in {@link PooledReport}; empty, and null, of one source. */
  readonly meansOfSources: readonly MeanOfSources[];
  readonly decision: DecisionComparison | null;
}

/** How much of a class is in range, of what has an answer. */
export interface RangeCount {
  readonly files: number;
  readonly filesAnswered: number;
  /** A unit is in range where some file of it is; its score is then that of these. */
  readonly units: number;
  readonly unitsAnswered: number;
  /** Files by what keeps them out of range: `face_too_close`, `face_too_small` …; a file may have several. */
  readonly reasons: readonly { readonly reason: string; readonly files: number }[];
}

/** What to know of a source before its figures are believed. */
export interface SourceMarks {
  /** A figure that has nothing to do with liveness separates its classes better than {@link ConfoundRow} allows. */
  readonly confounded: boolean;
  /** Its labels or crops are said to be noise: by the manifest, by who ran this, or by a calibration. */
  readonly noisy: boolean;
  /** Neither, so it is in the headline. */
  readonly headline: boolean;
  /** It has both classes; else it has no AUC, no EER and no DET. */
  readonly bothClasses: boolean;
}

/** How much of one class there is, and how much of it got an answer. */
export interface ClassSummary {
  readonly files: number;
  readonly units: number;
  /** People, or what stands in for them (see `subjects` of the bootstrap): whom intervals draw anew. */
  readonly subjects: number;
  /** Units without any answer (all files: no face, several faces, unreadable). Of all units. */
  readonly nonResponse: Rate | null;
  /** Files without an answer, by why: `no_face`, `several_faces`, an error's code. */
  readonly reasons: readonly { readonly reason: string; readonly files: number }[];
}

/** Sources together, each with the same weight, however many files it has. */
export interface PooledReport {
  /** The names of the sources that are in. */
  readonly sources: readonly string[];
  /** Those of them with both classes. */
  readonly sourcesWithBothClasses: readonly string[];
  /** Non-response of units, the mean of the sources that have the class. */
  readonly nonResponse: { readonly bonaFide: Rate | null; readonly attack: Rate | null };
  /** AUC, EER, DET and BPCER at fixed APCER: one threshold for all sources. */
  readonly scores: readonly ScoreReport[];
  /**
   * The mean of the sources' own AUC and EER, each at a threshold of its own: what ranking alone could do. One entry a
   * score kind; empty where no source has both classes.
   */
  readonly meansOfSources: readonly MeanOfSources[];
  /** Our three answers against MiniFASNet's mean at its best single cut; null where they cannot be compared. */
  readonly decision: DecisionComparison | null;
  /** What of these sources is in range; null for clips. */
  readonly inRange: InRangeReport | null;
}

export interface MeanOfSources {
  readonly kind: ScoreKind;
  readonly auc: Estimate;
  readonly eer: Estimate;
}

/**
 * A share of units. Of one source: `rate` is `errors / of`, the interval is exact (Clopper and Pearson). Pooled:
 * `errors` and `of` are sums, `rate` is the mean of the sources' rates, and so not their quotient; the interval comes
 * from drawing subjects anew within each source (percentile bootstrap). Where all or none err no draw differs: there it is
 * the exact one of as many trials as there are subjects.
 */
export interface Rate extends ExactRate {
  readonly interval: 'clopper_pearson' | 'bootstrap';
}

/**
 * A figure with the interval that drawing subjects anew gives (percentile bootstrap); null where it has none. Where
 * no draw errs, draws tell nothing: an error rate then has the exact upper end of no error among the people of the class
 * that has fewer, an AUC has no interval.
 */
export interface Estimate {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** What one kind of score says of one source, or of several pooled. */
export interface ScoreReport {
  readonly kind: ScoreKind;
  /** Units that have a score: those with an answer, less those that no net could score. */
  readonly units: { readonly bonaFide: number; readonly attack: number };
  /** What was answered of units at the limits in use; null for a kind that answers nothing (`raw_mean`). */
  readonly answers: Answers | null;
  /** The same of files, one by one: what a single picture meets. Intervals by bootstrap over subjects. */
  readonly files: Answers | null;
  /** The chance that a bona fide unit scores higher than an attack, ties counting half; null with one class. */
  readonly auc: Estimate | null;
  /** Where APCER and BPCER are alike, interpolated between the two nearest thresholds; null with one class. */
  readonly eer: (Estimate & { readonly threshold: number }) | null;
  /** BPCER where at most so many attacks pass, for 10 %, 5 % and 1 %; empty with one class. */
  readonly bpcerAt: readonly BpcerAtApcer[];
  /** Detection error trade-off, the lowest threshold first; empty with one class. At most 200 points. */
  readonly det: readonly DetPoint[];
  /** Of units. */
  readonly histogram: readonly HistogramBin[];
  /** Of units; bins without any are left out. Empty with one class. */
  readonly reliability: readonly ReliabilityBin[];
  /** Mean squared distance of the probability from the truth, both classes counting alike; null with one class. */
  readonly brier: number | null;
}

/** What was answered. Each null where the class has no unit with an answer. */
export interface Answers {
  readonly bonaFide: AnswerRates | null;
  /** All species together. APCER is not this, see `species`. */
  readonly attack: AnswerRates | null;
  /** One entry a species, sorted by name. `called.live` is its APCER. */
  readonly species: readonly SpeciesAnswers[];
  /** The species with the highest APCER: the figure ISO/IEC 30107-3 asks for. */
  readonly worstSpecies: string | null;
}

export interface SpeciesAnswers extends AnswerRates {
  /** `print`, `replay`, `mask` …; `spoof` where the manifest does not say. */
  readonly species: string;
}

/** Of those with an answer. `live`, `inconclusive` and `attack` add up to all. */
export interface AnswerRates {
  /** Of an attack: APCER. */
  readonly live: Rate;
  /** No error and no success: an active check would follow. */
  readonly inconclusive: Rate;
  /** Of a bona fide presentation: BPCER. */
  readonly attack: Rate;
}

export interface BpcerAtApcer {
  /** The APCER that is allowed: 0.1, 0.05 or 0.01. */
  readonly allowed: number;
  /** The APCER that is reached, at most `allowed`; 0 where there are too few attacks for more. */
  readonly apcer: number;
  /** Where; log-odds. Null where only refusing everybody would do. */
  readonly threshold: number | null;
  /** The interval takes the threshold for given. */
  readonly bpcer: Rate;
}

/** Who scores `threshold` or more is called live. */
export interface DetPoint {
  /** Log-odds; null for the last one, which calls nobody live. */
  readonly threshold: number | null;
  readonly apcer: number;
  readonly bpcer: number;
}

/** Scores from `from` up to below `to`; the outermost bins hold what lies beyond, too. Log-odds. */
export interface HistogramBin {
  readonly from: number;
  readonly to: number;
  /** Shares of the class's units: sources weigh alike where they are pooled. Each class adds up to 1. */
  readonly bonaFide: number;
  readonly attack: number;
}

/** Units whose live probability lies from `from` to `to`. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly units: number;
  /** Mean live probability: what share of them should be live. */
  readonly predicted: number;
  /** What share is, both classes counting alike in all. */
  readonly observed: number;
}

/** What could be told from a picture without looking at the face. */
export type ConfoundName = 'face_width' | 'brightness' | 'sharpness' | 'format';

/** How well each confound alone separates the classes of a source's files. */
export interface ConfoundRow {
  readonly source: string;
  /** AUC without direction, 0.5 (not at all) to 1; `format`: the best that its kinds allow. Null with one class. */
  readonly auc: Readonly<Record<ConfoundName, number | null>>;
  /** The strongest; null with one class. */
  readonly worst: { readonly name: ConfoundName; readonly auc: number } | null;
  /** `worst` is above 0.9, and there are four files of each class or more: with fewer, chance would do. */
  readonly confounded: boolean;
}

/**
 * One threshold for all cameras, no third answer. The half total error rate is the mean of APCER (all species
 * together) and BPCER, of sources with both classes that are in the headline, weighted equally.
 */
export interface SingleCutReport {
  readonly sources: readonly string[];
  readonly rows: readonly SingleCutRow[];
}

export interface SingleCutRow extends ErrorRates {
  readonly kind: ScoreKind;
  /**
   * `hindsight`: the one cut that suits these very sources best, which nobody could have known;
   * `other_sources`: for each source the cut that suits the others best.
   */
  readonly chosen: 'hindsight' | 'other_sources';
  /** Null where it differs from source to source. */
  readonly threshold: number | null;
  /** By source, in the order of `sources`. */
  readonly bySource: readonly {
    readonly source: string;
    readonly threshold: number;
    readonly apcer: number;
    readonly bpcer: number;
  }[];
}

/**
 * Our decision, with its three answers, against MiniFASNet's mean cut at one place: the one that suits these very units
 * best, which nobody could have known (`hindsight` in {@link SingleCutRow}). Of sources with both classes, weighted
 * equally, on the same units: those that both scored.
 *
 * Ours may abstain, and to abstain is no error; so `answered` asks both once more about nothing but the units that ours
 * answered, where MiniFASNet's mean gets the best cut of those.
 */
export interface DecisionComparison extends DecisionErrors {
  /** Whose answers are `ours`: `leave_one_source_out`, or `calibrated` where there is none. */
  readonly kind: ScoreKind;
  /** The share of units that ours answers with inconclusive: an active check follows. */
  readonly inconclusive: { readonly bonaFide: Estimate; readonly attack: Estimate };
  /** Null where ours has no answer of both classes in any source. */
  readonly answered: DecisionErrors | null;
}

export interface DecisionErrors {
  readonly sources: readonly string[];
  readonly units: { readonly bonaFide: number; readonly attack: number };
  readonly ours: ErrorRates;
  /** The cut is log-odds; from it up a unit is called live. */
  readonly baseline: ErrorRates & { readonly threshold: number };
  /**
   * The half total error rate of ours less that of the baseline: below 0 ours errs less. The interval draws subjects anew,
   * the same ones for both; the cut stays.
   */
  readonly difference: Estimate;
}

/** Shares of units, means of the sources'. */
export interface ErrorRates {
  /** Attacks that are called live, all species together. */
  readonly apcer: Estimate;
  /** Bona fide units that are called an attack. */
  readonly bpcer: Estimate;
  /** The mean of the two. */
  readonly halfTotalErrorRate: Estimate;
}

/** Milliseconds, as they were measured: files measured anew, on another or a busier machine, have others. */
export interface LatencyReport {
  /** `decode`, `detect`, `anti-spoof/minifasnet-v2` …, and `total`, for pictures; the slowest first. */
  readonly stills: readonly StageLatency[];
  /** A clip's stages are sums over its frames. */
  readonly clips: readonly StageLatency[];
  /** How many files were measured at once: they share the cores. */
  readonly concurrency: number;
}

export interface StageLatency {
  readonly stage: string;
  readonly files: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** Comparing faces: false matches (two people taken for one) and false non-matches. */
export interface VerificationReport {
  /** The embedder, by its name in the model registry. */
  readonly embedder: string;
  /** The list's file name, without its folder, and its hash. */
  readonly pairs: string;
  readonly pairsSha256: string;
  readonly people: number;
  readonly genuine: number;
  readonly impostor: number;
  /** Pairs of which a picture had no face to compare. */
  readonly notMeasured: number;
  /** The distance on the common scale up to which two faces match. */
  readonly threshold: number;
  /** At the threshold. Intervals by bootstrap over people. */
  readonly fmr: Estimate;
  readonly fnmr: Estimate;
  readonly auc: Estimate;
  readonly eer: Estimate;
  /** FNMR where at most so many impostors match. */
  readonly fnmrAt: readonly { readonly fmr: number; readonly threshold: number; readonly fnmr: Estimate }[];
  /** At most 200 points, the smallest distance first. */
  readonly det: readonly { readonly threshold: number; readonly fmr: number; readonly fnmr: number }[];
}

/** This report's figures beside another's. */
export interface ComparisonReport {
  /** What the other one is. */
  readonly other: Pick<EvaluationReport, 'run' | 'models'>;
  /** Both are of the same manifest, rows, units and noisy sources; else differences mean less. */
  readonly sameData: boolean;
  readonly rows: readonly ComparisonRow[];
}

export interface ComparisonRow {
  readonly presentations: 'stills' | 'clips';
  /** `headline`, `headline_in_range`, `not_noisy`, `all`, or a source's name. */
  readonly of: string;
  readonly kind: ScoreKind;
  /** `eer`, `auc`, `apcer` (of the worst species), `bpcer`, `bpcer_at_5` … */
  readonly figure: string;
  /** Null where one of the two does not have it. */
  readonly here: number | null;
  readonly other: number | null;
  /** `here − other`. */
  readonly difference: number | null;
}

import { type FaceFacts, valueIfMeasured } from '../decisions/facts.ts';
import { availableFeatures, featuresOf, modelsBehind } from '../decisions/liveness-classifier.ts';
import { rawDistance, recommendedMatchDistance } from '../decisions/match-scale.ts';
import { sortSubjects } from '../decisions/training/sort-subjects.ts';
import {
  type Evaluation,
  type TrainingRow,
  tooLittle,
  trainClassifier,
} from '../decisions/training/train-classifier.ts';
import { BonafideError } from '../errors.ts';
import type { Measurement, Perception } from '../perception/engine.ts';
import { type ClassifierFile, classifierVersion } from './classifier-file.ts';

/** A labelled picture to learn from. */
export interface TrainingPicture {
  readonly live: boolean;
  /** Whose it is, where somebody has said so. */
  readonly subject: string | undefined;
  /**
   * Its bytes.
   *
   * @throws BonafideError `payload_too_large`
   */
  readonly read: () => Promise<Uint8Array>;
}

export interface TrainingPlan {
  /** Pictures measured at once. */
  readonly concurrency: number;
  /** Score from which a face counts as live, 0..1: what the error rates are of. */
  readonly threshold: number;
  /** What names the subjects of pictures, in words for the report. */
  readonly namedBy: string;
  /** LIVENESS_MIN_SIDE, which the engine measures faces with. */
  readonly smallFaceSide: number;
  readonly now: Date;
  /** Numbers from 0 to 1, for the intervals. */
  readonly random: () => number;
  /** Hears how many pictures are done. */
  readonly onProgress: (done: number) => void;
}

/** What training has made. */
export interface Training {
  readonly file: ClassifierFile;
  readonly evaluation: Evaluation;
}

interface MeasuredPicture {
  readonly live: boolean;
  readonly subject: string | undefined;
  readonly face: FaceFacts;
  readonly values: readonly number[];
}

/**
 * Measures pictures as the server does, and learns to tell live faces from attacks. Of several faces the largest is
 * the subject.
 *
 * @throws Error that says in a sentence why there is too little to learn from
 */
export async function trainOnPictures(
  perception: Perception,
  pictures: readonly TrainingPicture[],
  plan: TrainingPlan,
): Promise<Training> {
  const { models } = perception.describe();
  const features = availableFeatures(models);
  const { measured, skipped } = await measureAll(perception, pictures, features, plan);
  const { rows, subjectsBy } = sortBySubject(measured, plan.namedBy);
  const lack = tooLittle(rows);
  if (lack) throw new Error(`Too little to learn from. ${lack}${describeSkipped(skipped)}`);
  const { model, evaluation } = trainClassifier(rows, plan);
  const { threshold, folds, auc, apcer, bpcer, apcerBySubject, bpcerBySubject, brier } = evaluation;
  const file: ClassifierFile = {
    version: classifierVersion,
    trained_at: plan.now.toISOString(),
    models: modelsBehind(features, models) as ClassifierFile['models'],
    features: [...features],
    mean: [...model.mean],
    scale: [...model.scale],
    weights: [...model.weights],
    bias: model.bias,
    min_side: plan.smallFaceSide,
    threshold,
    data: {
      live: rows.filter(({ live }) => live).length,
      spoof: rows.filter(({ live }) => !live).length,
      subjects: new Set(rows.map(({ subject }) => subject)).size,
      subjects_by: subjectsBy,
      skipped: Object.fromEntries(skipped),
    },
    rates: {
      folds,
      auc,
      apcer,
      bpcer,
      apcer_by_subject: apcerBySubject,
      bpcer_by_subject: bpcerBySubject,
      brier,
    },
  };
  return { file, evaluation };
}

/** Every picture that can be learnt from, and how many could not, by why. */
async function measureAll(
  perception: Perception,
  pictures: readonly TrainingPicture[],
  features: readonly string[],
  { concurrency, onProgress }: TrainingPlan,
) {
  // Faces are compared only where it is not said whose they are.
  const isNamed = pictures.every(({ subject }) => subject !== undefined);
  const measurements: readonly Measurement[] = [
    'texture',
    'anti_spoof',
    ...(isNamed ? [] : ['embedding' as const]),
  ];
  const measured: (MeasuredPicture | undefined)[] = [];
  const skipped = new Map<string, number>();
  let next = 0;
  let done = 0;
  const work = async () => {
    for (let at = next++; at < pictures.length; at = next++) {
      const result = await measure(perception, pictures[at]!, features, measurements);
      if (typeof result === 'string') skipped.set(result, (skipped.get(result) ?? 0) + 1);
      else measured[at] = result;
      onProgress(++done);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  // In the order of the pictures, however long each took: the same folder gives the same classifier.
  return { measured: measured.filter((picture) => picture !== undefined), skipped };
}

/** What a picture teaches, or why it does not. */
async function measure(
  perception: Perception,
  { live, subject, read }: TrainingPicture,
  features: readonly string[],
  measurements: readonly Measurement[],
): Promise<MeasuredPicture | string> {
  try {
    const { faces } = await perception.analyseImage(await read(), {
      measuredFaces: 1,
      measure: measurements,
    });
    const [face] = faces;
    if (!face) return 'no_face';
    const values = featuresOf(face, features);
    return values ? { live, subject, face, values } : 'not_measurable';
  } catch (error) {
    if (!(error instanceof BonafideError)) throw error;
    return error.code;
  }
}

/** Says whose each picture is, and how that is known. */
function sortBySubject(
  measured: readonly MeasuredPicture[],
  namedBy: string,
): { rows: TrainingRow[]; subjectsBy: string } {
  const embeddings = measured.map(({ face }) => valueIfMeasured(face.embedding));
  const unnamed = measured.filter(({ subject }) => subject === undefined).length;
  const comparable = measured.filter(({ subject }, at) => subject === undefined && embeddings[at]).length;
  const model = embeddings.find((embedding) => embedding !== undefined)?.model;
  const limit = model === undefined ? 0 : rawDistance(model, recommendedMatchDistance);
  const subjects = sortSubjects(
    measured.map(({ subject }, at) => ({ name: subject, embedding: embeddings[at]?.vector })),
    limit,
  );
  return {
    rows: measured.map(({ values, live }, at) => ({ values, live, subject: subjects[at]! })),
    subjectsBy: howSorted(measured.length - unnamed, namedBy, comparable, unnamed, model, limit),
  };
}

function howSorted(
  named: number,
  namedBy: string,
  comparable: number,
  unnamed: number,
  model: string | undefined,
  limit: number,
): string {
  const parts = [
    ...(named > 0 ? [`${named} pictures by ${namedBy}`] : []),
    ...(comparable > 0
      ? [`${comparable} by their faces (${model}, cosine distance up to ${limit.toFixed(3)} on average)`]
      : []),
    ...(unnamed > comparable ? [`${unnamed - comparable} that cannot be compared as one person`] : []),
  ];
  return parts.join('; ') || 'no pictures';
}

function describeSkipped(skipped: ReadonlyMap<string, number>): string {
  const reasons = [...skipped].map(([why, pictures]) => `${pictures} ${why}`);
  return reasons.length === 0 ? '' : ` Pictures that could not be used: ${reasons.join(', ')}.`;
}

import { readFile } from 'node:fs/promises';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { FaceFacts, ModelIdentity } from '../decisions/facts.ts';
import { basisOf, classifyFace, misfit } from '../decisions/liveness-classifier.ts';
import type { ClassifierBasis } from '../decisions/recognition/trusted-score.ts';

const share = Type.Number({ minimum: 0, maximum: 1 });
const count = Type.Integer({ minimum: 0 });
const numbers = Type.Array(Type.Number(), { minItems: 1, maxItems: 100 });
const interval = Type.Object({ value: share, low: share, high: share });
const rate = Type.Object({ errors: count, of: count, rate: share, low: share, high: share });

/** What features mean and how they are weighed; a file of another version means something else. */
export const classifierVersion = 2;

/** The file that `bonafide train` writes. */
const classifierFile = Type.Object({
  version: Type.Literal(classifierVersion),
  trained_at: Type.String(),
  models: Type.Array(
    Type.Object({
      role: Type.Enum(['detector', 'anti-spoof']),
      name: Type.String({ minLength: 1 }),
      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    }),
    { minItems: 1 },
  ),
  features: Type.Array(Type.String(), { minItems: 1, maxItems: 100, uniqueItems: true }),
  mean: numbers,
  scale: Type.Array(Type.Number({ exclusiveMinimum: 0 }), { minItems: 1, maxItems: 100 }),
  weights: numbers,
  bias: Type.Number(),
  /** LIVENESS_MIN_SIDE of the training, which `texture/penalty_sharp_small` depends on. */
  min_side: count,
  /** What the rates are of, and no more: `/v1` goes by the threshold of each request, 0.5 unless it names one (seed 004). */
  threshold: share,
  data: Type.Object({
    live: count,
    spoof: count,
    subjects: count,
    subjects_by: Type.String(),
    /** Pictures that taught nothing, by why. */
    skipped: Type.Record(Type.String(), count),
  }),
  rates: Type.Object({
    folds: count,
    auc: interval,
    apcer: rate,
    bpcer: rate,
    apcer_by_subject: interval,
    bpcer_by_subject: interval,
    brier: share,
  }),
});

export type ClassifierFile = Static<typeof classifierFile>;

/** A classifier that serves. */
export interface LoadedClassifier {
  /** The probability that a face is live, 0..1; undefined where it lacks a fact. */
  readonly classify: (face: FaceFacts) => number | undefined;
  /** What it weighs; a score of texture, or of the experimental net alone, enrols nobody. */
  readonly restsOn: ClassifierBasis;
  readonly trainedAt: string;
}

/** What measures faces for a classifier. */
export interface Measuring {
  readonly models: readonly ModelIdentity[];
  /** LIVENESS_MIN_SIDE. */
  readonly smallFaceSide: number;
}

/**
 * Loads the classifier that LIVENESS_CLF_PATH names.
 *
 * @throws Error that says what is wrong with the file in a sentence
 */
export async function loadClassifier(
  path: string,
  { models, smallFaceSide }: Measuring,
): Promise<LoadedClassifier> {
  const refuse = (why: string, cause?: unknown): never => {
    throw new Error(`LIVENESS_CLF_PATH=${path}: ${why}`, { cause });
  };
  const text = await readFile(path, 'utf8').catch((error) =>
    refuse(`the file cannot be read (${error.code}); make one with \`bonafide train\`.`, error),
  );
  const file = parseClassifier(text, refuse);
  const problem = misfit(file, models);
  if (problem) refuse(`${problem}. Train anew with \`bonafide train\` and the models of this server.`);
  if (file.min_side !== smallFaceSide)
    refuse(
      `it was made with LIVENESS_MIN_SIDE=${file.min_side}, and this server has ${smallFaceSide}, by which it measures faces differently. Set the same, or train anew.`,
    );
  return {
    classify: (face) => classifyFace(file, face),
    restsOn: basisOf(file.features),
    trainedAt: file.trained_at,
  };
}

function parseClassifier(text: string, refuse: (why: string, cause?: unknown) => never): ClassifierFile {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (error) {
    refuse('the file is not JSON: it is none that `bonafide train` has made.', error);
  }
  const version = (file as { version?: unknown } | null)?.version;
  if (version !== undefined && version !== classifierVersion)
    refuse(`its version is ${version}, and this program reads ${classifierVersion}. Train anew.`);
  if (!Value.Check(classifierFile, file)) {
    const [first] = Value.Errors(classifierFile, file);
    return refuse(`the file has not the shape of a classifier (${first?.instancePath} ${first?.message}).`);
  }
  const { features, mean, scale, weights } = file;
  if ([mean, scale, weights].some(({ length }) => length !== features.length))
    refuse('its lists have not one number for each feature.');
  return file;
}

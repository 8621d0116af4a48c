import { type FrameFacts, valueIfMeasured } from '../decisions/facts.ts';
import type { Perception } from '../perception/engine.ts';
import type { SampleLabel, SampleStats, Samples, StoredSample } from '../stores/ports.ts';
import {
  type JudgedFace,
  type JudgedPicture,
  judgePicture,
  type PictureQuestion,
  type PictureRules,
} from './judge-picture.ts';

/** What collecting samples needs. */
export interface CollectSamplesParts {
  readonly perception: Perception;
  readonly samples: Samples;
  readonly rules: PictureRules;
  readonly today: () => Date;
  readonly randomBytes: (size: number) => Uint8Array;
}

/** A picture that a client labels. */
export interface SampleUpload {
  readonly label: SampleLabel;
  /** Whose picture it is, where the client says so: an id that `checkUserId` lets pass. */
  readonly userId: string | null;
  /** The encoded file, untouched: it is stored as it is. */
  readonly bytes: Uint8Array;
}

/** What became of an upload. */
export interface CollectedSample extends StoredSample {
  /** The same bytes were stored before, and are where the paths say; nothing was written. */
  readonly duplicate: boolean;
  /**
   * The largest face and what it is taken for, which changes nothing: the label is the client's. Null where none was
   * found.
   */
  readonly face: JudgedFace | null;
  readonly facts: FrameFacts;
}

/** What goes with one upload. */
export type CollectContext = Pick<PictureQuestion, 'threshold' | 'signal' | 'onTimings'> & {
  /** Hears of the picture as soon as it was judged, whatever comes of it. */
  readonly onJudged?: (picture: JudgedPicture) => void;
};

export type DatasetSummary = SampleStats;

/** Of a file, by what it was decoded as: never by the name that a client gave it. */
const extensions: Readonly<Record<string, string>> = {
  jpeg: 'jpg',
  png: 'png',
  webp: 'webp',
  avif: 'avif',
  heic: 'heic',
  gif: 'gif',
  tiff: 'tiff',
};

/** Paths in the summary for each label. The seed shows "some". */
const newestShown = 5;

/**
 * Adds a picture to the data set, if it is one: what cannot be decoded is not stored. Of several faces the largest is
 * the subject; a picture without any is stored without a face.
 *
 * @throws BonafideError `sample_labelled_otherwise`, `store_unavailable`, and all that `judgePicture` throws
 */
export async function collectSample(
  { perception, samples, rules, today, randomBytes }: CollectSamplesParts,
  { label, userId, bytes }: SampleUpload,
  { onJudged, ...context }: CollectContext,
): Promise<CollectedSample> {
  const question = { ...context, measuredFaces: 1, measure: ['crop'] as const };
  const judged = await judgePicture(perception, rules, { kind: 'image', bytes }, question);
  onJudged?.(judged);
  if (judged.kind !== 'image') throw new TypeError('A still was asked about.');
  const [first] = judged.faces;
  const createdAt = today();
  const stored = await samples.add({
    id: sampleId(createdAt, randomBytes),
    label,
    userId,
    raw: bytes,
    extension: extensions[judged.facts.format] ?? 'img',
    face: (first && valueIfMeasured(first.face.crop)) ?? null,
    createdAt,
  });
  return { ...stored, face: first ?? null, facts: judged.facts };
}

/** How much the data set holds, and its newest pictures. */
export function summariseDataset(samples: Samples): Promise<DatasetSummary> {
  return samples.stats(newestShown);
}

/** 32 hex digits: the time in milliseconds first, so that they sort by it, then chance. */
function sampleId(now: Date, randomBytes: (size: number) => Uint8Array): string {
  return now.getTime().toString(16).padStart(12, '0') + Buffer.from(randomBytes(10)).toString('hex');
}

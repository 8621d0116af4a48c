import type { DecisionOutcome } from '../decision-log/port.ts';
import type { Page, PageQuery } from '../page.ts';
import type { EnrolmentEvent } from '../templates/port.ts';

/** What a picture of the data set shows: a living person, or a presentation attack. */
export type SampleLabel = 'live' | 'spoof';

/** A picture for the data set. */
export interface NewSample {
  /** 32 hex digits that sort by time. */
  readonly id: string;
  readonly label: SampleLabel;
  /** Whose picture it is, where that is said: it is erased with them. */
  readonly userId: string | null;
  /** The picture as it came. */
  readonly raw: Uint8Array;
  /** Of the raw file, by the format it was decoded as: `jpg` for instance. */
  readonly extension: string;
  /** JPEG of the face; null where none was found. */
  readonly face: Uint8Array | null;
  readonly createdAt: Date;
}

/** Where a picture of the data set lies; both paths are absolute. */
export interface StoredSample {
  readonly id: string;
  readonly label: SampleLabel;
  readonly rawPath: string;
  readonly facePath: string | null;
}

/** What the data set holds. */
export interface SampleStats {
  readonly counts: Readonly<Record<SampleLabel, number>>;
  /** Absolute paths of raw pictures, the newest first. */
  readonly newest: Readonly<Record<SampleLabel, readonly string[]>>;
}

/** The data set: pictures in `TRAIN_DIR`, each with a record. */
export interface Samples {
  /**
   * Stores a picture and its face: record and files, or nothing, whenever the process dies. Where the same bytes are
   * stored already, nothing is written and the answer is where they lie; they then are `userId`'s as well.
   *
   * @throws BonafideError `sample_labelled_otherwise`: the same bytes are stored under the other label;
   *   `busy`: they are being stored or erased at this moment, and that takes too long; `store_unavailable`: the
   *   database is away, or the data set's folder cannot be used
   */
  add(sample: NewSample): Promise<StoredSample & { readonly duplicate: boolean }>;
  /**
   * Counts, and the newest of each label, as many as asked for; how much is stored makes no difference to the time
   * it takes.
   */
  stats(newest: number): Promise<SampleStats>;
  /**
   * Erases every picture that was said to be of this user, its face and its record; returns how many that were: those
   * that another erasure has taken out of the counts are its own.
   *
   * @throws the first error, when all that could be removed is; asking again tries the rest
   */
  eraseUser(userId: string): Promise<number>;
  /**
   * Completes or undoes what was left half done: by a server that died, or because the database was away. Call it at the
   * start, before anything is uploaded, and every minute: what is younger than ten minutes may be under way, and is
   * left alone but at the start of a server that has its database for itself. Returns how many pictures that were.
   */
  recover(now: Date, when: 'start' | 'running'): Promise<number>;
  /** The pictures under a label, the newest first. */
  list(label: SampleLabel, page: PageQuery): Promise<Page<SampleRecord>>;
  /** A picture, or the crop of its face; undefined where there is none. */
  read(id: string, which: 'raw' | 'face'): Promise<SamplePicture | undefined>;
  /**
   * Puts a picture under the other label: record, files and the event of the audit trail, or nothing, whenever the
   * process dies.
   *
   * @returns the record as it is then; undefined where there is no such picture
   * @throws BonafideError `busy`: somebody is at it at this moment; `store_unavailable`
   */
  relabel(id: string, label: SampleLabel, note: RelabelNote): Promise<SampleRecord | undefined>;
}

/** What is told of a picture of the data set, beside the picture. */
export interface SampleRecord {
  readonly id: string;
  readonly label: SampleLabel;
  readonly createdAt: Date;
  /** Of the raw file: `jpg` for instance. */
  readonly extension: string;
  readonly hasFace: boolean;
  /** What was decided of it when it was uploaded, as long as that is kept. */
  readonly outcome: DecisionOutcome | null;
}

/** A file of the data set. */
export interface SamplePicture {
  readonly bytes: Uint8Array;
  readonly extension: string;
}

/** What the audit trail says of a new label. */
export interface RelabelNote {
  readonly at: Date;
  /** Who did it. */
  readonly details: EnrolmentEvent['details'];
}

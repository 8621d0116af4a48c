import type { Embedding, EmbeddingSpace } from '../../decisions/facts.ts';
import type { Page, PageQuery } from '../page.ts';
import type { SessionEventName } from '../sessions/port.ts';

/** What is told of an enrolment: everything but the template itself. */
export interface Enrolment extends EmbeddingSpace {
  readonly userId: string;
  /** How many embeddings the template is the mean of. */
  readonly frames: number;
  /** The relying party's reference to the consent, or null. */
  readonly consent: string | null;
  readonly createdAt: Date;
  /** Null: never. */
  readonly expiresAt: Date | null;
}

/** An enrolment with its template, decrypted. */
export interface Template extends Enrolment {
  /** Of unit length. */
  readonly vector: Float32Array;
}

/** A template near a probe. */
export interface Neighbour {
  readonly userId: string;
  /** Raw cosine distance of the model, 0 (the same) to 2. */
  readonly distance: number;
}

/** What searches all templates: `pgvector`, or the `memory` of this server. Both are exact. */
export type SearchKind = 'pgvector' | 'memory';

/** How a template is written. */
export interface PutOptions {
  /** The event of the audit trail; default: `enrolled`, or `replaced` where the id was enrolled. */
  readonly event?: 'imported';
  /**
   * Refuses the template where one of another id is as near as this says of the raw distance to the nearest. Two that
   * come together take turns, on several servers too.
   */
  readonly isTaken?: (distance: number) => boolean;
}

/** A page of enrolments, by user id in the order of their UTF-8 bytes. */
export interface EnrolmentPage {
  readonly enrolments: readonly Enrolment[];
  /** What to ask for as `after` to get the next page; null at the end. */
  readonly next: string | null;
}

/** What is known of an erasure before it is done. */
export interface Receipt {
  /** Random: nobody can tell from it who was erased. */
  readonly id: string;
  readonly at: Date;
  /** What other stores have erased of the same person just before, by its name. */
  readonly others: Readonly<Record<string, number>>;
  /** Other stores could not erase everything: the person stays known, as one whose erasure has begun. */
  readonly isUnfinished?: boolean;
}

/** How many things were erased. */
export interface ErasedCounts {
  readonly templates: number;
  /** Events of the audit trail. */
  readonly events: number;
}

/** Who is enrolled. Templates are encrypted at rest; a change is durable when it is answered. */
export interface Enrolments {
  /** Writes a template in the place of what the id had. */
  put(template: Template, now: Date, options?: PutOptions): Promise<'enrolled' | 'replaced' | 'face_taken'>;
  /**
   * The template of an id, to be compared with embeddings of `space`. Undefined where there is none, or it has expired.
   *
   * @throws BonafideError `template_of_another_model` where it cannot be compared with those
   */
  get(userId: string, space: EmbeddingSpace, now: Date): Promise<Template | undefined>;
  /** What is told of the enrolment of an id that has not expired, of whatever model it is. */
  describe(userId: string, now: Date): Promise<Enrolment | undefined>;
  /** The nearest templates of the probe's space that have not expired, the nearest first. */
  nearest(probe: Embedding, limit: number, now: Date): Promise<readonly Neighbour[]>;
  readonly searchKind: SearchKind;
  /** What has not expired. */
  list(page: { readonly after?: string; readonly limit: number; readonly now: Date }): Promise<EnrolmentPage>;
  /** How many have not expired. */
  count(now: Date): Promise<number>;
  /**
   * Notes that everything of an id is about to be erased, what other stores keep included, so that an erasure that was
   * interrupted is known to be one, and comes to the same receipt when it is asked for again. Nothing is written where
   * nothing of the id is there.
   *
   * @returns the receipt's id: of the erasure that was interrupted, or the one that was given; undefined for nobody
   */
  beginErasure(userId: string, receipt: Pick<Receipt, 'id' | 'at'>): Promise<string | undefined>;
  /**
   * Erases the template of an id, what searches find it by, and its events. What stays is one event that names nobody:
   * the receipt's id, the time and the counts, those of an interrupted erasure included.
   *
   * @returns the counts; undefined where nothing was left to erase, or another erasure has the receipt for it: no such
   *   event was written
   */
  erase(
    userId: string,
    receipt: Receipt,
  ): Promise<(ErasedCounts & Readonly<Record<string, number>>) | undefined>;
  /** Erases the templates that have expired; returns how many. */
  sweep(now: Date): Promise<number>;
  /**
   * Removes from the database's files what erasures left there, as far as that is in our hands; see
   * `clean-erased.ts`. Takes a moment, in which the embedded database does nothing else.
   */
  clean(): Promise<void>;
  /** Every template that has not expired, of every model, decrypted one page at a time. */
  export(now: Date): AsyncIterable<Template>;
}

/** What can happen to an enrolment. Verifications are not kept: when somebody was where is nobody's business. */
export type EnrolmentEventName =
  | 'enrolled'
  | 'replaced'
  | 'imported'
  | 'expired'
  | 'erasing'
  | 'erased'
  | 'rotated'
  | 'discarded'
  | 'refused_as_duplicate'
  | ConsoleEventName
  | SessionEventName;

/** What people do with pictures of the data set, in the console; an event of each person who is in the picture. */
export type ConsoleEventName = 'sample_viewed' | 'sample_relabelled';

/** One line of the audit trail. It holds nothing biometric. */
export interface EnrolmentEvent {
  readonly at: Date;
  /** Null for what concerns nobody in particular, or somebody who was erased. */
  readonly userId: string | null;
  readonly event: EnrolmentEventName;
  readonly details: Readonly<Record<string, string | number>>;
}

/** What happened to enrolments; the store of enrolments writes it, in the transactions of what happened. */
export interface AuditTrail {
  /** The history of an id, the oldest first. */
  ofUser(userId: string): Promise<readonly EnrolmentEvent[]>;
  /** What was erased by a receipt; undefined where there is none of this id. */
  ofReceipt(receiptId: string): Promise<EnrolmentEvent | undefined>;
  /** What happened to a session of the native API, the oldest first; it names nobody. */
  ofSession(sessionId: string): Promise<readonly EnrolmentEvent[]>;
  /** Notes that somebody looks at a picture of the data set: under whoever is in it, so that it goes with them. */
  recordView(sampleId: string, at: Date, details: EnrolmentEvent['details']): Promise<void>;
  /** What was done in the console, the newest first; it names nobody who is in a picture. */
  ofConsole(page: PageQuery): Promise<Page<Omit<EnrolmentEvent, 'userId'>>>;
}

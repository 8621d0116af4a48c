import type { Embedding, EmbeddingSpace } from '../decisions/facts.ts';
import type { SessionEventName, Sessions } from './sessions/port.ts';

export type * from './sessions/port.ts';

/** What services and plugins ask of the stores; `open-stores.ts` makes them, each over one `Sql`. */
export interface Stores {
  readonly apiKeys: ApiKeys;
  readonly sessionTokens: SessionTokens;
  readonly sessions: Sessions;
  readonly samples: Samples;
  readonly enrolments: Enrolments;
  readonly auditTrail: AuditTrail;
  readonly decisions: Decisions;
  readonly database: Database;
  close(): Promise<void>;
}

/** The database under the stores, as `GET /health` shows it. */
export interface Database {
  readonly kind: 'pglite' | 'postgres';
  /** Whether it answers now. Takes a third of a second at most. */
  isAnswering(): Promise<boolean>;
}

/** The contracts that a key may be limited to. */
export const contractNames = [
  'passive',
  'challenge',
  'frames',
  'kyc',
  'recognition',
  'sessions',
  'console',
] as const;

export type ContractName = (typeof contractNames)[number];

/** An API key that is kept in the store: everything but the key, of which there is only a hash. */
export interface ApiKeyRecord {
  /** Short and public, for lists and logs. */
  readonly id: string;
  /** Whose it is, in the operator's words. */
  readonly label: string;
  readonly contracts: readonly ContractName[];
  /** The KYC contract asks for a session token besides. */
  readonly requiresSession: boolean;
  /** Checks that a session token of this key is good for; null: as the settings say. */
  readonly sessionUses: number | null;
  /** Lifetime of a session token, in seconds; null: as the settings say. */
  readonly sessionSeconds: number | null;
  /** Null: as many as it likes. */
  readonly requestsPerMinute: number | null;
  readonly createdAt: Date;
  /** Null: never. */
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** The keys of the store, by the SHA-256 of each. */
export interface ApiKeys {
  create(record: ApiKeyRecord, keyHash: Uint8Array): Promise<void>;
  /** The record of a key, also of an expired or revoked one. */
  find(keyHash: Uint8Array): Promise<ApiKeyRecord | undefined>;
  list(): Promise<readonly ApiKeyRecord[]>;
  /** False where there is no such key, or it is revoked already. */
  revoke(id: string, now: Date): Promise<boolean>;
  /** Whether there is any key, usable or not: that the last one expires must not open the server to everybody. */
  any(): Promise<boolean>;
  /**
   * Counts one more request of a key. Its minute begins with the first request after the minute before was over, so
   * that a burst never falls into two.
   */
  countRequest(id: string, now: Date): Promise<CountedRequests>;
}

/** The requests of a key in the minute under way. */
export interface CountedRequests {
  /** How many there are, the one just counted included. */
  readonly requests: number;
  readonly minuteEnds: Date;
}

/** Tokens of KYC sessions, by the SHA-256 of each. */
export interface SessionTokens {
  issue(tokenHash: Uint8Array, token: { keyId: string; uses: number; expiresAt: Date }): Promise<void>;
  /** Takes one use of a token, of which each exists once whoever else asks at the same moment. */
  use(tokenHash: Uint8Array, keyId: string, now: Date): Promise<'used' | 'unknown' | 'used_up'>;
  /** Gives a use back that was not the client's fault to lose. */
  giveBack(tokenHash: Uint8Array): Promise<void>;
  /** Forgets some of what has expired; servers that share a database may do so at once. */
  sweep(now: Date): Promise<void>;
}

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

/** Which part of a long list is asked for. */
export interface PageQuery {
  /** `next` of the page before; without it the list begins. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** A part of a long list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** What to ask for as `after` to get the next page; null at the end. */
  readonly next: string | null;
}

/**
 * What came of one question, in words that all contracts share. `refused`: not accepted, without a claim that it was an
 * attack (somebody did not do as told, for instance); `unanswered`: somebody was looked at, and there was no verdict (no
 * face, or the client left).
 */
export const decisionOutcomes = ['live', 'attack', 'refused', 'inconclusive', 'unanswered'] as const;

export type DecisionOutcome = (typeof decisionOutcomes)[number];

/** One decision of a contract: no picture, no address, nobody's id. */
export interface Decision {
  readonly at: Date;
  readonly contract: ContractName;
  /** Method and pattern: `POST /liveness` for instance. */
  readonly route: string;
  readonly outcome: DecisionOutcome;
  /** In the contract's own words; null where there was none. */
  readonly verdict: string | null;
  /** Codes: of reasons, of why a session failed, or of an error. */
  readonly reasons: readonly string[];
  /** Of the API key; null where nobody needed one. */
  readonly keyId: string | null;
  /** How long the request took, or the session. */
  readonly milliseconds: number;
  /** The nets that judged, `minifasnet-v2@d7b3cd9e` for instance. */
  readonly models: readonly string[];
  /** The picture of the data set that was judged as it was uploaded. */
  readonly sampleId: string | null;
  /** The session of the native session API. */
  readonly sessionId: string | null;
}

/** A decision that is kept. */
export interface KeptDecision extends Decision {
  readonly id: string;
  /** Of the key; null where it is none of the database. */
  readonly keyLabel: string | null;
  /** What the picture of the data set shows, by its label of today; null for what is none, or is there no more. */
  readonly label: SampleLabel | null;
}

/** Which decisions are meant; each part that is there narrows it. */
export interface DecisionFilter {
  readonly contract?: ContractName | undefined;
  readonly outcome?: DecisionOutcome | undefined;
  readonly keyId?: string | undefined;
  /** From then on, and before then. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** Decisions of one day (UTC, `2026-03-01`) that have the rest in common. */
export interface DecisionCount {
  readonly day: string;
  readonly contract: ContractName;
  readonly outcome: DecisionOutcome;
  /** The label of the pictures of the data set among them; null for all that are none. */
  readonly label: SampleLabel | null;
  readonly decisions: number;
}

/** What the contracts decided of late. */
export interface Decisions {
  add(decisions: readonly Decision[]): Promise<void>;
  /** The newest first. */
  list(filter: DecisionFilter, page: PageQuery): Promise<Page<KeptDecision>>;
  count(filter: DecisionFilter): Promise<readonly DecisionCount[]>;
  /** Forgets what is older; returns how many that were. */
  sweep(before: Date): Promise<number>;
}

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

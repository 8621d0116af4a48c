import type { ContractName } from '../keys/port.ts';
import type { Page, PageQuery } from '../page.ts';
import type { SampleLabel } from '../samples/port.ts';

/**
 * What came of one question, in words that all contracts share. `refused`: not accepted, without a claim that it was an
 * attack (somebody did not do as told, for instance); `unanswered`: there was no verdict (no face, the client left, or the
 * server was to blame).
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

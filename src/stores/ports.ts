import type { Decisions } from './decision-log/port.ts';
import type { ApiKeys, SessionTokens } from './keys/port.ts';
import type { Samples } from './samples/port.ts';
import type { Sessions } from './sessions/port.ts';
import type { AuditTrail, Enrolments } from './templates/port.ts';

export * from './decision-log/port.ts';
export * from './keys/port.ts';
export type * from './page.ts';
export type * from './samples/port.ts';
export type * from './sessions/port.ts';
export type * from './templates/port.ts';

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

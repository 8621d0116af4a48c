import type { Embedding } from '../../decisions/facts.ts';
import type { Queries } from '../database/sql.ts';
import type { Neighbour, SearchKind } from '../ports.ts';

/**
 * Finds the templates nearest to a probe: exact, and of the state that the database has when it is asked, whichever
 * server changed it. Whoever implements it passes the suite in `template-search.test.ts`.
 */
export interface TemplateSearch {
  readonly kind: SearchKind;
  /** The nearest of the probe's space that have not expired, the nearest first. */
  nearest(probe: Embedding, limit: number, now: Date): Promise<readonly Neighbour[]>;
  /** The same within a transaction that holds the clock. */
  nearestWithin(
    transaction: Queries,
    probe: Embedding,
    limit: number,
    now: Date,
  ): Promise<readonly Neighbour[]>;
  /** Is told of changes within the transaction that makes them and holds the clock. */
  follow(transaction: Queries): Promise<void>;
}

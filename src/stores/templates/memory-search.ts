import type { Embedding } from '../../decisions/facts.ts';
import type { Queries, Sql } from '../database/sql.ts';
import type { Template } from '../ports.ts';
import { createMemoryIndex, type MemoryIndex } from './memory-index.ts';
import { readClock, requireReadable } from './template-clock.ts';
import type { TemplateKeys } from './template-keys.ts';
import { openIfWhole, spaceId, templateColumns, toTemplateRow } from './template-rows.ts';
import type { TemplateSearch } from './template-search.ts';

/** Rows that are read and decrypted in one go, before others have their turn. */
const pageSize = 1_000;

/**
 * Searches templates in the memory of this server, decrypted. Before every search it reads the clock, and fetches what
 * has changed since the last one.
 *
 * @param onDamaged is told of a template that does not open, by its revision; it never matches
 */
export function createMemorySearch(
  sql: Sql,
  keys: TemplateKeys,
  onDamaged: (revision: number) => void,
): TemplateSearch {
  const indexes = new Map<string, MemoryIndex>();
  let turn: Promise<unknown> = Promise.resolve();

  /** Brings the index up to what `queries` see. Of two at once the later one looks again. */
  async function catchUp(queries: Queries, index: MemoryIndex, space: string): Promise<void> {
    for (;;) {
      const { position } = index;
      const clock = await readClock(queries);
      requireReadable(clock, keys);
      if (clock.revision === position.revision && clock.erasures === position.erasures) return;
      // In this order: a template that is replaced between the two is in the changes, and not taken for erased.
      const left = clock.erasures === position.erasures ? undefined : await readRevisions(queries);
      const changes = await readChanges(queries, position.revision, space);
      // Nothing is waited for from here on. Older news than what is known could bring back what was erased.
      if (index.position !== position) continue;
      index.apply(left, changes, { revision: clock.revision, erasures: clock.erasures });
      return;
    }
  }

  /** Everything that was written since a revision: templates of this space, and ids that left it. */
  async function readChanges(queries: Queries, since: number, space: string) {
    const changes: { userId: string; revision: number; template?: Template }[] = [];
    let after = since;
    for (;;) {
      const rows = await queries.query(
        `select ${templateColumns} from templates where revision > $1 order by revision limit ${pageSize}`,
        [after],
      );
      for (const row of rows.map(toTemplateRow)) {
        const template = spaceId(row) === space ? openIfWhole(row, keys, onDamaged) : undefined;
        changes.push({ userId: row.userId, revision: row.revision, ...(template && { template }) });
        after = row.revision;
      }
      if (rows.length < pageSize) return changes;
    }
  }

  const indexOf = (space: string) => {
    const index = indexes.get(space) ?? createMemoryIndex();
    indexes.set(space, index);
    return index;
  };

  return {
    kind: 'memory',
    async nearest(probe: Embedding, limit, now) {
      const space = spaceId(probe);
      const index = indexOf(space);
      // One after the other, so that the first searches do not each read everything.
      const mine = turn.then(() => catchUp(sql, index, space));
      turn = mine.catch(() => {});
      await mine;
      return index.nearest(probe.vector, limit, now);
    },
    async nearestWithin(transaction, probe, limit, now) {
      // Not in turn: who has it may wait for this very transaction.
      const space = spaceId(probe);
      const index = indexOf(space);
      await catchUp(transaction, index, space);
      return index.nearest(probe.vector, limit, now);
    },
    async follow() {},
  };
}

async function readRevisions(queries: Queries): Promise<ReadonlySet<number>> {
  const rows = await queries.query('select revision from templates');
  return new Set(rows.map(({ revision }) => Number(revision)));
}

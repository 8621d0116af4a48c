import { areComparable, cosineDistance } from '../../decisions/embedding.ts';
import type { Embedding } from '../../decisions/facts.ts';
import type { Queries, Sql, SqlValue } from '../database/sql.ts';
import { SqlError } from '../database/sql-errors.ts';
import type { Neighbour } from '../ports.ts';
import { type Rotation, secretRotation } from './secret-rotation.ts';
import { holdClock, moveClock, readClock, requireReadable } from './template-clock.ts';
import type { TemplateKey, TemplateKeys } from './template-keys.ts';
import { openIfWhole, spaceId, type TemplateRow, templateColumns, toTemplateRow } from './template-rows.ts';
import type { TemplateSearch } from './template-search.ts';

/** Rows that are written in one go. */
const pageSize = 500;

/**
 * Candidates that are fetched for each one asked for: they are ordered by distances of rotated vectors in floats of 32
 * bits, which are off by some 1e-7, and some may be of templates that do not open.
 */
const candidatesEach = 4;

/**
 * Searches templates with pgvector: by the distances of vectors that are turned by a secret rotation, and without an
 * approximate index. The candidates are decrypted, and compared as they are.
 *
 * The column shows who resembles whom, but to nobody without the key what anybody looks like, unless they know many of
 * the templates already; see docs/architecture.md.
 *
 * @param onDamaged is told of a template that does not open, by its revision; it never matches
 * @param onNotice is told why a pgvector that is there cannot serve
 * @returns undefined where the database has no pgvector, or this user may not turn it on
 * @throws BonafideError `store_unavailable`; SqlError
 */
export async function createPgvectorSearch(
  sql: Sql,
  keys: TemplateKeys,
  onDamaged: (revision: number) => void,
  onNotice: (text: string) => void,
): Promise<TemplateSearch | undefined> {
  if (!(await enableVectors(sql, onNotice))) return undefined;
  const rotations = new Map<string, Rotation>();

  const rotate = (key: TemplateKey, vector: Float32Array): string => {
    const name = `${key.id} ${vector.length}`;
    const rotation = rotations.get(name) ?? secretRotation(key.rotation, vector.length);
    rotations.set(name, rotation);
    return `[${rotation(vector).join()}]`;
  };

  const open = (row: TemplateRow) => openIfWhole(row, keys, onDamaged);

  /**
   * The highest revision up to which all templates were followed here, in a transaction that was kept: the newest may be
   * one that does not open, of which there is no vector to tell by.
   */
  let followed = 0;

  /** Writes the vectors of all templates that are newer than those that are there; up to which revision, that is told. */
  async function follow(transaction: Queries): Promise<number> {
    const [newest] = await transaction.query(
      'select coalesce(max(revision), 0) as revision from template_vectors',
    );
    let after = Math.max(Number(newest!.revision), followed);
    for (;;) {
      const rows = await transaction.query(
        `select ${templateColumns} from templates where revision > $1 order by revision limit ${pageSize}`,
        [after],
      );
      const read = rows.map(toTemplateRow);
      await write(transaction, read);
      after = read.at(-1)?.revision ?? after;
      if (rows.length < pageSize) return after;
    }
  }

  async function write(transaction: Queries, rows: readonly TemplateRow[]): Promise<void> {
    const opened = rows.flatMap((row) => {
      const template = open(row);
      return template ? [{ ...row, vector: rotate(keys.find(row.keyId)!, template.vector) }] : [];
    });
    if (opened.length === 0) return;
    await transaction.query(
      `insert into template_vectors (user_id, revision, key_id, space, expires_at, vector)
       select user_id, revision::bigint, key_id, space, expires_at::timestamptz, vector::vector
       from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
         as written (user_id, revision, key_id, space, expires_at, vector)
       on conflict (user_id) do update set revision = excluded.revision, key_id = excluded.key_id,
         space = excluded.space, expires_at = excluded.expires_at, vector = excluded.vector`,
      [
        opened.map(({ userId }) => userId),
        opened.map(({ revision }) => String(revision)),
        opened.map(({ keyId }) => keyId),
        opened.map(spaceId),
        opened.map(({ expiresAt }) => expiresAt?.toISOString() ?? 'infinity'),
        opened.map(({ vector }) => vector),
      ],
    );
  }

  async function find(
    queries: Queries,
    probe: Embedding,
    limit: number,
    now: Date,
  ): Promise<readonly Neighbour[]> {
    const clock = await readClock(queries);
    requireReadable(clock, keys);
    const { keyIds } = clock;
    // While keys are replaced there are rows of two, each turned in its own way. One statement asks for both, so that a
    // row that moves from one to the other is missed in neither.
    const parameters: SqlValue[] = [spaceId(probe), now, limit * candidatesEach];
    const selections = keyIds.map((id) => {
      const at = parameters.push(id, rotate(keys.find(id)!, probe.vector));
      return `(select user_id from template_vectors where space = $1 and expires_at > $2 and key_id = $${at - 1}
         order by vector <#> $${at}::vector limit $3)`;
    });
    const rows = await queries.query(
      `select ${templateColumns} from templates where user_id in (${selections.join(' union all ')})
         and (expires_at is null or expires_at > $2)`,
      parameters,
    );
    if ((await readClock(queries)).keyIds.some((id) => !keyIds.includes(id)))
      return find(queries, probe, limit, now);
    return rows
      .map(toTemplateRow)
      .flatMap((row) => {
        const template = areComparable(row, probe) ? open(row) : undefined;
        return template
          ? [{ userId: row.userId, distance: cosineDistance(probe.vector, template.vector) }]
          : [];
      })
      .sort((one, other) => one.distance - other.distance)
      .slice(0, limit);
  }

  /** Servers that search in memory write no vectors. */
  async function catchUp(): Promise<void> {
    if (!(await isBehind(sql, followed))) return;
    const reached = await sql.transaction(async (transaction) => {
      requireReadable(await holdClock(transaction), keys);
      return follow(transaction);
    });
    followed = Math.max(followed, reached);
  }

  // At the start, and not while somebody waits for an answer: 10,000 take some seconds.
  await catchUp();
  return {
    kind: 'pgvector',
    async nearest(probe, limit, now) {
      await catchUp();
      return find(sql, probe, limit, now);
    },
    async nearestWithin(transaction, probe, limit, now) {
      await follow(transaction);
      return find(transaction, probe, limit, now);
    },
    async follow(transaction) {
      await follow(transaction);
    },
  };
}

/** Asked so that both answers come from an index: without statistics the planner would read all rows. */
async function isBehind(queries: Queries, followed: number): Promise<boolean> {
  const [row] = await queries.query(
    `select coalesce((select max(revision) from templates), 0)
       > greatest(coalesce((select max(revision) from template_vectors), 0), $1::bigint) as behind`,
    [followed],
  );
  return row!.behind as boolean;
}

/** Whether a server that searches with pgvector has written vectors into the database. */
export async function hasVectors(sql: Queries): Promise<boolean> {
  const [row] = await sql.query("select to_regclass('template_vectors') is not null as present");
  return row!.present as boolean;
}

/**
 * Erases the vectors that servers with pgvector have written, for whoever wants none in the database. Servers that still
 * search with them fail until they are started again.
 *
 * @returns false where there are none
 */
export function dropVectors(sql: Sql): Promise<boolean> {
  return sql.transaction(async (transaction) => {
    const { revision, erasures } = await holdClock(transaction);
    if (!(await hasVectors(transaction))) return false;
    await transaction.query('drop table template_vectors');
    await moveClock(transaction, { revision, erasures: erasures + 1 });
    return true;
  });
}

/** Insufficient privilege, and an extension whose files the server lacks (PostgreSQL's manual, appendix A). */
const noExtension: ReadonlySet<string> = new Set(['42501', '0A000']);

/** Whether the database has pgvector, and the table for it is there now. */
async function enableVectors(sql: Sql, onNotice: (text: string) => void): Promise<boolean> {
  const available = await sql.query("select 1 from pg_available_extensions where name = 'vector'");
  if (available.length === 0) return false;
  try {
    await sql.transaction(async (transaction) => {
      await holdClock(transaction);
      await transaction.query('create extension if not exists vector');
      for (const statement of table) await transaction.query(statement);
    });
    return true;
  } catch (error) {
    if (!(error instanceof SqlError && noExtension.has(error.state))) throw error;
    onNotice(
      `This user may not turn on the pgvector that the database has, or make a table for it (SQLSTATE ${error.state}): templates are searched in memory.`,
    );
    return false;
  }
}

const table = [
  `create table if not exists template_vectors (
     user_id text collate "C" primary key references templates on delete cascade,
     revision bigint not null,
     key_id text not null,
     space text not null,
     expires_at timestamptz not null,
     vector vector not null
   )`,
  'alter table template_vectors alter user_id set statistics 0, alter vector set statistics 0',
  'create index if not exists template_vectors_revision on template_vectors (revision)',
];

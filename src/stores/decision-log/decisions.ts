import { pageOf, readCursor } from '../cursor.ts';
import type { Row, Sql, SqlValue } from '../database/sql.ts';
import type { DecisionCount, DecisionFilter, Decisions, KeptDecision } from '../ports.ts';

/** Longest time for a vacuum, in milliseconds: the table may be large. */
const vacuumTimeoutMs = 600_000;

/** Decisions in the table of migration 004. */
export function createDecisions(sql: Sql): Decisions {
  return {
    async add(decisions) {
      if (decisions.length === 0) return;
      const rows = decisions.map(({ keyId, sampleId, sessionId, ...rest }) => ({
        ...rest,
        key_id: keyId,
        sample_id: sampleId,
        session_id: sessionId,
      }));
      await sql.query(
        `insert into decisions (${columns})
         select ${columns} from jsonb_to_recordset($1::jsonb) as added (at timestamptz, contract text, route text,
           outcome text, verdict text, reasons text[], key_id text, milliseconds double precision, models text[],
           sample_id text, session_id text)`,
        [JSON.stringify(rows)],
      );
    },
    async list(filter, { after, limit }) {
      const { condition, values } = toCondition(filter);
      const { at, id } = readCursor(after, 'counted');
      const found = await sql.query<DecisionRow>(
        `select decisions.*, api_keys.label as key_label, samples.label as sample_label
         from decisions left join api_keys on api_keys.id = key_id
         left join samples on samples.id = sample_id and samples.state = 'stored'
         where ${condition} and (decisions.at, decisions.id) < ($${values.length + 1}, $${values.length + 2})
         order by decisions.at desc, decisions.id desc limit $${values.length + 3}`,
        [...values, at, BigInt(id), limit + 1],
      );
      return pageOf(found.map(toDecision), limit, (decision) => decision);
    },
    async count(filter) {
      const { condition, values } = toCondition(filter);
      const counts = await sql.query<CountRow>(
        `select to_char(decisions.at at time zone 'UTC', 'YYYY-MM-DD') as day, contract, outcome, samples.label,
           count(*) as decisions
         from decisions left join samples on samples.id = sample_id and samples.state = 'stored'
         where ${condition} group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
        values,
      );
      return counts.map((row) => ({ ...row, decisions: Number(row.decisions) }));
    },
    async sweep(before) {
      const swept = await sql.query('delete from decisions where at < $1 returning 1', [before], {
        statementTimeoutMs: vacuumTimeoutMs,
      });
      // The embedded database has nobody else who gives the room of deleted rows back.
      if (swept.length > 0 && sql.kind === 'pglite')
        await sql.query('vacuum decisions', [], { statementTimeoutMs: vacuumTimeoutMs });
      return swept.length;
    },
  };
}

const columns =
  'at, contract, route, outcome, verdict, reasons, key_id, milliseconds, models, sample_id, session_id';

interface DecisionRow extends Row {
  readonly id: number | bigint;
  readonly at: Date;
  readonly contract: KeptDecision['contract'];
  readonly route: string;
  readonly outcome: KeptDecision['outcome'];
  readonly verdict: string | null;
  readonly reasons: readonly string[];
  readonly key_id: string | null;
  readonly key_label: string | null;
  readonly milliseconds: number;
  readonly models: readonly string[];
  readonly sample_id: string | null;
  readonly sample_label: KeptDecision['label'];
  readonly session_id: string | null;
}

type CountRow = Row & Omit<DecisionCount, 'decisions'> & { readonly decisions: number | bigint };

function toDecision(row: DecisionRow): KeptDecision {
  return {
    id: String(row.id),
    at: row.at,
    contract: row.contract,
    route: row.route,
    outcome: row.outcome,
    verdict: row.verdict,
    reasons: row.reasons,
    keyId: row.key_id,
    keyLabel: row.key_label,
    milliseconds: row.milliseconds,
    models: row.models,
    sampleId: row.sample_id,
    label: row.sample_label,
    sessionId: row.session_id,
  };
}

/** What `where` asks for, with the values of its places. */
function toCondition({ contract, outcome, keyId, from, to }: DecisionFilter) {
  const values: SqlValue[] = [];
  const place = (value: SqlValue) => `$${values.push(value)}`;
  const parts = [
    'true',
    ...(contract ? [`contract = ${place(contract)}`] : []),
    ...(outcome ? [`outcome = ${place(outcome)}`] : []),
    ...(keyId ? [`key_id = ${place(keyId)}`] : []),
    ...(from ? [`decisions.at >= ${place(from)}`] : []),
    ...(to ? [`decisions.at < ${place(to)}`] : []),
  ];
  return { condition: parts.join(' and '), values };
}

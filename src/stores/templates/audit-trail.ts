import { pageOf, readCursor } from '../cursor.ts';
import type { Queries } from '../database/sql.ts';
import type { AuditTrail, EnrolmentEvent, EnrolmentEventName } from '../ports.ts';

/** Writes one line, in the transaction of what happened. */
export async function recordEvent(
  transaction: Queries,
  { at, userId, event, details }: EnrolmentEvent,
): Promise<void> {
  await transaction.query(
    'insert into audit_trail (at, user_id, event, details) values ($1, $2, $3, $4::jsonb)',
    [at, userId, event, JSON.stringify(details)],
  );
}

/** Writes what was done with a picture of the data set: a line for each person in it, or one of nobody. */
export async function recordSampleEvent(
  queries: Queries,
  sampleId: string,
  { at, event, details }: Omit<EnrolmentEvent, 'userId'>,
): Promise<void> {
  await queries.query(
    `insert into audit_trail (at, user_id, event, details)
     select $1, user_id, $2, $3::jsonb from (values ($4)) as viewed (id) left join sample_users on sample_id = viewed.id`,
    [at, event, JSON.stringify({ ...details, sample_id: sampleId }), sampleId],
  );
}

/** As the index of migration 004 has them. */
const consoleEvents = `event in ('sample_viewed', 'sample_relabelled')`;

/** The history of enrolments in the table of migration 002. */
export function createAuditTrail(sql: Queries): AuditTrail {
  const toEvent = (row: Readonly<Record<string, unknown>>): EnrolmentEvent => ({
    at: row.at as Date,
    userId: row.user_id as string | null,
    event: row.event as EnrolmentEventName,
    details: row.details as EnrolmentEvent['details'],
  });
  return {
    async ofUser(userId) {
      const rows = await sql.query('select * from audit_trail where user_id = $1 order by id', [userId]);
      return rows.map(toEvent);
    },
    async ofSession(sessionId) {
      const rows = await sql.query(
        `select * from audit_trail where details->>'session_id' = $1
           and event in ('session_opened', 'session_ended', 'session_deleted') order by id`,
        [sessionId],
      );
      return rows.map(toEvent);
    },
    async ofReceipt(receiptId) {
      const [row] = await sql.query(
        "select * from audit_trail where user_id is null and event = 'erased' and details->>'receipt_id' = $1",
        [receiptId],
      );
      return row && toEvent(row);
    },
    recordView: (sampleId, at, details) =>
      recordSampleEvent(sql, sampleId, { at, event: 'sample_viewed', details }),
    async ofConsole({ after, limit }) {
      const { at, id } = readCursor(after, 'counted');
      const found = await sql.query(
        `select * from audit_trail where ${consoleEvents} and (at, id) < ($1, $2) order by at desc, id desc limit $3`,
        [at, BigInt(id), limit + 1],
      );
      const page = pageOf(found, limit, (row) => ({ at: row.at as Date, id: String(row.id) }));
      return {
        ...page,
        items: page.items.map((row) => {
          const { userId, ...event } = toEvent(row);
          return event;
        }),
      };
    },
  };
}

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
    async ofReceipt(receiptId) {
      const [row] = await sql.query(
        "select * from audit_trail where user_id is null and event = 'erased' and details->>'receipt_id' = $1",
        [receiptId],
      );
      return row && toEvent(row);
    },
  };
}

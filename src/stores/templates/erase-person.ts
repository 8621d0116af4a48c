import type { Queries } from '../database/sql.ts';
import type { ErasedCounts, Receipt } from '../ports.ts';
import { recordEvent } from './audit-trail.ts';
import { holdClock, moveClock } from './template-clock.ts';

/** What `Enrolments.beginErasure` does, in a transaction. */
export async function beginErasure(
  transaction: Queries,
  userId: string,
  { id, at }: Pick<Receipt, 'id' | 'at'>,
): Promise<string | undefined> {
  // Of two who ask at once the later one finds what the other has begun.
  await holdClock(transaction);
  const [begun] = await transaction.query(
    "select details->>'receipt_id' as id from audit_trail where user_id = $1 and event = 'erasing'",
    [userId],
  );
  if (begun) return begun.id as string;
  // The pictures of the data set are counted before they go, for who erases them may not live to tell.
  const [known] = await transaction.query(
    `select (select count(*) from templates where user_id = $1) + (select count(*) from audit_trail where user_id = $1)
       as kept, (select count(*) from sample_users where user_id = $1) as samples`,
    [userId],
  );
  const samples = Number(known!.samples);
  if (Number(known!.kept) + samples === 0) return undefined;
  const details = { receipt_id: id, ...(samples > 0 && { samples }) };
  await recordEvent(transaction, { at, userId, event: 'erasing', details });
  return id;
}

/** What `Enrolments.erase` does, in a transaction. */
export async function erase(
  transaction: Queries,
  userId: string,
  { id, at, others }: Receipt,
): Promise<(ErasedCounts & Readonly<Record<string, number>>) | undefined> {
  const { revision, erasures } = await holdClock(transaction);
  const begun = await transaction.query(
    "delete from audit_trail where user_id = $1 and event = 'erasing' returning coalesce((details->>'samples')::integer, 0) as samples",
    [userId],
  );
  const deleteFrom = async (table: string) =>
    (await transaction.query(`delete from ${table} where user_id = $1 returning 1`, [userId])).length;
  const counts = {
    ...others,
    ...(others.samples !== undefined && {
      samples: Math.max(others.samples, ...begun.map(({ samples }) => samples as number)),
    }),
    templates: await deleteFrom('templates'),
    events: await deleteFrom('audit_trail'),
  };
  if (begun.length === 0 && Object.values(counts).every((count) => count === 0)) return undefined;
  await moveClock(transaction, { revision, erasures: erasures + 1 });
  const details = { receipt_id: id, ...counts };
  await recordEvent(transaction, { at, userId: null, event: 'erased', details });
  return counts;
}

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
  // The pictures of the data set are counted before they go, for who erases them may not live to tell; those that an
  // earlier erasure has counted only make the person known, so that what was left of them can be removed.
  const [known] = await transaction.query(
    `select (select count(*) from templates where user_id = $1) + (select count(*) from audit_trail where user_id = $1)
       + (select count(*) from sample_users where user_id = $1)
       + (select count(*) from sessions where user_id = $1) as kept,
       (select count(*) from sample_users join samples on samples.id = sample_id
         where user_id = $1 and state <> 'erasing') as samples`,
    [userId],
  );
  const samples = Number(known!.samples);
  if (Number(known!.kept) === 0) return undefined;
  const details = { receipt_id: id, ...(samples > 0 && { samples }) };
  await recordEvent(transaction, { at, userId, event: 'erasing', details });
  return id;
}

/** What `Enrolments.erase` does, in a transaction. */
export async function erase(
  transaction: Queries,
  userId: string,
  { id, at, others, isUnfinished = false }: Receipt,
): Promise<(ErasedCounts & Readonly<Record<string, number>>) | undefined> {
  const { revision, erasures } = await holdClock(transaction);
  const begun = await transaction.query(
    "delete from audit_trail where user_id = $1 and event = 'erasing' returning at, details",
    [userId],
  );
  const before = (name: string) => begun.reduce((sum, { details }) => sum + countOf(details, name), 0);
  const deleteFrom = async (table: string) =>
    (await transaction.query(`delete from ${table} where user_id = $1 returning 1`, [userId])).length;
  const [templates, events] = [await deleteFrom('templates'), await deleteFrom('audit_trail')];
  // Those that were to compare a face with this person's; what others have found names nobody.
  const sessions = await deleteFrom('sessions');
  // Of several who erase at once the first one here has the receipt, with what all of them have removed.
  if (begun.length === 0 && templates + events + sessions === 0) return undefined;
  const counts = {
    ...others,
    ...(others.samples !== undefined && { samples: Math.max(others.samples, before('samples')) }),
    templates: before('templates') + templates,
    events: before('events') + events,
  };
  if (templates + events + sessions > 0) await moveClock(transaction, { revision, erasures: erasures + 1 });
  if (isUnfinished && begun[0]) {
    const details = { receipt_id: id, ...counts, samples: before('samples') };
    await recordEvent(transaction, { at: begun[0].at as Date, userId, event: 'erasing', details });
    return counts;
  }
  if (Object.values(counts).every((count) => count === 0)) return undefined;
  const details = { receipt_id: id, ...counts };
  await recordEvent(transaction, { at, userId: null, event: 'erased', details });
  return counts;
}

/** A count that an interrupted erasure has noted. */
function countOf(details: unknown, name: string): number {
  return Number((details as Readonly<Record<string, unknown>>)[name] ?? 0);
}

import { areComparable } from '../../decisions/embedding.ts';
import { BonafideError } from '../../errors.ts';
import type { Queries, Sql } from '../database/sql.ts';
import type { Enrolments, PutOptions, Template } from '../ports.ts';
import { recordEvent } from './audit-trail.ts';
import { cleanErased } from './clean-erased.ts';
import { beginErasure, erase } from './erase-person.ts';
import { sealTemplate } from './template-cipher.ts';
import { holdClock, moveClock, writingKey } from './template-clock.ts';
import type { TemplateKey, TemplateKeys } from './template-keys.ts';
import { enrolmentColumns, openRow, templateColumns, toEnrolment, toTemplateRow } from './template-rows.ts';
import type { TemplateSearch } from './template-search.ts';

/** Templates read at once by an export. */
const pageSize = 500;

/** Expired templates that are erased in one transaction, for which those who enrol wait. */
const sweepSize = 500;

/** Enrolments in the tables of migration 002. */
export function createEnrolments(sql: Sql, keys: TemplateKeys, search: TemplateSearch): Enrolments {
  return {
    searchKind: search.kind,
    put: (template, now, options = {}) =>
      sql.transaction((transaction) => put(transaction, template, now, options)),
    async get(userId, space, now) {
      const [row] = await sql.query(
        `select ${templateColumns} from templates where user_id = $1 and ${current(2)}`,
        [userId, now],
      );
      if (!row) return undefined;
      const read = toTemplateRow(row);
      if (!areComparable(read, space)) throw new BonafideError('template_of_another_model');
      return openRow(read, keys);
    },
    async describe(userId, now) {
      const [row] = await sql.query(
        `select ${enrolmentColumns} from templates where user_id = $1 and ${current(2)}`,
        [userId, now],
      );
      return row && toEnrolment(row);
    },
    nearest: (probe, limit, now) => search.nearest(probe, limit, now),
    async list({ after, limit, now }) {
      const rows = await sql.query(
        `select ${enrolmentColumns} from templates where ${current(1)} and user_id > $2 order by user_id limit $3`,
        [now, after ?? '', limit + 1],
      );
      const enrolments = rows.slice(0, limit).map(toEnrolment);
      return { enrolments, next: rows.length > limit ? enrolments.at(-1)!.userId : null };
    },
    async count(now) {
      const [row] = await sql.query(`select count(*) as count from templates where ${current(1)}`, [now]);
      return Number(row!.count);
    },
    beginErasure: (userId, receipt) =>
      sql.transaction((transaction) => beginErasure(transaction, userId, receipt)),
    erase: (userId, receipt) => sql.transaction((transaction) => erase(transaction, userId, receipt)),
    async sweep(now) {
      const expired = await sql.query('select 1 from templates where expires_at <= $1 limit 1', [now]);
      if (expired.length === 0) return 0;
      for (let total = 0; ; ) {
        const swept = await sql.transaction((transaction) => sweepBatch(transaction, now));
        total += swept;
        if (swept < sweepSize) return total;
      }
    },
    clean: () => cleanErased(sql),
    async *export(now) {
      let after = '';
      for (;;) {
        const rows = await sql.query(
          `select ${templateColumns} from templates where ${current(1)} and user_id > $2 order by user_id limit ${pageSize}`,
          [now, after],
        );
        for (const row of rows.map(toTemplateRow)) yield openRow(row, keys);
        if (rows.length < pageSize) return;
        after = toEnrolment(rows.at(-1)!).userId;
      }
    },
  };

  async function put(
    transaction: Queries,
    template: Template,
    now: Date,
    { event, isTaken }: PutOptions,
  ): Promise<'enrolled' | 'replaced' | 'face_taken'> {
    const clock = await holdClock(transaction);
    const key = writingKey(clock, keys);
    const { userId, model, frames } = template;
    if (isTaken && (await isFaceTaken(transaction, template, now, isTaken))) {
      await recordEvent(transaction, { at: now, userId, event: 'refused_as_duplicate', details: { model } });
      return 'face_taken';
    }
    const former = await transaction.query('select 1 from templates where user_id = $1', [userId]);
    const outcome = former.length > 0 ? 'replaced' : 'enrolled';
    await write(transaction, template, key, clock.revision + 1);
    await moveClock(transaction, { ...clock, revision: clock.revision + 1 });
    await recordEvent(transaction, { at: now, userId, event: event ?? outcome, details: { model, frames } });
    await search.follow(transaction);
    return outcome;
  }

  async function isFaceTaken(
    transaction: Queries,
    { userId, ...template }: Template,
    now: Date,
    isTaken: (distance: number) => boolean,
  ): Promise<boolean> {
    // Two: one of them may be this id's former template.
    const nearest = await search.nearestWithin(transaction, template, 2, now);
    return nearest.some((other) => other.userId !== userId && isTaken(other.distance));
  }

  async function write(
    transaction: Queries,
    template: Template,
    key: TemplateKey,
    revision: number,
  ): Promise<void> {
    const { userId, model, modelHash, recipe, frames, consent, createdAt, expiresAt } = template;
    const sealed = sealTemplate(template, key);
    await transaction.query(
      `insert into templates (${templateColumns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       on conflict (user_id) do update set model = excluded.model, model_hash = excluded.model_hash,
         recipe = excluded.recipe, frames = excluded.frames, consent = excluded.consent,
         created_at = excluded.created_at, expires_at = excluded.expires_at, key_id = excluded.key_id,
         sealed = excluded.sealed, revision = excluded.revision`,
      [
        ...[userId, model, modelHash, recipe, frames, consent, createdAt, expiresAt],
        ...[key.id, sealed, revision],
      ],
    );
  }
}

async function sweepBatch(transaction: Queries, now: Date): Promise<number> {
  const { revision, erasures } = await holdClock(transaction);
  const expired = await transaction.query(
    `with due as (select user_id from templates where expires_at <= $1 order by expires_at limit ${sweepSize}),
       expired as (delete from templates using due where templates.user_id = due.user_id returning due.user_id)
     insert into audit_trail (at, user_id, event, details)
       select $1::timestamptz, user_id, 'expired', '{}'::jsonb from expired returning 1`,
    [now],
  );
  if (expired.length > 0) await moveClock(transaction, { revision, erasures: erasures + 1 });
  return expired.length;
}

/** The condition that a row has not expired at the time that a parameter says. */
const current = (parameter: number) => `(expires_at is null or expires_at > $${parameter})`;

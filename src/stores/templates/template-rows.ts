import { createHash } from 'node:crypto';
import type { EmbeddingSpace } from '../../decisions/facts.ts';
import type { Row } from '../database/sql.ts';
import type { Enrolment, Template } from '../ports.ts';
import { openTemplate, SealedTemplateError } from './template-cipher.ts';
import { unreadable } from './template-clock.ts';
import type { TemplateKeys } from './template-keys.ts';

/** A row of the table of templates. */
export interface TemplateRow extends Enrolment {
  readonly keyId: string;
  readonly sealed: Uint8Array;
  readonly revision: number;
}

/** The columns that {@link toEnrolment} reads. */
export const enrolmentColumns = 'user_id, model, model_hash, recipe, frames, consent, created_at, expires_at';

/** The columns that {@link toTemplateRow} reads. */
export const templateColumns = `${enrolmentColumns}, key_id, sealed, revision`;

export function toEnrolment(row: Row): Enrolment {
  return {
    userId: row.user_id as string,
    model: row.model as string,
    modelHash: row.model_hash as string,
    recipe: row.recipe as string,
    frames: row.frames as number,
    consent: row.consent as string | null,
    createdAt: row.created_at as Date,
    expiresAt: row.expires_at as Date | null,
  };
}

export function toTemplateRow(row: Row): TemplateRow {
  return {
    ...toEnrolment(row),
    keyId: row.key_id as string,
    sealed: row.sealed as Uint8Array,
    revision: Number(row.revision),
  };
}

/**
 * Decrypts a row.
 *
 * @throws SealedTemplateError where it does not open; BonafideError `store_unavailable` where its key is not here
 */
export function openRow(
  { keyId, sealed, revision: _, ...enrolment }: TemplateRow,
  keys: TemplateKeys,
): Template {
  const key = keys.find(keyId);
  if (!key) throw unreadable([keyId]);
  return openTemplate(enrolment, key, sealed);
}

/** As {@link openRow}; undefined for a row that does not open, of whose revision `onDamaged` is told. */
export function openIfWhole(
  row: TemplateRow,
  keys: TemplateKeys,
  onDamaged: (revision: number) => void,
): Template | undefined {
  try {
    return openRow(row, keys);
  } catch (error) {
    if (!(error instanceof SealedTemplateError)) throw error;
    onDamaged(row.revision);
    return undefined;
  }
}

/** One short name for what makes vectors comparable. */
export function spaceId({ model, modelHash, recipe }: EmbeddingSpace): string {
  return createHash('sha256')
    .update(JSON.stringify([model, modelHash, recipe]))
    .digest('hex')
    .slice(0, 16);
}

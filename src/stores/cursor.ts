import { BonafideError } from '../errors.ts';
import type { Page } from './ports.ts';

/** Where a page ends that is sorted by time, then by id, the newest first. */
export interface Cursor {
  readonly at: Date;
  readonly id: string;
}

/** Later than anything. */
const beginning: Cursor = { at: new Date('9999-12-31T00:00:00Z'), id: '0' };

/** What ids look like that a database counts, and those of pictures of the data set. */
const ids = { counted: /^\d{1,18}$/, hex: /^[0-9a-f]{1,32}$/ } as const;

/**
 * Reads what {@link pageOf} has written.
 *
 * @throws BonafideError `invalid_request`
 */
export function readCursor(text: string | undefined, kind: keyof typeof ids): Cursor {
  if (text === undefined) return beginning;
  const [at = '', id = ''] = text.split('.', 2);
  if (!/^\d{1,14}$/.test(at) || !ids[kind].test(id))
    throw new BonafideError('invalid_request', 'There is no such page.');
  return { at: new Date(Number(at)), id };
}

/** The page that begins `found`, of which one more than `limit` was asked for, and where the next one begins. */
export function pageOf<T>(found: readonly T[], limit: number, cursorOf: (item: T) => Cursor): Page<T> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const next = found.length > limit && last !== undefined ? cursorOf(last) : null;
  return { items, next: next && `${next.at.getTime()}.${next.id}` };
}

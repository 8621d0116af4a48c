import { BonafideError } from '../errors.ts';

/** Longest user id and consent reference, in bytes of UTF-8. */
export const maxIdBytes = 256;

/**
 * Checks the id that a relying party knows somebody by: any text of 1 to 256 bytes of UTF-8 that can be seen. It is
 * only ever a parameter, never a path or a part of a statement, so slashes, quotes and emoji are nothing special. It is
 * kept as it is: ids that differ in case or in Unicode composition are different.
 *
 * @throws BonafideError `invalid_request`
 */
export function checkUserId(userId: string): string {
  return checkReference('user_id', userId);
}

/** Checks a reference to a consent by the same rules. */
export function checkConsent(consent: string): string {
  return checkReference('consent', consent);
}

function checkReference(name: string, text: string): string {
  const problem = problemOf(text);
  if (problem) throw new BonafideError('invalid_request', `${name} ${problem}.`);
  return text;
}

function problemOf(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (/\p{Surrogate}/u.test(text)) return 'is not valid Unicode';
  // NUL, which no PostgreSQL text can hold, line breaks, which would forge lines of a log, and the like.
  if (/\p{Cc}/u.test(text)) return 'holds control characters';
  // Nobody sees it, and readers of text drop it at the beginning: the id that comes back is another one.
  if (text.includes('\uFEFF')) return 'holds a byte order mark';
  if (Buffer.byteLength(text) > maxIdBytes) return `is longer than ${maxIdBytes} bytes`;
  return undefined;
}

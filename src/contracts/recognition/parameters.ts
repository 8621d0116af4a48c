import { BonafideError } from '../../errors.ts';
import { type Language, say } from '../../messages.ts';
import { checkConsent, checkUserId, maxIdBytes } from '../../services/user-id.ts';

/** Parameters of a request by name, each given once: in the query, as a field of the form, or in the JSON. */
export type Parameters = Readonly<Record<string, string | undefined>>;

/** What numbers a parameter may have. */
interface NumberRange {
  readonly from: number;
  readonly to: number;
  readonly whole?: boolean;
}

/**
 * Puts the parameters of the query and of the body together.
 *
 * @param names of those that the route knows; others are ignored, as clients of FastAPI servers expect
 * @throws BonafideError `invalid_request`: one that is given more than once in the query, or once here and once there
 *   with different values, of which a proxy and the server might each heed another
 */
export function mergeParameters(
  query: unknown,
  body: Parameters,
  names: readonly string[],
  language: Language,
): Parameters {
  const merged: Record<string, string | undefined> = {};
  for (const name of names) {
    const inQuery = (query as Record<string, unknown> | undefined)?.[name];
    const inBody = body[name];
    const isAmbiguous =
      (inQuery !== undefined && typeof inQuery !== 'string') ||
      (inQuery !== undefined && inBody !== undefined && inQuery !== inBody);
    if (isAmbiguous) throw new BonafideError('invalid_request', say('recognition.twice', language, { name }));
    merged[name] = inBody ?? inQuery;
  }
  return merged;
}

/**
 * A number; `undefined` where it is not given.
 *
 * @throws BonafideError `invalid_request`
 */
export function numberOf(
  parameters: Parameters,
  name: string,
  { from, to, whole = false }: NumberRange,
  language: Language,
): number | undefined {
  const text = parameters[name];
  if (text === undefined) return undefined;
  const value = /^[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})(e[+-]?\d{1,3})?$/i.test(text) ? Number(text) : NaN;
  if (value >= from && value <= to && (!whole || Number.isInteger(value))) return value;
  const key = whole ? 'recognition.not_whole' : 'recognition.not_a_number';
  throw new BonafideError('invalid_request', say(key, language, { name, from, to }));
}

/**
 * The id of somebody: what {@link checkUserId} takes but `.` and `..`, which no client can send in a path.
 *
 * @throws BonafideError `invalid_request`
 */
export function userIdOf(parameters: Parameters, language: Language): string {
  const { user_id: userId } = parameters;
  if (userId === undefined || userId === '')
    throw new BonafideError('invalid_request', say('recognition.no_user_id', language));
  if (userId === '.' || userId === '..' || !isFit(userId, checkUserId))
    throw new BonafideError(
      'invalid_request',
      say('recognition.bad_user_id', language, { bytes: maxIdBytes }),
    );
  return userId;
}

/**
 * The reference to a consent; `undefined` where it is not given.
 *
 * @throws BonafideError `invalid_request`
 */
export function consentOf({ consent }: Parameters, language: Language): string | undefined {
  if (consent === undefined || isFit(consent, checkConsent)) return consent;
  throw new BonafideError('invalid_request', say('recognition.bad_consent', language, { bytes: maxIdBytes }));
}

/** The services say in English what they do not take; this contract says it in the language of the request. */
function isFit(text: string, check: (text: string) => unknown): boolean {
  try {
    check(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The detector that a client asks for. Any name passes, for clients of other servers ask for `opencv`, `retinaface`
 * or others; which one runs is the server's choice, and the answer names it.
 *
 * @throws BonafideError `invalid_request`: what is no name, and would be one more line in the log
 */
export function backendOf(parameters: Parameters, language: Language): string {
  const { detector_backend: backend = 'opencv' } = parameters;
  if (/^[\w.+-]{1,40}$/.test(backend)) return backend;
  throw new BonafideError('invalid_request', say('recognition.bad_backend', language));
}

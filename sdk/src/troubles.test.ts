import { describe, expect, it } from 'vitest';
import { troubleOfAnswer, troubleOfLoss, troubleOfRefusal } from './connection.ts';
import { texts } from './texts.ts';
import {
  describeTrouble,
  type Permission,
  type TroubleCode,
  TroubleError,
  troubleOfCamera,
} from './troubles.ts';

const refusal = (name: string, message = '') => new DOMException(message, name);

describe('getUserMedia fails with', () => {
  it.each<[string, string, Permission, TroubleCode]>([
    ['NotAllowedError', 'Permission denied', 'denied', 'permission_refused'],
    ['NotAllowedError', 'Permission denied by system', 'granted', 'permission_refused'],
    ['NotAllowedError', 'Permission dismissed', 'prompt', 'permission_dismissed'],
    ['NotAllowedError', 'Permission dismissed', 'unknown', 'permission_dismissed'],
    // Safari asks anew each time, so a no is no lasting one.
    ['NotAllowedError', 'The request is not allowed by the user agent', 'prompt', 'permission_dismissed'],
    ['NotAllowedError', 'The request is not allowed by the user agent', 'unknown', 'permission_refused'],
    ['SecurityError', '', 'unknown', 'permission_refused'],
    ['NotFoundError', 'Requested device not found', 'prompt', 'camera_missing'],
    ['OverconstrainedError', '', 'granted', 'camera_missing'],
    ['NotReadableError', 'Device in use', 'granted', 'camera_in_use'],
    ['AbortError', '', 'granted', 'camera_in_use'],
    ['OfTheFutureError', '', 'granted', 'camera_failed'],
  ])('%s (%s), permission %s: %s', (name, message, permission, code) =>
    expect(troubleOfCamera(refusal(name, message), permission)).toBe(code),
  );

  it('what is no error at all', () => expect(troubleOfCamera(null, 'unknown')).toBe('camera_failed'));
});

describe('a handshake is answered with', () => {
  it('503 and Retry-After, which is honoured', () => {
    expect(troubleOfAnswer(503, '5', 'sessions')).toMatchObject({ code: 'server_busy', retryAfter: 5_000 });
    expect(troubleOfAnswer(429, '1', 'sessions')).toMatchObject({ code: 'server_busy', retryAfter: 1_000 });
    expect(troubleOfAnswer(503, null, 'challenge')).toMatchObject({ code: 'server_busy', retryAfter: 2_000 });
    expect(troubleOfAnswer(503, 'Sun, 22 Nov 2026 00:00:00 GMT', 'challenge').retryAfter).toBe(2_000);
  });

  it.each<[number, 'sessions' | 'challenge', TroubleCode]>([
    [401, 'sessions', 'token_refused'],
    [404, 'sessions', 'token_refused'],
    [409, 'sessions', 'token_refused'],
    [403, 'sessions', 'connection_refused'],
    [401, 'challenge', 'key_refused'],
    [404, 'challenge', 'connection_refused'],
    [426, 'challenge', 'connection_refused'],
    [500, 'sessions', 'server_failed'],
  ])('%i on %s: %s', (status, contract, code) =>
    expect(troubleOfAnswer(status, null, contract).code).toBe(code),
  );
});

it.each<[number, TroubleCode | undefined]>([
  [1000, undefined],
  [1001, undefined],
  [1006, undefined],
  [1008, 'connection_refused'],
  [1009, 'server_failed'],
  [1011, 'server_failed'],
  [1013, 'server_busy'],
])('a connection that ends with %i: %s', (code, trouble) =>
  expect(troubleOfLoss({ code, reason: '' })?.code).toBe(trouble),
);

describe('a stream is refused with', () => {
  const failed = {
    type: 'failed',
    state: 'WAITING_CENTER',
    instruction: 'CENTER',
    success: 0,
    total: 0,
  } as const;

  it.each<[string, TroubleCode | undefined]>([
    ['session_unknown', 'token_refused'],
    ['session_used_up', 'token_refused'],
    ['session_in_use', 'session_in_use'],
    ['too_many_sessions', 'server_busy'],
    ['store_unavailable', 'server_busy'],
    ['challenge_timeout', undefined],
  ])('%s: %s', (reason, code) => expect(troubleOfRefusal({ ...failed, reason })?.code).toBe(code));

  it('the time after which to try again', () => {
    const message = { ...failed, reason: 'too_many_sessions', retry_after_ms: 5_000 };
    expect(troubleOfRefusal(message)?.retryAfter).toBe(5_000);
  });
});

it('tells whether a new token is needed, and the way out', () => {
  expect(describeTrouble(new TroubleError('camera_in_use'), false)).toEqual({
    code: 'camera_in_use',
    wayOut: 'retry',
    retryAfter: 0,
    needsToken: false,
  });
  expect(describeTrouble(new TroubleError('camera_lost'), true).needsToken).toBe(true);
  expect(describeTrouble(new TroubleError('token_refused'), false).needsToken).toBe(true);
  expect(describeTrouble(new TroubleError('permission_refused'), false).wayOut).toBe('allow');
  expect(describeTrouble(new TroubleError('insecure_context'), false).wayOut).toBe('elsewhere');
});

it('has a text and a way out for each trouble in the catalogue, and no other', () => {
  const codes = (prefix: string) =>
    Object.keys(texts.en).flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
  expect(codes('sdk.trouble.').sort()).toEqual(codes('sdk.wayOut.').sort());
  // The compiler knows the codes: the keys are built of them in the element.
  expect(codes('sdk.trouble.').length).toBeGreaterThan(20);
});

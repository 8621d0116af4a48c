import { Value } from 'typebox/value';
import { expect, it } from 'vitest';
import { readFrame, toServerMessage } from './mapping.ts';
import { serverMessage } from './schemas.ts';

it('does not parse a message of millions of lists, which would hold up all sessions', () => {
  const message = Buffer.from(`{"frame": ${'['.repeat(2_600_000)}`);
  expect(() => readFrame(message, false, 2_000_000)).toThrow(
    expect.objectContaining({ code: 'invalid_request' }),
  );
});

it('says what is to be mended, by its code and in words', () => {
  const hint = { code: 'face_too_small', side: 61.5, minimum: 80 } as const;
  const at = { state: 'WAITING_CENTER', instruction: 'CENTER', success: 3, total: 3, live: false } as const;
  const waiting = toServerMessage({ type: 'waiting', ...at, hint }, 'en');
  const mend = 'The face is 61 pixels across; at least 80 are needed. Move closer.';
  expect(waiting).toEqual({ type: 'waiting', ...at, hint: 'face_too_small', message: mend });
  const reason = 'session_timeout';
  const failed = toServerMessage({ type: 'failed', ...at, reason, hint }, 'en');
  const message = `Time is up. Please start again. ${mend}`;
  expect(failed).toEqual({ type: 'failed', ...at, reason, hint: 'face_too_small', message });
  for (const said of [waiting, failed]) expect(Value.Errors(serverMessage, said)).toEqual([]);
});

import { expect, it } from 'vitest';
import { readMessage } from './read-message.ts';

const start = { type: 'start', state: 'WAITING_CENTER', instruction: 'CENTER', success: 0, total: 3 };

it('reads what the server says, and keeps what it does not know', () => {
  const message = { ...start, turn_remaining_ms: null, session_remaining_ms: 30_000, news: 1 };
  expect(readMessage(JSON.stringify(message))).toEqual(message);
});

const strange: readonly (readonly [string, unknown])[] = [
  ['no JSON', '<html>'],
  ['nothing', ''],
  ['null', 'null'],
  ['a number', '42'],
  ['bytes', new ArrayBuffer(8)],
  ['another protocol', '{"jsonrpc":"2.0"}'],
  ...Object.entries({
    'an unknown type': { type: 'bogus' },
    'an unknown instruction': { instruction: 'constructor' },
    'turns without end': { total: 1e9 },
    'a count that is none': { success: '1' },
    'fewer than no turns': { success: -1 },
    'time that is none': { turn_remaining_ms: 'soon' },
    'time without end': { turn_remaining_ms: 1e18 },
    'a wait that is over before': { retry_after_ms: -5 },
    'a reason without words': { type: 'failed', reason: { code: 1 } },
  }).map(([name, more]) => [name, JSON.stringify({ ...start, ...more })] as const),
];

it.each(strange)('takes no word of a stranger: %s', (_name, data) => {
  expect(readMessage(data)).toBeNull();
});

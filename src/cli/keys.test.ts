import { expect, it } from 'vitest';
import { keysCommand } from './keys.ts';

// What the command does with a database is tested in test/keys.test.ts, where it runs as it is built.

it.each<[readonly string[], RegExp]>([
  [[], /create, list or revoke/],
  [['make'], /create, list or revoke/],
  [['create'], /--label/],
  [['create', '--label', '  '], /--label/],
  [['create', '--label', 'a\u001b[2J'], /--label/],
  [['create', '--label', 'my', 'shop'], /one word too many/],
  [
    ['create', '--label', 'a', '--contracts', 'kyc,attendance'],
    /no contract "attendance"; there are passive/,
  ],
  [['create', '--label', 'a', '--contracts', ''], /no contract ""/],
  [['create', '--label', 'a', '--rate', '0'], /--rate is a whole number from 1/],
  [['create', '--label', 'a', '--rate', '1.5'], /--rate is a whole number/],
  [['create', '--label', 'a', '--session-uses', 'many'], /--session-uses/],
  [['create', '--label', 'a', '--session-seconds=-1'], /--session-seconds/],
  [['create', '--label', 'a', '--expires-in', '0'], /--expires-in/],
  [['create', '--label', 'a', '--expires', '2001-01-01'], /in the past/],
  [['create', '--label', 'a', '--expires', 'tomorrow'], /is a date/],
  [['create', '--label', 'a', '--expires', '2099-13-01'], /is a date/],
  [['create', '--label', 'a', '--expires', '2099-02-30'], /is a date/],
  [['create', '--label', 'a', '--expires', '2099-02-29T12:00:00Z'], /is a date/],
  [['create', '--label', 'a', '--expires', '2099-01-01', '--expires-in', '1'], /not both/],
  [['list', '--label', 'a'], /--label goes with keys create/],
  [['revoke'], /by its id/],
  [['revoke', 'a', 'b'], /by its id/],
  [['list', '--colour'], /Unknown option/],
])('%j is refused before any database is opened', async (args, sentence) => {
  await expect(keysCommand(args, { DATA_DIR: '/proc/nowhere' })).rejects.toThrow(sentence);
});

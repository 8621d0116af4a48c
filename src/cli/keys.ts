import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { isUsable } from '../services/api-keys.ts';
import { type ApiKeyTerms, createApiKey } from '../services/create-api-key.ts';
import { createApiKeys } from '../stores/keys/api-keys.ts';
import { type ApiKeyRecord, type ApiKeys, type ContractName, contractNames } from '../stores/ports.ts';
import { UsageError } from './usage.ts';
import { withDatabase } from './with-database.ts';

const help = `Usage: bonafide keys <create|list|revoke> [options]

  create             make a key; it alone is written to stdout, once: KEY=$(bonafide keys create --label shop)
  list               every key there was: id, label, contracts, sessions, rate, expiry, state; never a key
  revoke ID          end a key, now and for good

Options of create
  --label TEXT             whose key it is; needed
  --contracts A,B          what it may be used for: ${contractNames.join(', ')}; all
                           but console otherwise, which shows people's pictures
  --require-session        the KYC contract asks its holder for session tokens, too
  --session-uses N         checks that one of its session tokens is good for; KYC_SESSION_USES otherwise
  --session-seconds N      lifetime of a session token; KYC_SESSION_SECONDS otherwise
  --rate N                 requests a minute, over all servers of the database; no limit otherwise
  --expires-in DAYS        the key ends after so many days
  --expires DATE           the key ends at this time, 2031-12-31 or 2031-12-31T18:00:00Z for instance

  -h, --help               show this text

Keys lie in the database of the server, which DATABASE_URL or DATA_DIR names. On PostgreSQL make them at any
time. The embedded database in DATA_DIR serves one process alone: stop the server first, and start it afterwards.
The first key closes the server to whoever shows none, and it stays closed when that key expires or is revoked.
`;

const options = {
  label: { type: 'string' },
  contracts: { type: 'string' },
  'require-session': { type: 'boolean' },
  'session-uses': { type: 'string' },
  'session-seconds': { type: 'string' },
  rate: { type: 'string' },
  'expires-in': { type: 'string' },
  expires: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

const day = 86_400_000;

/**
 * `bonafide keys …`.
 *
 * @returns the exit code: 1 when there is no such key to revoke, else 0
 * @throws UsageError when the command line is wrong
 */
export async function keysCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const run = plan(positionals, values, new Date());
  return withDatabase(readConfig(env), (sql) => run(createApiKeys(sql)));
}

/** What the command line asks for; whatever is wrong with it is said before a database is opened. */
function plan(
  [action, ...rest]: readonly string[],
  values: Values,
  now: Date,
): (keys: ApiKeys) => Promise<number> {
  if (action === 'create' && rest.length === 0) {
    const terms = readTerms(values, now);
    return (keys) => create(keys, terms, now);
  }
  if (action === 'create')
    throw new UsageError(`${rest[0]} is one word too many: quote a label with spaces.`);
  const [stray] = Object.keys(values);
  if (stray) throw new UsageError(`--${stray} goes with keys create.`);
  if (action === 'list' && rest.length === 0) return (keys) => list(keys, now);
  const [id] = rest;
  if (action === 'revoke' && id !== undefined && rest.length === 1) return (keys) => revoke(keys, id, now);
  if (action === 'revoke') throw new UsageError('Name one key by its id: bonafide keys revoke ID.');
  throw new UsageError('Say what to do: bonafide keys create, list or revoke.');
}

async function create(keys: ApiKeys, terms: ApiKeyTerms, now: Date): Promise<number> {
  const { key, record } = await createApiKey(keys, terms, { now, randomBytes });
  process.stdout.write(`${key}\n`);
  process.stderr.write(
    `The key ${record.id} for ${record.label} may be used for ${record.contracts.join(', ')}${
      record.expiresAt ? ` until ${record.expiresAt.toISOString()}` : ''
    }. It is shown this once: only its hash is kept.\n`,
  );
  return 0;
}

async function list(keys: ApiKeys, now: Date): Promise<number> {
  const header = ['ID', 'LABEL', 'CONTRACTS', 'SESSION', 'RATE', 'CREATED', 'EXPIRES', 'STATE'];
  const rows = [header, ...(await keys.list()).map((record) => rowOf(record, now))];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ');
  process.stdout.write(rows.map((row) => `${line(row).trimEnd()}\n`).join(''));
  return 0;
}

function rowOf(record: ApiKeyRecord, now: Date): readonly string[] {
  const { contracts, requiresSession, sessionUses, sessionSeconds, requestsPerMinute, expiresAt } = record;
  const session = [
    requiresSession ? 'required' : 'optional',
    ...(sessionUses === null ? [] : [`${sessionUses} uses`]),
    ...(sessionSeconds === null ? [] : [`${sessionSeconds} s`]),
  ];
  const dateOf = (date: Date) => `${date.toISOString().slice(0, 16)}Z`;
  return [
    record.id,
    record.label,
    nameContracts(contracts),
    session.join(', '),
    requestsPerMinute === null ? '-' : `${requestsPerMinute}/min`,
    dateOf(record.createdAt),
    expiresAt ? dateOf(expiresAt) : 'never',
    isUsable(record, now) ? 'usable' : record.revokedAt ? 'revoked' : 'expired',
  ];
}

function nameContracts(contracts: readonly ContractName[]): string {
  const missing = contractNames.filter((name) => !contracts.includes(name));
  if (missing.length === 0) return 'all';
  return missing.join() === 'console' ? 'all but console' : contracts.join(',');
}

async function revoke(keys: ApiKeys, id: string, now: Date): Promise<number> {
  const revoked = await keys.revoke(id, now);
  process.stderr.write(
    revoked ? `The key ${id} is revoked.\n` : `There is no key ${id} that could be revoked.\n`,
  );
  return revoked ? 0 : 1;
}

/** @throws UsageError */
function readTerms(values: Values, now: Date): ApiKeyTerms {
  const label = values.label?.trim() ?? '';
  // Labels are shown in tables and logs: one line, without what moves a terminal's cursor.
  if (!/^[^\p{C}]{1,100}$/u.test(label))
    throw new UsageError('Say whose key it is: --label, with 1 to 100 printable characters.');
  return {
    label,
    contracts: readContracts(values.contracts),
    requiresSession: values['require-session'] ?? false,
    sessionUses: readCount('session-uses', values['session-uses'], 1_000_000),
    sessionSeconds: readCount('session-seconds', values['session-seconds'], 31_536_000),
    requestsPerMinute: readCount('rate', values.rate, 1_000_000),
    expiresAt: readExpiry(values, now),
  };
}

function readContracts(text: string | undefined): readonly ContractName[] {
  if (text === undefined) return contractNames.filter((name) => name !== 'console');
  const asked = text.split(',').map((name) => name.trim());
  const unknown = asked.find((name) => !contractNames.some((known) => known === name));
  if (unknown !== undefined)
    throw new UsageError(`There is no contract "${unknown}"; there are ${contractNames.join(', ')}.`);
  return contractNames.filter((name) => asked.includes(name));
}

function readCount(option: string, text: string | undefined, most: number): number | null {
  if (text === undefined) return null;
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > most) throw new UsageError(`--${option} is a whole number from 1 to ${most}.`);
  return count;
}

function readExpiry(values: Values, now: Date): Date | null {
  const days = readCount('expires-in', values['expires-in'], 36_500);
  if (values.expires === undefined) return days === null ? null : new Date(now.getTime() + days * day);
  if (days !== null) throw new UsageError('Give --expires-in or --expires, not both.');
  const at = new Date(values.expires);
  if (!startsWithDay(values.expires) || Number.isNaN(at.getTime()))
    throw new UsageError('--expires is a date, 2031-12-31 or 2031-12-31T18:00:00Z for instance.');
  if (at <= now) throw new UsageError('--expires is in the past.');
  return at;
}

/** Whether a text begins with a day that there is: of 31 February a Date makes the 3rd of March. */
function startsWithDay(text: string): boolean {
  const day = /^\d{4}-\d\d-\d\d/.exec(text)?.[0];
  const at = new Date(`${day}T00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === day;
}

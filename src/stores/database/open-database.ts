import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BonafideError } from '../../errors.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import type { Sql } from './sql.ts';
import { type AnswerChange, watchDatabase } from './watch-database.ts';

/** Where the server keeps things. */
export interface DatabaseOptions {
  /** Address of a PostgreSQL server, or empty. */
  readonly databaseUrl: string;
  /** Folder of the embedded database, which serves where there is no address. */
  readonly dataDir: string;
  /** The database no longer answers, or answers again. */
  readonly onChange?: (change: AnswerChange) => void;
  /** Longest wait for a PostgreSQL server that is not there yet, in milliseconds. */
  readonly patienceMs?: number;
}

/** A server that starts together with its PostgreSQL, as in compose.yaml, is there first. */
const defaultPatienceMs = 30_000;

const retryMs = 500;

/** What is wrong with DATABASE_URL rather than with the moment, by the beginning of what the first connection fails with. */
const wrongAddress: readonly (readonly [reason: string, sentence: string])[] = [
  ['SQLSTATE 28', 'refuses this user or password'],
  ['SQLSTATE 3D', 'has no database of this name'],
  ['no TLS', 'speaks no TLS, which sslmode asks for: set it up there, or leave sslmode out'],
  // Codes of OpenSSL, as Node names them (https://nodejs.org/api/tls.html#x509-certificate-error-codes).
  ['SELF_SIGNED_CERT', 'shows a certificate that is not trusted here'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'shows a certificate that is not trusted here'],
  ['UNABLE_TO_', 'shows a certificate that is not trusted here'],
  ['CERT_', 'shows a certificate that is not valid'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'shows a certificate of another name'],
];

/**
 * The database that the settings name, which answers: a PostgreSQL server is waited for.
 *
 * @throws Error with a sentence for the operator, without user and password
 */
export async function openDatabase(options: DatabaseOptions): Promise<Sql> {
  const { databaseUrl, dataDir, onChange = () => {} } = options;
  if (!databaseUrl) return watchDatabase(await openPglite(join(dataDir, 'db')), onChange);
  const name = nameOfDatabase(options);
  const sql = watchDatabase(openPostgres(databaseUrl), onChange);
  try {
    await waitFor(sql, name, options.patienceMs ?? defaultPatienceMs);
    return sql;
  } catch (error) {
    await sql.close();
    throw error;
  }
}

/**
 * Which database that is, for the log: the folder, or host, port and database, without user and password.
 *
 * @throws Error with a sentence where DATABASE_URL is no address
 */
export function nameOfDatabase({ databaseUrl, dataDir }: DatabaseOptions): string {
  if (!databaseUrl) return join(dataDir, 'db');
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : undefined;
  if (!url || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    throw new Error(
      'DATABASE_URL is no address like postgres://user:password@host:5432/database; signs such as @ / # in a password are written as %40 %2F %23.',
    );
  }
  return `${url.host || 'localhost'}${url.pathname}`;
}

async function waitFor(sql: Sql, name: string, patienceMs: number): Promise<void> {
  for (let waited = 0; ; waited += retryMs) {
    const reason = await reasonOf(sql);
    if (reason === undefined) return;
    const wrong = wrongAddress.find(([prefix]) => reason.startsWith(prefix));
    if (wrong) throw new Error(`The PostgreSQL of DATABASE_URL (${name}) ${wrong[1]} (${reason}).`);
    if (waited >= patienceMs)
      throw new Error(`The PostgreSQL of DATABASE_URL (${name}) cannot be reached (${reason}).`);
    await pause(retryMs);
  }
}

/** Why the database does not answer. */
async function reasonOf(sql: Sql): Promise<string | undefined> {
  try {
    await sql.query('select 1');
    return undefined;
  } catch (error) {
    if (error instanceof BonafideError) return String(error.cause);
    throw error;
  }
}

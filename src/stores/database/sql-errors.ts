import { BonafideError } from '../../errors.ts';

/**
 * The database refused a statement. What it said is left out: it quotes values, and this may be logged.
 */
export class SqlError extends Error {
  /** SQLSTATE, of https://www.postgresql.org/docs/current/errcodes-appendix.html: `23505` is a duplicate key. */
  readonly state: string;
  /** The constraint that was broken, if that is what happened. */
  readonly constraint: string | undefined;

  constructor(state: string, constraint?: string) {
    super(
      `The database refused a statement: SQLSTATE ${state}${constraint === undefined ? '' : `, constraint ${constraint}`}.`,
    );
    this.name = 'SqlError';
    this.state = state;
    this.constraint = constraint;
  }
}

/** Query cancelled: by the statement's time limit. */
const pastItsTime = '57014';

/**
 * Disk full, and read only (a standby that has not been promoted, a server that ran out of disk): it reads, but writes
 * nothing.
 */
const writesNothing: readonly string[] = ['53100', '25006'];

const readsOnly = 'The database can be read, but has no room for what is written, or may not be written to.';

const conflict = 'Two writes were in each other’s way, and this one was undone: try again.';

/**
 * SQLSTATEs, or their classes, at which nothing is wrong with the statement and the same one may succeed later
 * (PostgreSQL's manual, appendix A), and what a client is told beside "the database cannot be reached".
 */
const passingStates: readonly (readonly [prefix: string, detail?: string])[] = [
  // Connection exception.
  ['08'],
  // Invalid authorisation, no such database: a password that was changed, a database that is being restored.
  ['28'],
  ['3D000'],
  ...writesNothing.map((state) => [state, readsOnly] as const),
  // Insufficient resources: out of memory, too many connections.
  ['53'],
  // Operator intervention: shut down, crashed, starting up, a statement past its time.
  ['57'],
  // Lock not available, within lock_timeout.
  ['55P03'],
  // System error: the database's own files could not be read or written.
  ['58'],
  // Idle in a transaction, or in it, for too long: the connection was ended.
  ['25P03'],
  ['25P04'],
  // Serialisation failure and deadlock: undone as a whole, because two transactions were in each other's way.
  ['40001', conflict],
  ['40P01', conflict],
];

/**
 * Errors of a connection: codes of Node (https://nodejs.org/api/errors.html#common-system-errors, and dns.lookup) and, where
 * there is no code, messages of pg 8 (lib/client.js) and pg-pool 3 (index.js).
 */
const brokenConnections: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Query read timeout',
  'Client was closed and is not queryable',
  'Client has encountered a connection error and is not queryable',
  'Cannot use a pool after calling end on the pool',
]);

/** Whether the database itself answered with this error; pg and PGlite use the same class, in two copies. */
function isAnswer(error: Error): error is Error & { readonly code: string; readonly constraint?: string } {
  return 'severity' in error && 'code' in error && /^[0-9A-Z]{5}$/.test(String(error.code));
}

/**
 * What a library threw while it ran a statement, in our words: `store_unavailable`, {@link SqlError}, or as it is where
 * it is a mistake of ours. The first two hold no statement, value, address or password; `cause` of the first is a code
 * or phrase for the log.
 */
export function translateError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (isAnswer(error)) {
    const passing = passingStates.find(([prefix]) => error.code.startsWith(prefix));
    return passing
      ? unavailable(`SQLSTATE ${error.code}`, passing[1])
      : new SqlError(error.code, error.constraint);
  }
  const reason = [(error as NodeJS.ErrnoException).code, error.message].find(
    (name) => name !== undefined && brokenConnections.has(name),
  );
  return reason === undefined ? error : unavailable(reason);
}

/** What pg 8 (lib/connection.js) says of a server without TLS, and what we call that. */
const noTls = { message: 'The server does not support SSL connections', reason: 'no TLS' } as const;

/** What was thrown while connecting: whatever it is, there is no connection. */
export function translateConnectError(error: unknown): unknown {
  const translated = translateError(error);
  if (translated instanceof BonafideError) return translated;
  if (translated instanceof SqlError) return unavailable(`SQLSTATE ${translated.state}`);
  const { code, message } = error as NodeJS.ErrnoException;
  return unavailable(message === noTls.message ? noTls.reason : (code ?? 'connection failed'));
}

/** @param reason a code or phrase without anything confidential, for logs */
export function unavailable(reason: string, detail?: string): BonafideError {
  return new BonafideError('store_unavailable', detail, { cause: reason });
}

/** Whether an error says that the database can be read and not written to. */
export function isReadOnly({ code, cause }: BonafideError): boolean {
  return code === 'store_unavailable' && writesNothing.some((state) => cause === `SQLSTATE ${state}`);
}

/**
 * Whether an error says that the database is away. It answers well where transactions were in each other's way, where a
 * statement took too long or could not write, and where what it answered is of no use (the cause is an error, and no phrase).
 */
export function isOutage(error: BonafideError): boolean {
  const { code, detail, cause } = error;
  const isAnswer =
    detail === conflict || cause === `SQLSTATE ${pastItsTime}` || cause instanceof Error || isReadOnly(error);
  return code === 'store_unavailable' && !isAnswer;
}

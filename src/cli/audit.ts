import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import type { AuditTrail, EnrolmentEvent } from '../stores/ports.ts';
import { createAuditTrail } from '../stores/templates/audit-trail.ts';
import { UsageError } from './usage.ts';
import { withDatabase } from './with-database.ts';

const help = `Usage: bonafide audit <--user ID|--receipt ID|--session ID>

  --user ID          what happened to the enrolment of a user id, the oldest first
  --receipt ID       what was erased, and when, by the id of the receipt that DELETE /v1/users/{user_id} gave
  --session ID       what happened to a session of /v2/sessions: made, ended, deleted; it names nobody
  -h, --help         show this text

Each event is a line of JSON; exit code 1 where there is none. Once a person is erased, nothing is left under the
user id, and the receipt names nobody. The embedded database in DATA_DIR serves one process alone: stop the server
first. With DATABASE_URL it may run.
`;

const options = {
  user: { type: 'string' },
  receipt: { type: 'string' },
  session: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * `bonafide audit …`.
 *
 * @returns the exit code: 1 where nothing is known of the id, else 0
 * @throws UsageError when the command line is wrong; Error with a sentence for the operator
 */
export async function auditCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const { user, receipt, session } = values;
  if ([user, receipt, session].filter((id) => id !== undefined).length !== 1)
    throw new UsageError('Say whose history: bonafide audit --user ID, --receipt ID, or --session ID.');
  const events = await withDatabase(readConfig(env), (sql) =>
    read(createAuditTrail(sql), { user, receipt, session }),
  );
  for (const event of events) process.stdout.write(`${toLine(event)}\n`);
  if (events.length === 0) process.stderr.write('Nothing is known of this id.\n');
  return events.length === 0 ? 1 : 0;
}

async function read(
  trail: AuditTrail,
  { user, receipt, session }: Readonly<Record<'user' | 'receipt' | 'session', string | undefined>>,
): Promise<readonly EnrolmentEvent[]> {
  if (user !== undefined) return trail.ofUser(user);
  if (session !== undefined) return trail.ofSession(session);
  const erasure = await trail.ofReceipt(receipt ?? '');
  return erasure ? [erasure] : [];
}

function toLine({ at, userId, event, details }: EnrolmentEvent): string {
  return JSON.stringify({ at: at.toISOString(), user_id: userId, event, ...details });
}

import type { DestinationStream } from 'pino';

/** Names of pino's levels as Python's logging has them, which wrote the logs of the server that seed 004 describes. */
const levels: Readonly<Record<number, string>> = {
  10: 'DEBUG',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARNING',
  50: 'ERROR',
  60: 'CRITICAL',
};

/** What every line has, and text says in its own way or not at all. */
const said = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'request_id']);

/** The logger that seed 004 names; in other lines a name is of what they are about, a model for instance. */
const seedLogger = 'api';

/**
 * A destination for pino that writes seed 004's lines in place of JSON:
 * `2025-09-17 17:08:26,670 INFO api [req=abcd1234] [liveness-core] backend=opencv img=899x1600 thr=0.5`. The time is
 * local. Lines of other loggers are of `server`; their fields follow as `name=value`.
 *
 * @param write one line, its end included
 */
export function textLog(write: (line: string) => void): DestinationStream {
  return { write: (line) => write(`${toText(line)}\n`) };
}

/** One line of pino's JSON as text; what is no JSON stays as it is. */
export function toText(line: string): string {
  const entry = parse(line);
  if (!entry) return line.trimEnd();
  const { level, time, name, msg = '', request_id: request } = entry;
  const isOfSeed = name === seedLogger;
  // Lines of the contract itself begin with the request already.
  const isMarked = typeof request !== 'string' || String(msg).startsWith('[req=');
  const fields = Object.entries(entry).filter(([key]) => !said.has(key) && !(isOfSeed && key === 'name'));
  return [
    stamp(new Date(Number(time))),
    levels[Number(level)] ?? `LEVEL${level}`,
    isOfSeed ? seedLogger : 'server',
    ...(isMarked ? [] : [`[req=${request.slice(0, 8)}]`]),
    oneLine(String(msg)),
    ...fields.map(([key, value]) => `${key}=${quote(value)}`),
  ].join(' ');
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null ? { ...entry } : undefined;
  } catch {
    return undefined;
  }
}

/** Local time as Python's `asctime` has it. */
function stamp(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${time},${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** A plain word as it is, anything else as JSON: no value can begin a line or look like another field. */
function quote(value: unknown): string {
  if (typeof value === 'string' && /^[\w.:/@+-]+$/.test(value)) return value;
  return JSON.stringify(value) ?? 'undefined';
}

/** No message begins a line of its own. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

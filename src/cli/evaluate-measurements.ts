import { createHash } from 'node:crypto';
import { appendFileSync, closeSync, fsyncSync, openSync } from 'node:fs';
import { readFile, truncate } from 'node:fs/promises';
import { keptFacts, type Measurement } from '../decisions/evaluation/measurement.ts';
import type { ModelIdentity } from '../decisions/facts.ts';

/** What measurements depend on, beside the file: lines of another engine are not reused. */
export interface MeasuringEngine {
  /** Of the program; it stays between two releases. */
  readonly version: string;
  readonly models: readonly ModelIdentity[];
  /** Settings that bear on what is measured. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

/** The file of measurements, open for more. */
export interface MeasurementsFile {
  /** By the SHA-256 of the file that was measured; grows with `add`. */
  readonly known: ReadonlyMap<string, Measurement>;
  add(sha256: string, measurement: Measurement): void;
  close(): void;
}

/**
 * Lines of another number are not reused. To be raised with each change of what the same models make of the same file,
 * of how textures are measured or faces cut out for instance, and with each change of a line's shape: between two
 * releases the program's version stays, and a fact of another meaning has the same name.
 */
const lineVersion = 2;

/** Names an engine, and what it keeps, in each line: 16 hexadecimal digits of the SHA-256 of all that bears on it. */
export function engineKey({ version, models, settings }: MeasuringEngine): string {
  const weights = models.map(({ role, name, sha256 }) => [role, name, sha256].join(' ')).sort();
  const named = Object.entries(settings).sort();
  return createHash('sha256')
    .update(JSON.stringify([lineVersion, Object.keys(keptFacts).sort(), version, weights, named]))
    .digest('hex')
    .slice(0, 16);
}

/**
 * Opens the file of measurements, or makes it. It has a line of JSON for each file,
 * `{"engine", "sha256", "measurement"}`, and one for each engine that wrote here, `{"engine", "made_by"}`. A last line
 * that is torn, by a kill or a full disk, is cut off.
 *
 * @throws Error where another line is not JSON: then it is some other file
 */
export async function openMeasurements(path: string, engine: MeasuringEngine): Promise<MeasurementsFile> {
  const key = engineKey(engine);
  const { lines, wholeBytes } = await readLines(path);
  const known = new Map<string, Measurement>();
  let isIntroduced = false;
  for (const [at, line] of lines.entries()) {
    const record = parseLine(path, line, at + 1);
    if (record.engine !== key) continue;
    if (record.made_by) isIntroduced = true;
    if (record.sha256 && record.measurement) known.set(record.sha256, record.measurement);
  }
  if (wholeBytes !== undefined) await truncate(path, wholeBytes);
  const descriptor = openSync(path, 'a', 0o644);
  // One call a line: whatever ends the process, at most the last one is torn.
  const append = (record: object) => appendFileSync(descriptor, `${JSON.stringify(record)}\n`);
  if (!isIntroduced) append({ engine: key, made_by: engine });
  return {
    known,
    add(sha256, measurement) {
      append({ engine: key, sha256, measurement });
      known.set(sha256, measurement);
    },
    close() {
      fsyncSync(descriptor);
      closeSync(descriptor);
    },
  };
}

interface Line {
  readonly engine?: string;
  readonly made_by?: MeasuringEngine;
  readonly sha256?: string;
  readonly measurement?: Measurement;
}

function parseLine(path: string, line: string, number: number): Line {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(
      `${path}, line ${number} is not JSON: name another folder by --out, or remove that file.`,
    );
  }
}

/** The lines that are whole, and how many bytes they are where something follows them. */
async function readLines(path: string): Promise<{ lines: string[]; wholeBytes: number | undefined }> {
  const bytes = await readFile(path).catch((error) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  const whole = bytes.lastIndexOf(0x0a) + 1;
  const text = bytes.subarray(0, whole).toString('utf8');
  return {
    lines: text.split('\n').filter((line) => line !== ''),
    wholeBytes: whole === bytes.length ? undefined : whole,
  };
}

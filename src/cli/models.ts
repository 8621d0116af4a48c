import { parseArgs } from 'node:util';
import cliProgress from 'cli-progress';
import { readConfig } from '../config.ts';
import { brokenModelSentence, locateModel, modelPath } from '../perception/models/files.ts';
import { type PullProgress, pullModels } from '../perception/models/pull.ts';
import { findModel, type ModelEntry, registry, type StrongModel } from '../perception/models/registry.ts';
import { UsageError } from './usage.ts';

const help = `Usage: bonafide models <list|pull|verify> [name …] [options]

  list               every model: role, pack, licence, state and size
  pull [name …]      fetch the models of the strong pack that are used by default, or those named
  verify [name …]    hash the files that are here (those named must be); exit code 1 when one is wrong

Options
  --from DIR|URL     pull from a folder, or from URL/<file>, instead of each model's own address;
                     MODELS_MIRROR otherwise
  --models-dir DIR   folder of the strong pack; MODELS_DIR otherwise
  -h, --help         show this text
`;

/**
 * `bonafide models …`.
 *
 * @returns the exit code: 1 when a file is not in order, else 0
 * @throws UsageError when the command line is wrong; Error when a pull fails
 */
export async function modelsCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      'models-dir': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [action, ...names] = positionals;
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  if (values.from !== undefined && action !== 'pull') throw new UsageError('--from goes with models pull.');
  const { MODELS_DIR, MODELS_MIRROR } = readConfig(env);
  const modelsDir = values['models-dir'] ?? MODELS_DIR;
  switch (action) {
    case 'list':
      return list(named(names), modelsDir);
    case 'pull':
      return pull(named(names), modelsDir, values.from ?? (MODELS_MIRROR || undefined));
    case 'verify':
      return verify(named(names), modelsDir);
    default:
      throw new UsageError('Say what to do: bonafide models list, pull or verify.');
  }
}

/** The models of these names; `undefined` when there are none, for the command's own default. */
function named(names: readonly string[]): readonly ModelEntry[] | undefined {
  if (names.length === 0) return undefined;
  try {
    return names.map(findModel);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function list(entries: readonly ModelEntry[] = registry, modelsDir: string): Promise<number> {
  const rows = [['NAME', 'ROLE', 'PACK', 'LICENCE', 'STATE', 'SIZE']];
  for (const entry of entries) {
    const { name, role, pack, licence, bytes } = entry;
    const { status } = await locateModel(entry, modelsDir);
    rows.push([name, role, pack, licence, status, megabytes(bytes)]);
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ');
  process.stdout.write(rows.map((row) => `${line(row).trimEnd()}\n`).join(''));
  return 0;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A model that was not asked for by name may be missing: the strong pack is optional. */
async function verify(entries: readonly ModelEntry[] | undefined, modelsDir: string): Promise<number> {
  let wrong = 0;
  for (const entry of entries ?? registry) {
    const file = await locateModel(entry, modelsDir);
    process.stdout.write(`${entry.name}: ${file.status} (${file.path})\n`);
    if (file.status === 'present' || (file.status === 'missing' && !entries)) continue;
    process.stderr.write(`${brokenModelSentence(entry, file)}\n`);
    wrong++;
  }
  return wrong > 0 ? 1 : 0;
}

const pulledByDefault = registry.filter(isStrong).filter((entry) => entry.pulledByDefault);

async function pull(
  wanted: readonly ModelEntry[] = pulledByDefault,
  modelsDir: string,
  from: string | undefined,
): Promise<number> {
  const embedded = wanted.find((entry) => !isStrong(entry));
  if (embedded) throw new UsageError(`${embedded.name} comes with Bonafide: there is nothing to pull.`);
  const report = process.stderr.isTTY ? createBars() : createLines(modelsDir);
  try {
    const entries = wanted.filter(isStrong);
    await pullModels({ entries, modelsDir, from, onProgress: report.show, signal: interruption() });
  } finally {
    report.end();
  }
  return 0;
}

function isStrong(entry: ModelEntry): entry is StrongModel {
  return entry.pack === 'strong';
}

/** Aborts at Ctrl-C and its like, so that the part of a transfer is kept; a second one ends at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => controller.abort(new Error('interrupted; pull again to resume')));
  }
  return controller.signal;
}

/** Shows a pull to whoever watches stderr. */
interface Report {
  show(progress: PullProgress): void;
  end(): void;
}

/** A progress bar for each model. */
function createBars(): Report {
  const format = '{name} [{bar}] {percentage}% of {size}  {licence}';
  const bars = new cliProgress.MultiBar({ format, gracefulExit: false, hideCursor: true });
  const byName = new Map<string, cliProgress.SingleBar>();
  return {
    show({ entry: { name, bytes, licence }, received }) {
      const payload = { name: name.padEnd(16), size: megabytes(bytes), licence };
      const bar = byName.get(name) ?? bars.create(bytes, 0, payload);
      byName.set(name, bar);
      bar.update(received, payload);
    },
    end: () => bars.stop(),
  };
}

/** One line for each model, for logs. */
function createLines(modelsDir: string): Report {
  return {
    show({ entry, state }) {
      if (state === 'transferring') return;
      const what = state === 'present' ? 'is in order already' : 'was fetched and checked';
      process.stderr.write(`${entry.name} ${what}: ${modelPath(entry, modelsDir)} (${entry.licence})\n`);
    },
    end() {},
  };
}

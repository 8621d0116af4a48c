#!/usr/bin/env node
import { UsageError } from './usage.ts';
import { version } from './version.ts';

/**
 * One command of the tool. It writes its result to stdout and answers the exit code: 0 for success,
 * 1 when what it checked is not in order. A `UsageError` ends with 2, any other error with 1.
 */
type Command = (
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
) => Promise<number>;

/** Loaded when called for, so that one command does not pay for the libraries of another. */
const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['audit', async (args, env) => (await import('./audit.ts')).auditCommand(args, env)],
  ['calibrate', async (args, env) => (await import('./calibrate.ts')).calibrateCommand(args, env)],
  ['check', async (args, env) => (await import('./check.ts')).checkCommand(args, env)],
  ['embeddings', async (args, env) => (await import('./embeddings.ts')).embeddingsCommand(args, env)],
  ['evaluate', async (args, env) => (await import('./evaluate.ts')).evaluateCommand(args, env)],
  ['keys', async (args, env) => (await import('./keys.ts')).keysCommand(args, env)],
  ['train', async (args, env) => (await import('./train.ts')).trainCommand(args, env)],
  ['models', async (args, env) => (await import('./models.ts')).modelsCommand(args, env)],
]);

const help = `Usage: bonafide <command> [options]

Commands
  audit            what happened to an enrolment, and what an erasure's receipt stands for
  calibrate        fit the live probability to pictures of your own cameras
  check            check one picture or clip, and draw what was measured
  embeddings …     rotate the key of templates, export and import them
  evaluate         measure how often verdicts err, on labelled pictures and clips
  keys create      make an API key; keys list and keys revoke go with it
  models list      the models the server knows, and which of them are here
  models pull      fetch models, from the internet or a mirror
  models verify    check the files of the models that are here
  train            learn to tell live faces from attacks, from a data set of your own

  bonafide <command> --help tells more.

Options
  -h, --help       show this text
  --version        show the version
`;

async function main([name = '--help', ...args]: readonly string[]): Promise<number> {
  if (name === '--version') return print(`${version()}\n`);
  if (name === '--help' || name === '-h') return print(help);
  const command = commands.get(name);
  if (!command) throw new UsageError(`There is no command "${name}"; see bonafide --help.`);
  return command(args, process.env);
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** Says what went wrong in a sentence: a stack trace helps nobody at a command line. */
function fail(error: Error & { code?: string }): number {
  const parsing = error.code?.startsWith('ERR_PARSE_ARGS') ?? false;
  // Node adds advice on "--" to what it says of an unknown option.
  const message = parsing ? error.message.replace(/\. To specify .*/s, '.') : error.message;
  process.stderr.write(`bonafide: ${message}\n`);
  return parsing || error instanceof UsageError ? 2 : 1;
}

process.exitCode = await main(process.argv.slice(2)).catch(fail);

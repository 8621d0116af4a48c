import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** A fenced block of a document in `docs/contracts/`. */
export interface DocumentExample {
  /** The last heading above it, without its hashes. */
  readonly heading: string;
  /** What stands behind the opening fence, `sh` or `json` for instance. */
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of `docs/contracts/NAME.md`, from the top to the bottom. */
export function documentExamples(name: string): readonly DocumentExample[] {
  const url = new URL(`../../docs/contracts/${name}.md`, import.meta.url);
  const examples: DocumentExample[] = [];
  let heading = '';
  let open: { language: string; lines: string[] } | undefined;
  for (const line of readFileSync(url, 'utf8').split('\n')) {
    if (open && line === '```') {
      examples.push({ heading, language: open.language, text: `${open.lines.join('\n')}\n` });
      open = undefined;
    } else if (open) open.lines.push(line);
    else if (line.startsWith('```')) open = { language: line.slice(3).trim(), lines: [] };
    else heading = /^#+ (.+)$/.exec(line)?.[1] ?? heading;
  }
  return examples;
}

/** A PATH on which there is a `jq`, in `folder` where this machine has none: all it does in examples is to print. */
export function pathWithJq(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'jq'), '#!/bin/sh\nexec cat\n', { mode: 0o755 });
  return `${process.env.PATH}:${bin}`;
}

/** Runs an example as a reader would, in a shell in `folder` with these variables (`BASE`, say); returns its stdout. */
export async function runExample(
  { text: script }: DocumentExample,
  env: Readonly<Record<string, string>>,
  folder: string,
): Promise<string> {
  const options = { cwd: folder, env: { PATH: process.env.PATH, ...env } };
  const shell = spawn('bash', ['-euo', 'pipefail', '-c', script], options);
  const [output, errors, [code]] = await Promise.all([
    text(shell.stdout),
    text(shell.stderr),
    once(shell, 'close'),
  ]);
  if (code !== 0) throw new Error(`The example ended with ${code}: ${errors}\n${script}`);
  return output;
}

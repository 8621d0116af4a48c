import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';

const root = new URL('../../', import.meta.url);
const tool = fileURLToPath(new URL('dist/cli/main.js', root));

/** Runs the built tool and answers what it said. */
const bonafide = (...args: string[]) => run(process.execPath, [tool, ...args]);

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string, args: readonly string[], env = process.env): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: root, env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

describe('bonafide', () => {
  it('shows its version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
    expect(await bonafide('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([[['--help']], [['-h']], [[]]])('shows its help for %j', async (args) => {
    const { code, stdout } = await bonafide(...args);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: bonafide <command>');
    expect(stdout).toContain('models pull');
  });

  it.each(['frobnicate', 'constructor', '--frobnicate'])('refuses the unknown command %s', async (name) => {
    expect(await bonafide(name)).toEqual({
      code: 2,
      stdout: '',
      stderr: `bonafide: There is no command "${name}"; see bonafide --help.\n`,
    });
  });

  it('is what npx runs in this folder, as the README has it', async () => {
    // An npx of its own, which has not kept where an earlier build had its tool.
    const cache = mkdtempSync(join(tmpdir(), 'bonafide-npx-'));
    onTestFinished(() => rmSync(cache, { recursive: true, force: true }));
    const env = { ...process.env, npm_config_cache: cache, npm_config_offline: 'true' };
    const { code, stdout } = await run('npx', ['--no-install', 'bonafide', 'models', 'list'], env);
    expect(code).toBe(0);
    expect(stdout).toContain('minifasnet-v2');
  });
});

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const tool = fileURLToPath(new URL('dist/cli/main.js', root));

/** Runs the built tool and answers what it said. */
const bonafide = (...args: string[]) => run(process.execPath, [tool, ...args]);

function run(
  program: string,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: root }, (error, stdout, stderr) => {
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
    const { code, stdout } = await run('npx', ['--no-install', 'bonafide', 'models', 'list']);
    expect(code).toBe(0);
    expect(stdout).toContain('minifasnet-v2');
  });
});

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openedSession, sessionResult, streamMessage } from '../src/contracts/sessions/schemas.ts';
import { listeningApp, picture } from './support/app.ts';
import { documentExamples, runExample } from './support/document-examples.ts';
import { readSession } from './support/session-client.ts';

// docs/contracts/sessions.md: its commands run, and what it shows is what the server says.

const examples = documentExamples('sessions');
const inLanguage = (language: string) => examples.filter((example) => example.language === language);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-sessions-document-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = 'a key';

it('its commands run as they stand', async () => {
  const url = await listeningApp({ API_KEY: key });
  const [open, read, forget, ...rest] = inLanguage('sh');
  expect(rest).toEqual([]);
  const run = (example: typeof open) => runExample(example!, { BASE: url, KEY: key }, folder);
  expect(Value.Errors(openedSession, JSON.parse(await run(open)))).toEqual([]);
  const result = JSON.parse(await run(read));
  expect(Value.Errors(sessionResult, result)).toEqual([]);
  expect(await readSession(url, result.id, { 'x-api-key': key })).toMatchObject({ status: 'created' });
  expect(await run(forget)).toBe('');
});

it('what it shows has the shape of what is sent', () => {
  const shown = inLanguage('json').map((example) => JSON.parse(example.text));
  const schemas = [openedSession, sessionResult, streamMessage];
  expect(shown).toHaveLength(schemas.length);
  for (const [at, schema] of schemas.entries()) expect(Value.Errors(schema, shown[at])).toEqual([]);
});

it('its client takes part, and its backend is told how it went', async () => {
  const url = await listeningApp({ API_KEY: key, SESSION_TIMEOUT: '2' });
  symlinkSync(fileURLToPath(new URL('../node_modules', import.meta.url)), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'frames'));
  writeFileSync(join(folder, 'frames', '1.jpg'), picture.image);
  const client = inLanguage('js').find(({ heading }) => heading === 'A client in Node')!;
  writeFileSync(join(folder, 'client.mjs'), client.text);
  const env = { PATH: process.env.PATH, BASE: url, KEY: key };
  const running = spawn(process.execPath, ['client.mjs'], { cwd: folder, env });
  const [output, errors] = await Promise.all([text(running.stdout), text(running.stderr)]);
  expect(errors).toBe('');
  const lines = output.trim().split('\n');
  expect(lines[0]).toBe('start CENTER ');
  expect(lines.filter((line) => line.startsWith('waiting')).length).toBeGreaterThan(2);
  expect(lines.at(-2)).toMatch(/^failed CENTER Time is up/);
  expect(lines.at(-1)).toBe('failed session_timeout');
});

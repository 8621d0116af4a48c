import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kycErrors } from '../src/contracts/kyc/errors.ts';
import { kycError, selfieResponse, sessionResponse } from '../src/contracts/kyc/schemas.ts';
import { type DocumentExample, documentExamples, runExample } from './support/document-examples.ts';
import { strongNets } from './support/engine.ts';
import { photographPath } from './support/faces.ts';
import { type Server, startServer } from './support/server.ts';

/** Where one of the three faces of sample1.jpg stands alone, in pixels. */
const oneFace = { left: 300, top: 180, width: 420, height: 540 };

let server: Server;
let folder: string;
let selfie: Buffer;
const KEY = 'the key';

beforeAll(async () => {
  selfie = await sharp(readFileSync(photographPath('sample1.jpg')))
    .extract(oneFace)
    .jpeg()
    .toBuffer();
  folder = mkdtempSync(join(tmpdir(), 'bonafide-kyc-'));
  writeFileSync(join(folder, 'selfie.jpg'), selfie);
  // What a fresh machine has: our own net stands in.
  server = await startServer({ API_KEY: KEY, ANTISPOOF_NETS: strongNets.join() });
});

afterAll(() => {
  server.process.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const examples = documentExamples('kyc');
const lastLine = ({ text }: DocumentExample) => text.trimEnd().split('\n').at(-1)!.trim();

describe('the examples of docs/contracts/kyc.md', () => {
  const scripts = examples.filter(({ language }) => language === 'sh');
  const checks = scripts.filter(({ text }) => text.includes('/liveness/'));
  const sessions = scripts.filter(({ text }) => !text.includes('/liveness/'));

  it.each(checks.map((example) => [lastLine(example), example] as const))('%s', async (_, example) => {
    const answer = JSON.parse(await runExample(example, { BASE: server.url, KEY }, folder));
    expect(Value.Errors(selfieResponse, answer)).toEqual([]);
    // Its word alone is not enough.
    const reasons = expect.arrayContaining([expect.objectContaining({ code: 'experimental_net' })]);
    expect(answer.result).toMatchObject({ liveness: false, score: 0, details: { bystanders: 0, reasons } });
  });

  it.each(sessions.map((example) => [lastLine(example), example] as const))('%s', async (_, example) => {
    const answer = JSON.parse(await runExample(example, { BASE: server.url, KEY }, folder));
    expect(Value.Errors(sessionResponse, answer)).toEqual([]);
  });

  it('there are some of each kind of body, and answers of the documented shape', () => {
    expect([checks.length, sessions.length]).toEqual([6, 1]);
    const answers = examples
      .filter(({ language }) => language === 'json')
      .map(({ text }) => JSON.parse(text));
    const shapes = [selfieResponse, kycError, sessionResponse];
    expect(answers.map((answer) => shapes.findIndex((shape) => Value.Check(shape, answer)))).toEqual([
      0, 1, 2,
    ]);
  });

  it('the table of errors is the one that is answered', () => {
    const document = readFileSync(new URL('../docs/contracts/kyc.md', import.meta.url), 'utf8');
    const rows = [...document.matchAll(/^\| `(\d{3})` \| ([^|]+) \| (\d{3}) \|/gm)];
    expect(rows.map(([, code, message, status]) => [code, { message, status: Number(status) }])).toEqual(
      expect.arrayContaining(Object.entries(kycErrors)),
    );
    expect(rows).toHaveLength(Object.keys(kycErrors).length);
  });
});

describe('pictures, with the real engine', () => {
  async function check(bytes: Uint8Array) {
    const body = new FormData();
    body.set('image', new Blob([new Uint8Array(bytes)]));
    const headers = { 'x-api-key': KEY };
    const response = await fetch(`${server.url}/liveness/`, { method: 'POST', headers, body });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
  const failure = (code: keyof typeof kycErrors) => ({
    status: kycErrors[code].status,
    body: { success: false, error_message: kycErrors[code].message, error_code: code },
  });
  const grey = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: 'grey' } })
      .png()
      .toBuffer();

  it('051: nobody, and a group', async () => {
    expect(await check(await grey(320, 240))).toEqual(failure('051'));
    expect(await check(readFileSync(photographPath('sample1.jpg')))).toEqual(failure('051'));
  });

  it('a bystander far away is left out, and reported', async () => {
    const small = await sharp(selfie).resize(100).toBuffer();
    const scene = await sharp(selfie)
      .extend({ right: 120, background: 'grey' })
      .composite([{ input: small, left: 420, top: 10 }])
      .jpeg()
      .toBuffer();
    const { body } = await check(scene);
    expect(body).toMatchObject({ success: true, result: { liveness: false, details: { bystanders: 1 } } });
  });

  it('007: a small face, and a picture that is smaller than any', async () => {
    const far = await sharp(selfie)
      .resize(90)
      .extend({ left: 200, right: 200, background: 'grey' })
      .toBuffer();
    expect(await check(far)).toEqual(failure('007'));
    expect(await check(await grey(60, 60))).toEqual(failure('007'));
  });

  it('002: half a picture, and none', async () => {
    expect(await check(selfie.subarray(0, selfie.length / 2))).toEqual(failure('002'));
    expect(await check(Buffer.from('I am a picture, honestly.'))).toEqual(failure('002'));
    expect(await check(Buffer.from('GIF89a'))).toEqual(failure('002'));
    expect(await check(Buffer.alloc(0))).toEqual(failure('002'));
  });

  it('003: ten million bytes are taken, one more is not; and neither are too many pixels', async () => {
    // What follows the end of a JPEG is no part of it.
    const padded = (length: number) => Buffer.concat([selfie, Buffer.alloc(length - selfie.length)]);
    expect((await check(padded(10_000_000))).status).toBe(200);
    expect(await check(padded(10_000_001))).toEqual(failure('003'));
    expect(await check(await grey(6_000, 5_000))).toEqual(failure('003'));
  });
});

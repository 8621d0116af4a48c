import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  erasureResponse,
  identifyResponse,
  registerResponse,
  usersResponse,
  verifyResponse,
} from '../src/contracts/recognition/people-schemas.ts';
import { livenessResponse } from '../src/contracts/recognition/schemas.ts';
import type { RgbImage } from '../src/media/image.ts';
import { createInlinePerception } from '../src/perception/inline.ts';
import {
  type DocumentExample,
  documentExamples,
  pathWithJq,
  runExample,
} from './support/document-examples.ts';
import { encodeClip } from './support/encode-clip.ts';
import { engineOptions, strongNets } from './support/engine.ts';
import { encodeJpeg, loadSampleFaces, type SampleFace } from './support/faces.ts';
import { createPuppet } from './support/puppet.ts';
import { type Server, startServer } from './support/server.ts';

// The examples of docs/contracts/recognition.md, run as they stand against real servers, in their order.

const folder = mkdtempSync(join(tmpdir(), 'bonafide-recognition-'));
/** One for demonstrations, which enrols by the heuristic, and one with no setting at all. */
let server: Server;
let plain: Server;

beforeAll(async () => {
  const perception = await createInlinePerception(engineOptions());
  const [person] = (await loadSampleFaces(perception)) as [SampleFace];
  const small = await shrink(person.image, 200 / person.face.box.width);
  const { faces } = await perception.analyseImage(await encodeJpeg(small), { measuredFaces: 1 });
  await perception.close();
  const puppet = createPuppet(small, faces[0]!);
  const frames = Array.from({ length: 12 }, (_, index) => ({
    image: puppet.render({ yaw: 5 * Math.sin(index) }),
    milliseconds: index * 100,
  }));
  writeFileSync(join(folder, 'clip.webm'), await encodeClip({ format: 'webm', codec: 'vp8', frames }));
  const { width, height, data } = small;
  await sharp(data, { raw: { width, height, channels: 3 } }).toFile(join(folder, 'foto.png'));
  // What a fresh machine has: our own net stands in.
  const fresh = { ANTISPOOF_NETS: strongNets.join() };
  server = await startServer({ ...fresh, ALLOW_HEURISTIC_ENROL: 'true' });
  plain = await startServer(fresh);
}, 300_000);

afterAll(() => {
  server?.process.kill('SIGKILL');
  plain?.process.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A smaller face is a crisper one, which the heuristic takes for live at the threshold of the examples. */
async function shrink({ width, height, data }: RgbImage, scale: number): Promise<RgbImage> {
  const even = (length: number) => 2 * Math.round((length * scale) / 2);
  const size = { width: even(width), height: even(height) };
  const small = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ ...size, fit: 'fill' })
    .sharpen({ sigma: 1 })
    .raw()
    .toBuffer();
  return { ...size, data: new Uint8Array(small) };
}

/** Runs an example; of an answer that is printed with its head (`-i`) the body is returned. */
async function run(example: DocumentExample, { url } = server) {
  const here = {
    ...example,
    text: example.text.replaceAll('/tmp/', `${folder}/`).replace('http://localhost:8081', url),
  };
  const env = { BASE: url, HOME: folder, PATH: pathWithJq(folder) };
  const output = await runExample(here, env, folder);
  return JSON.parse(output.split('\r\n\r\n').at(-1)!);
}

const examples = documentExamples('recognition');
const under = (heading: string, language: string) =>
  examples.filter((example) => example.heading.includes(heading) && example.language === language);

function expectShape(schema: TSchema, body: unknown) {
  expect([...Value.Errors(schema, body)]).toEqual([]);
}

/** Every name of a documented answer is in the real one, and has a value of the same type. */
function expectDocumented(documented: unknown, real: unknown, path = 'answer'): void {
  if (Array.isArray(documented)) {
    expect(Array.isArray(real), path).toBe(true);
    if (documented.length > 0) expectDocumented(documented[0], (real as unknown[])[0], `${path}[0]`);
  } else if (typeof documented === 'object' && documented !== null) {
    for (const [name, value] of Object.entries(documented)) {
      expect(real, path).toHaveProperty([name]);
      expectDocumented(value, (real as Record<string, unknown>)[name], `${path}.${name}`);
    }
  } else expect(typeof real, path).toBe(typeof documented);
}

describe('the examples', () => {
  it.each<[string, TSchema, object]>([
    ['POST /v1/liveness', livenessResponse, { faces: [{ is_live: true }] }],
    [
      'POST /v1/register',
      registerResponse,
      { success: true, user_id: '15', liveness_ok: true, message: 'Cadastrado com sucesso' },
    ],
    [
      'POST /v1/verify',
      verifyResponse,
      { success: true, user_id: '15', liveness_ok: true, match: true, match_threshold: 0.35, message: 'OK' },
    ],
    ['POST /v1/identify', identifyResponse, { match: true, user_id: '15' }],
  ])('of %s answer as documented', async (heading, schema, expected) => {
    const [documented] = under(heading, 'json').map(({ text }) => JSON.parse(text));
    const commands = under(heading, 'sh');
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      const body = await run(command);
      expectShape(schema, body);
      expect(body).toMatchObject(expected);
      expectDocumented(documented, body);
    }
  });

  it('of the list and of an erasure answer as documented', async () => {
    const [list, erase, ...others] = under('GET /v1/users', 'sh') as [DocumentExample, DocumentExample];
    expect(others).toEqual([]);
    const [listed, erased] = under('GET /v1/users', 'json').map(({ text }) => JSON.parse(text));
    const users = await run(list);
    expectShape(usersResponse, users);
    expectDocumented(listed, users);
    const receipt = await run(erase);
    expectShape(erasureResponse, receipt);
    expectDocumented(erased, receipt);
    expect((await run(list)).users).toEqual([]);
  });

  it('of the health of the server answers as documented', async () => {
    const [health] = under('GET /health', 'sh') as [DocumentExample];
    expect(await run(health)).toMatchObject({
      status: 'ok',
      version: expect.any(String),
      runtime: { python: null, cuda: { available: false } },
    });
  });

  describe('on a fresh server, where the experimental net serves alone,', () => {
    const notLive = { success: false, liveness_ok: false };

    it.each<[string, TSchema, object]>([
      ['POST /v1/liveness', livenessResponse, { faces: [{ extra: { detector_backend: 'blazeface' } }] }],
      ['POST /v1/register', registerResponse, { ...notLive, user_id: '15', replaced: false }],
      ['POST /v1/identify', identifyResponse, { ...notLive, match: false, user_id: null, candidates: [] }],
      ['GET /health', Type.Object({ status: Type.Literal('ok') }), {}],
    ])('of %s answer, and trust nobody', async (heading, schema, expected) => {
      const commands = under(heading, 'sh');
      expect(commands.length).toBeGreaterThan(0);
      for (const command of commands) {
        const body = await run(command, plain);
        expectShape(schema, body);
        expect(body).toMatchObject(expected);
      }
    });

    it('of a verification, of the list and of an erasure know nobody', async () => {
      const unknown = { status: 404, code: 'user_not_found', detail: expect.any(String) };
      const [verify] = under('POST /v1/verify', 'sh') as [DocumentExample];
      expect(await run(verify, plain)).toMatchObject(unknown);
      const [list, erase] = under('GET /v1/users', 'sh') as [DocumentExample, DocumentExample];
      const users = await run(list, plain);
      expectShape(usersResponse, users);
      expect(users).toEqual({ users: [], total: 0, next_cursor: null });
      expect(await run(erase, plain)).toMatchObject(unknown);
    });
  });

  it('are all run here', () => {
    const headings = new Set(
      examples.filter(({ language }) => language === 'sh').map(({ heading }) => heading),
    );
    expect(headings.size).toBe(6);
  });
});

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { engineOptions, readConfig } from '../../src/config.ts';
import type { FaceFacts } from '../../src/decisions/facts.ts';
import { compareFaces } from '../../src/decisions/one-person.ts';
import { chooseSubject } from '../../src/decisions/subject.ts';
import type { Perception } from '../../src/perception/engine.ts';
import { createInlinePerception } from '../../src/perception/inline.ts';
import type { Stores } from '../../src/stores/ports.ts';
import { memoryStores } from '../support/stores.ts';

// Seed 004 with the strong pack, on clips of real people and of an attack that performs the challenge.

const shared = fileURLToPath(new URL('../../../shared', import.meta.url));
const file = (name: string) => readFileSync(`${shared}/data/B/${name}`);

const genuine = 'tranvanluyt/real.mp4';
const replayed = 'tranvanluyt/fake.mp4';
const somebodyElse = 'td_real/0001e96803--621f73fc7c3ae23005b89f74/live_video.MOV';

let perception: Perception;
let stores: Stores;
let app: FastifyInstance;
let address: string;

beforeAll(async () => {
  const config = readConfig({ MODELS_DIR: `${shared}/models`, ENABLE_TRACING: 'false' });
  perception = await createInlinePerception(engineOptions(config));
  stores = await memoryStores();
  app = await buildApp({ config, perception, stores, logger: pino({ level: 'silent' }) });
  address = await app.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await app?.close();
  await perception?.close();
  await stores?.close();
});

async function post(path: string, clip: string) {
  const form = new FormData();
  form.append('video', new Blob([new Uint8Array(file(clip))]), 'clip');
  const response = await fetch(`${address}${path}`, { method: 'POST', body: form });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

describe('a person', () => {
  it('enrols by a clip of theirs, which verifies; that of somebody else does not', async () => {
    expect((await post('/v1/register?user_id=a', genuine)).body).toMatchObject({
      success: true,
      details: { frames: 8, liveness: { score_source: 'anti_spoof' } },
    });
    const same = (await post('/v1/verify?user_id=a', genuine)).body;
    expect(same).toMatchObject({ success: true, liveness_ok: true, match: true, cosine_distance: 0 });
    const other = (await post('/v1/verify?user_id=a', somebodyElse)).body;
    console.log('somebody else:', other.cosine_distance);
    expect(other).toMatchObject({ success: true, liveness_ok: true, match: false });
    expect((await post('/v1/identify?', genuine)).body).toMatchObject({ match: true, user_id: 'a' });
    expect((await post('/v1/identify?', somebodyElse)).body).toMatchObject({ match: false, user_id: null });
  });

  it('replayed from a screen neither enrols nor matches', async () => {
    const liveness = (await post('/v1/liveness', replayed)).body.faces[0];
    expect([liveness.is_live, liveness.extra.pass_ratio]).toEqual([false, 0]);
    expect((await post('/v1/register?user_id=b', replayed)).body).toMatchObject({
      success: false,
      liveness_ok: false,
    });
    expect((await post('/v1/verify?user_id=b', genuine)).status).toBe(404);
    expect((await post('/v1/verify?user_id=a&match_threshold=2', replayed)).body).toMatchObject({
      success: false,
      liveness_ok: false,
      match: false,
      cosine_distance: null,
    });
    expect((await post('/v1/identify?match_threshold=2', replayed)).body).toMatchObject({ candidates: [] });
  });
});

describe('whether a clip shows one person', () => {
  /** Clips by person; all but one, a telephone that is waved about in front of the camera. */
  const people: Readonly<Record<string, readonly string[]>> = {
    lestari: ['lestari/real.mp4', 'lestari/fake.mp4'],
    d9: ['liveportrait/driving/d9.mp4'],
    d10: ['liveportrait/driving/d10.mp4'],
    d13: ['liveportrait/driving/d13.mp4'],
    d18: ['liveportrait/driving/d18.mp4'],
    proctoring: ['proctoring_ai/eye_tracking/center_left_center.mp4'],
    zubair: ['pyimagesearch_zubair/real.mov', 'pyimagesearch_zubair/fake.mp4'],
    td: [somebodyElse, 'td_real/0001e96803--6238f1fa0478c01e4272b19c/live_video.MOV'],
    tps: ['tps_driving/assets/driving.mp4'],
    tranvanluyt: [genuine, replayed],
  };
  const clips: { readonly person: string; readonly clip: string; readonly faces: readonly FaceFacts[] }[] =
    [];

  beforeAll(async () => {
    for (const [person, names] of Object.entries(people))
      for (const clip of names) {
        const { frames } = await perception.analyseClip(file(clip), { frames: 24, measure: ['embedding'] });
        const faces = frames.flatMap((frame) => {
          const subject = chooseSubject(frame.faces, 0.5);
          return subject.status === 'chosen' ? [subject.face] : [];
        });
        clips.push({ person, clip, faces });
      }
  });

  it('of one person it does', () => {
    for (const { clip, faces } of clips) expect(compareFaces(faces).person, clip).toBe('same');
  });

  it('of two people put together it mostly does not, or leaves the other one out', () => {
    const cuts: Readonly<
      Record<string, (one: readonly FaceFacts[], other: readonly FaceFacts[]) => FaceFacts[]>
    > = {
      'the second half': (one, other) => [...half(one, 0), ...half(other, 1)],
      'the middle half': (one, other) => {
        const quarter = Math.floor(one.length / 4);
        return [...one.slice(0, quarter), ...half(other, 0), ...one.slice(-quarter)];
      },
      'one frame': (one, other) => {
        const middle = Math.floor(one.length / 2);
        return [...one.slice(0, middle), compareFaces(other).compared[0]!, ...one.slice(middle)];
      },
    };
    /** Found out, or never looked at: what is not compared makes no template. */
    const isHarmless = (faces: readonly FaceFacts[]) => {
      const { person, compared } = compareFaces(faces);
      const owners = new Set(clips.filter((clip) => clip.faces.some((face) => compared.includes(face))));
      return person !== 'same' || owners.size === 1;
    };
    const rows = Object.entries(cuts).map(([name, cut]) => {
      const cases = clips.flatMap((one) =>
        clips.filter(({ person }) => person !== one.person).map((other) => cut(one.faces, other.faces)),
      );
      const found = cases.filter(isHarmless).length;
      return { name, cases: cases.length, found, share: found / cases.length };
    });
    console.table(rows);
    for (const { share } of rows) expect(share).toBeGreaterThan(0.9);
  });
});

function half(faces: readonly FaceFacts[], which: 0 | 1): readonly FaceFacts[] {
  const middle = Math.floor(faces.length / 2);
  return which === 0 ? faces.slice(0, middle) : faces.slice(middle);
}

import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { picture, scriptedPerception, testApp } from '../../../test/support/app.ts';
import { antiSpoof, embeddingFacts, faceFacts, frameFacts } from '../../../test/support/facts.ts';
import { type FaceFacts, measured, unavailable } from '../../decisions/facts.ts';
import { livenessResponse } from './schemas.ts';

/** The answer to a picture with these faces. */
async function answer(faces: readonly FaceFacts[], settings: Record<string, string> = {}, url = '/liveness') {
  const perception = scriptedPerception(async () => frameFacts(...faces));
  const parts = { perception, randomBytes: (size: number) => Buffer.alloc(size, 255) };
  const app = await testApp(settings, parts);
  const response = await app.inject({ method: 'POST', url, payload: picture });
  expect(response.statusCode).toBe(200);
  expect(Value.Errors(livenessResponse, response.json())).toEqual([]);
  return response.json();
}

const embedding = measured(embeddingFacts([1, 0]));
const scored = (v2: number, v1se: number) => faceFacts({ antiSpoof: antiSpoof(v2, v1se), embedding });

describe('the verdict in the words of seed 000', () => {
  it('real: the confidence is the live probability', async () => {
    const body = await answer([scored(0.99, 0.97)]);
    expect(body).toMatchObject({
      liveness_label: 'real',
      confidence_score: 0.98,
      requires_active_check: false,
    });
    expect(body).not.toHaveProperty('fallback');
  });

  it('spoof: the confidence is that of the attack', async () => {
    const body = await answer([scored(0, 0.04)]);
    expect(body).toMatchObject({ liveness_label: 'spoof', confidence_score: 0.98 });
    expect(body).not.toHaveProperty('fallback');
  });

  it('inconclusive: no confidence, and an active check to go on with', async () => {
    expect(await answer([scored(0.6, 0.6)])).toMatchObject({
      liveness_label: 'inconclusive',
      confidence_score: 0,
      requires_active_check: true,
      fallback: { challenge_type: 'blink', upload_url: '/active/blink?check=_____________________w' },
      details: { live_probability: 0.6 },
    });
  });

  it('inconclusive without a face to compare: a better picture, not a check that nobody could pass', async () => {
    const noMesh = unavailable('not_measurable');
    const lost = faceFacts({ mesh: noMesh, pose: noMesh, eyes: noMesh, embedding: noMesh });
    const body = await answer([lost]);
    expect(body).toMatchObject({ liveness_label: 'inconclusive', requires_active_check: false });
    expect(body).not.toHaveProperty('fallback');
    expect(body.details.reasons).toContainEqual({ code: 'face_not_comparable', text: expect.any(String) });
    const sure = await answer([faceFacts({ embedding: noMesh, antiSpoof: antiSpoof(0.99, 0.97) })]);
    expect(sure.liveness_label).toBe('real');
    expect(JSON.stringify(sure)).not.toContain('face_not_comparable');
  });

  it('without an anti-spoof model it never guesses', async () => {
    expect(await answer([faceFacts({ antiSpoof: {}, embedding })])).toMatchObject({
      liveness_label: 'inconclusive',
      details: { live_probability: null, reasons: [{ code: 'no_anti_spoof_model' }] },
    });
  });

  it('cuts where the configuration says', async () => {
    const settings = { LIVE_THRESHOLD: '0.5', ATTACK_THRESHOLD: '0.5' };
    expect((await answer([scored(0.6, 0.6)], settings)).liveness_label).toBe('real');
  });
});

it('makes upload_url absolute with PUBLIC_URL only, never with the Host header', async () => {
  const body = await answer([scored(0.6, 0.6)], { PUBLIC_URL: 'https://liveness.example.com/api/' });
  expect(body.fallback.upload_url).toMatch(/^https:\/\/liveness\.example\.com\/api\/active\/blink\?check=/);
});

it('answers at /passive/liveness too, and keeps to that address', async () => {
  const body = await answer([scored(0.6, 0.6)], {}, '/passive/liveness');
  expect(body.fallback.upload_url).toMatch(/^\/passive\/active\/blink\?check=/);
});

describe('the details', () => {
  it('hold what the verdict stands on', async () => {
    const bystander = faceFacts({
      box: { x: 0, y: 0, width: 40, height: 50 },
      presence: unavailable('not_requested'),
      pose: unavailable('not_requested'),
      eyes: unavailable('not_requested'),
      texture: unavailable('not_requested'),
      antiSpoof: {},
    });
    const { details } = await answer([scored(0.99, 0), bystander]);
    expect(details).toEqual({
      live_probability: 0.495,
      reasons: [
        { code: 'anti_spoof_score', text: 'minifasnet-v2 scores the face 99.0% live.' },
        { code: 'anti_spoof_score', text: 'minifasnet-v1se scores the face 0.0% live.' },
        { code: 'between_thresholds', text: expect.any(String) },
      ],
      faces: [
        {
          box: { x: 100, y: 50, width: 200, height: 240 },
          detector_score: 0.95,
          presence: 0.99,
          pose: { yaw: -3, pitch: 5, roll: 1 },
          eyes: {
            left: { aspect_ratio: 0.31, lid_gap: 0.29 },
            right: { aspect_ratio: 0.3, lid_gap: 0.28 },
          },
          texture: {
            blur: 0.8,
            saturation: 0.4,
            freq_high_ratio: 0.3,
            axis_anisotropy: 0.1,
            glare: 0,
            line_ratio: 0.02,
            penalty_sharp_small: 0,
          },
          anti_spoof: { 'minifasnet-v2': 0.99, 'minifasnet-v1se': 0 },
        },
        {
          box: { x: 0, y: 0, width: 40, height: 50 },
          detector_score: 0.95,
          presence: null,
          pose: null,
          eyes: null,
          texture: null,
          anti_spoof: {},
        },
      ],
      bystanders: 1,
      image: { width: 640, height: 480, format: 'jpeg' },
      models: [{ role: 'anti-spoof', name: 'minifasnet-v2', sha256: 'ab'.repeat(32) }],
      latency_ms: { total: expect.any(Number), stages: { decode: 2, detect: 3 } },
      request_id: expect.any(String),
    });
  });

  it('say null of a net that could not score', async () => {
    const { details } = await answer([faceFacts({ antiSpoof: antiSpoof(0.9, undefined) })]);
    expect(details.faces[0].anti_spoof).toEqual({ 'minifasnet-v2': 0.9, 'minifasnet-v1se': null });
  });
});

describe('the language', () => {
  const ask = async (headers: Record<string, string>, faces = [scored(0.99, 0.97)]) => {
    const perception = scriptedPerception(async () => frameFacts(...faces));
    const app = await testApp({}, { perception });
    return app.inject({ method: 'POST', url: '/liveness', payload: picture, headers });
  };

  it.each([
    [undefined, 'en', 'minifasnet-v2 scores the face 99.0% live.'],
    ['de', 'en', 'minifasnet-v2 scores the face 99.0% live.'],
    ['pt', 'pt', 'minifasnet-v2 dá ao rosto uma pontuação de 99,0% como real.'],
  ])('of the reasons for Accept-Language %s: %s', async (asked, language, text) => {
    const { headers, body } = await ask(asked ? { 'accept-language': asked } : {});
    expect(headers).toMatchObject({ 'content-language': language, vary: 'accept-language' });
    expect(JSON.parse(body).details.reasons[0]).toEqual({ code: 'anti_spoof_score', text });
  });

  it('changes words for people and nothing else', async () => {
    const [english, uzbek] = [await ask({}), await ask({ 'accept-language': 'uz' })].map((response) => {
      const { details, ...rest } = response.json();
      const { latency_ms: _, request_id: __, reasons, ...stable } = details;
      return { rest, stable, reasons };
    });
    const codes = ({ code }: { code: string }) => code;
    expect(uzbek).toEqual({ ...english, reasons: uzbek?.reasons });
    expect(uzbek?.reasons.map(codes)).toEqual(english?.reasons.map(codes));
    expect(uzbek?.reasons).not.toEqual(english?.reasons);
  });

  it('of a refusal', async () => {
    const response = await ask({ 'accept-language': 'pt' }, []);
    expect(response.headers).toMatchObject({ 'content-language': 'pt', vary: 'accept-language' });
    expect(response.json()).toMatchObject({
      code: 'no_face',
      title: 'Nenhum rosto foi encontrado na imagem.',
    });
  });
});

describe('before the body is read', () => {
  const full = () => scriptedPerception(undefined, { full: true });

  it('a full queue refuses', async () => {
    const app = await testApp({}, { perception: full() });
    const response = await app.inject({ method: 'POST', url: '/liveness', payload: '{"broken' });
    expect([response.statusCode, response.json().code]).toEqual([503, 'busy']);
    expect(response.headers['retry-after']).toBe('1');
    expect((await app.inject('/health')).statusCode).toBe(200);
  });

  it('a key is asked for first', async () => {
    const app = await testApp({ API_KEY: 'key' }, { perception: full() });
    expect((await app.inject({ method: 'POST', url: '/liveness' })).statusCode).toBe(401);
  });
});

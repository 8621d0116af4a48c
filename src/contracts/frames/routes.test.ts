import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { scriptedPerception, testApp } from '../../../test/support/app.ts';
import { antiSpoof, frameFacts } from '../../../test/support/facts.ts';
import { posedFace } from '../../../test/support/posed-facts.ts';
import type { FaceFacts, FrameFacts } from '../../decisions/facts.ts';
import { BonafideError, catalogue, type ErrorCode } from '../../errors.ts';
import { framesError, framesResponse } from './schemas.ts';

const url = '/api/liveness/validate';
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Pictures that {@link person} knows; nobody looks at their bytes. */
const frames = {
  left: base64('left'),
  right: base64('right'),
  center: base64('center'),
  blink: ['open', 'closed', 'again'].map(base64),
};

/** Perception that finds a person in each of the frames, posed as their bytes say. */
function person(changes: Partial<FaceFacts> = {}, left = -24) {
  const faces: Record<string, FaceFacts> = {
    left: posedFace({ yaw: left }, { shape: { x: 210 } }),
    right: posedFace({ yaw: 24 }, { shape: { x: 190 } }),
    center: posedFace({ yaw: 1 }, { shape: { x: 200 } }),
    open: posedFace({}, { shape: { x: 202 } }),
    closed: posedFace({ yaw: 1 }, { open: 0.1, shape: { x: 203 } }),
    again: posedFace({ yaw: -1 }, { shape: { x: 204 } }),
  };
  return looking(async (name) => frameFacts({ ...faces[name]!, ...changes }));
}

function looking(look: (picture: string) => Promise<FrameFacts>) {
  return {
    ...scriptedPerception(),
    analyseImage: (bytes: Uint8Array) => look(Buffer.from(bytes).toString()),
  };
}

async function post(
  payload: object | string,
  {
    perception = person(),
    settings = {},
    headers = {},
  }: {
    perception?: ReturnType<typeof scriptedPerception>;
    settings?: Record<string, string>;
    headers?: Record<string, string>;
  } = {},
) {
  const app = await testApp(settings, { perception });
  return app.inject({
    method: 'POST',
    url,
    payload,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

it('answers with exactly the fields of seed 002, and evidence in details', async () => {
  const response = await post({ frames });
  expect(response.statusCode).toBe(200);
  const body = response.json();
  expect(Value.Errors(framesResponse, body)).toEqual([]);
  expect(body).toEqual({
    success: true,
    is_real: true,
    confidence: expect.any(Number),
    message: 'Wajah asli terdeteksi',
    checks: {
      pose_left: { valid: true, expected: 'left', actual: 'left', confidence: 0.9184, yaw: -24, pitch: 0 },
      pose_right: { valid: true, expected: 'right', actual: 'right', confidence: 0.9184, yaw: 24, pitch: 0 },
      pose_center: {
        valid: true,
        expected: 'center',
        actual: 'center',
        confidence: 0.9833,
        yaw: 1,
        pitch: 0,
      },
      blink: { valid: true, blink_count: 1, frames_processed: 3, confidence: 1 },
      face_consistency: { valid: true, confidence: 1, variation: 0, avg_face_size: 48_000 },
    },
    details: {
      total_checks: 5,
      passed_checks: 5,
      threshold: 0.7,
      anti_spoofing: { head_movement: true, blink_detected: true, face_consistency: true },
      evidence: {
        one_person: true,
        flat_motion: false,
        repeated_picture: false,
        live_probability: 0.97,
        frames: ['left', 'right', 'center', 'blink 1', 'blink 2', 'blink 3'].map((frame) => ({
          frame,
          live_probability: 0.97,
        })),
        veto: false,
        reasons: [],
      },
      request_id: expect.any(String),
    },
  });
});

it('says what speaks against the frames', async () => {
  const body = (await post({ frames }, { perception: person({ antiSpoof: antiSpoof(0.01, 0.02) }) })).json();
  expect(body).toMatchObject({ success: true, is_real: false });
  expect(body.message).toBe('Wajah palsu terdeteksi (foto/video)');
  expect(body.confidence).toBeLessThanOrEqual(0.35);
  expect(body.details.evidence).toMatchObject({
    veto: true,
    live_probability: 0.015,
    reasons: [{ code: 'attack_scores', text: 'Wajah ini tampak seperti foto atau layar.' }],
  });
});

it('follows its settings', async () => {
  const settings = { FRAMES_ATTACK_VETO: 'false', FRAMES_THRESHOLD: '0.6' };
  const perception = person({ antiSpoof: antiSpoof(0.01, 0.02) });
  const body = (await post({ frames }, { perception, settings })).json();
  expect(body).toMatchObject({ is_real: true, details: { threshold: 0.6, evidence: { veto: false } } });
  const strict = await post({ frames }, { settings: { FRAMES_THRESHOLD: '0.99' } });
  expect(strict.json()).toMatchObject({ is_real: false, details: { passed_checks: 5, threshold: 0.99 } });
});

it.each([
  ['en', 'Real face detected', 'Fake face detected (photo/video)', 'Error: '],
  ['pt-BR', 'Rosto real detectado', 'Rosto falso detectado (foto/vídeo)', 'Erro: '],
  ['uz', 'Haqiqiy yuz aniqlandi', 'Soxta yuz aniqlandi (foto/video)', 'Xato: '],
  ['de', 'Wajah asli terdeteksi', 'Wajah palsu terdeteksi (foto/video)', 'Error: '],
])('speaks to people in the language they ask for: %s', async (language, real, fake, error) => {
  const headers = { 'accept-language': language };
  const answer = await post({ frames }, { headers });
  expect(answer.json().message).toBe(real);
  expect(answer.headers).toMatchObject({ vary: 'accept-language' });
  const spoof = (await post({ frames }, { headers, perception: person({}, 0) })).json();
  expect(spoof.message).toBe(fake);
  expect(spoof.checks.pose_left).toMatchObject({ valid: false, expected: 'left', actual: 'center' });
  expect((await post('{', { headers })).json().message.startsWith(error)).toBe(true);
});

describe('a request that cannot be understood gets the error body of seed 002', () => {
  it.each<[ErrorCode, string, object | string]>([
    ['invalid_json', 'no JSON', '{"frames":'],
    ['invalid_json', 'nothing', ''],
    ['invalid_request', 'no frames', {}],
    ['invalid_request', 'an array', []],
    ['invalid_request', 'frames that are none', { frames: 'left' }],
    ['invalid_request', 'a list of frames', { frames: [frames.left] }],
    ['invalid_request', 'a number for a frame', { frames: { ...frames, left: 7 } }],
    ['invalid_request', 'one frame for the blink', { frames: { ...frames, blink: frames.left } }],
    ['invalid_request', 'numbers for the blink', { frames: { ...frames, blink: [1] } }],
    [
      'invalid_request',
      'eleven frames for the blink',
      { frames: { ...frames, blink: Array(11).fill(frames.left) } },
    ],
  ])('%s: %s', async (code, _, payload) => {
    const response = await post(payload);
    expect(response.statusCode).toBe(400);
    expect(response.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-language': 'id',
    });
    const body = response.json();
    expect(Value.Errors(framesError, body)).toEqual([]);
    expect(body).toMatchObject({ success: false, is_real: false, confidence: 0, checks: {}, code });
    expect(body.message).toMatch(/^Error: \S/);
  });

  it('says how many frames of a blink it takes', async () => {
    const response = await post({ frames: { ...frames, blink: Array(11).fill(frames.left) } });
    expect(response.json().detail).toMatch(/blink.*10/);
    const ten = await post({ frames: { ...frames, blink: Array(10).fill(frames.blink[0]) } });
    expect(ten.json().checks.blink.frames_processed).toBe(10);
  });
});

describe('other failures get it with their own status', () => {
  const failing = (error: unknown) =>
    looking(async () => {
      throw error;
    });

  it.each<ErrorCode>(['busy', 'perception_lost', 'deadline_exceeded', 'too_many_pixels', 'internal'])(
    '%s',
    async (code) => {
      const perception = failing(code === 'internal' ? new Error('secret') : new BonafideError(code));
      const response = await post({ frames }, { perception });
      expect(response.statusCode).toBe(catalogue[code].status);
      expect(response.json()).toMatchObject({ success: false, code });
      expect(response.body).not.toContain('secret');
      if (response.statusCode === 503) expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    },
  );

  it('a full queue, before the body is read', async () => {
    const perception = { ...person(), ...scriptedPerception(undefined, { full: true }) };
    const response = await post('{', { perception });
    expect([response.statusCode, response.json().code]).toEqual([503, 'busy']);
  });

  it('no key', async () => {
    const response = await post({ frames }, { settings: { API_KEY: 'key' } });
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toMatch(/^Bearer/);
    expect(response.json()).toMatchObject({ success: false, code: 'unauthorised' });
    const headers = { 'x-api-key': 'key' };
    expect((await post({ frames }, { settings: { API_KEY: 'key' }, headers })).statusCode).toBe(200);
  });

  it('a picture over the limit, a body over the limit of thirteen of them', async () => {
    const settings = { MAX_IMAGE_BYTES: '1000' };
    const picture = await post({ frames: { ...frames, left: 'A'.repeat(1400) } }, { settings });
    expect([picture.statusCode, picture.json().code]).toEqual([413, 'payload_too_large']);
    const body = await post({ frames: { ...frames, left: 'A'.repeat(40_000) } }, { settings });
    expect([body.statusCode, body.json().code]).toEqual([413, 'payload_too_large']);
    const most = { ...frames, center: 'AAAA'.repeat(333), blink: Array(10).fill('AAAA'.repeat(333)) };
    expect(
      (await post({ frames: most }, { settings, perception: looking(async () => frameFacts()) })).statusCode,
    ).toBe(200);
  });

  it('another content type', async () => {
    const response = await post('frames=1', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([response.statusCode, response.json().code]).toEqual([415, 'unsupported_media_type']);
    expect(response.json().success).toBe(false);
  });
});

it('counts the body towards the bytes that may be pending', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const perception = looking(async () => {
    await held;
    return frameFacts();
  });
  const app = await testApp({ MAX_PENDING_BYTES: '1000' }, { perception });
  const payload = { frames: { left: 'AAAA'.repeat(200) } };
  // An injected request starts when somebody waits for it.
  const first = app.inject({ method: 'POST', url, payload }).then((response) => response);
  await expect.poll(async () => (await app.inject({ method: 'POST', url, payload })).statusCode).toBe(503);
  release();
  expect((await first).statusCode).toBe(200);
});

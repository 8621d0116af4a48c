import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { listeningApp, scriptedPerception } from '../../../test/support/app.ts';
import { antiSpoof, faceFacts, frameFacts } from '../../../test/support/facts.ts';
import {
  base64,
  failing,
  failure,
  form,
  json,
  key,
  kycServer,
  post,
  seeing,
  urlEncoded,
} from '../../../test/support/kyc.ts';
import { memoryStores } from '../../../test/support/stores.ts';
import { type FaceFacts, measured, unavailable } from '../../decisions/facts.ts';
import type { ErrorCode } from '../../errors.ts';
import type { Perception } from '../../perception/engine.ts';
import { selfieResponse, sessionResponse } from './schemas.ts';

const { serve } = kycServer();

describe('the result', () => {
  it('is what the document says, and what it stands on', async () => {
    const { status, headers, body } = await post(`${await serve()}/liveness/`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(Value.Errors(selfieResponse, body)).toEqual([]);
    expect(body).toEqual({
      success: true,
      result: {
        liveness: true,
        score: 0.97,
        details: {
          live_probability: 0.97,
          face: { box: { x: 100, y: 50, width: 200, height: 240 }, detector_score: 0.95, mask: null },
          bystanders: 0,
          reasons: [
            { code: 'anti_spoof_score', text: expect.any(String) },
            { code: 'anti_spoof_score', text: expect.any(String) },
          ],
          request_id: headers.get('x-request-id'),
        },
      },
    });
  });

  it.each<[string, Partial<FaceFacts>, boolean, number]>([
    ['at the threshold', { antiSpoof: antiSpoof(0.9, 0.9) }, true, 0.9],
    ['below it', { antiSpoof: antiSpoof(0.8, 0.9) }, false, 0.15],
    ['an attack', { antiSpoof: antiSpoof(0.01, 0.03) }, false, 0.98],
    ['no score at all', { antiSpoof: { 'minifasnet-v2': unavailable('no_model') } }, false, 0],
    ['one score missing', { antiSpoof: antiSpoof(0.99, undefined) }, false, 0],
    ['a turned face', { pose: measured({ yaw: 50, pitch: 0, roll: 0 }) }, false, 0],
  ])('%s', async (_, face, liveness, score) => {
    const { body } = await post(`${await serve({ perception: seeing(face) })}/liveness/`);
    expect(body.result).toMatchObject({ liveness, score: expect.closeTo(score, 6) });
  });

  it('goes by KYC_LIVENESS_THRESHOLD', async () => {
    const settings = { KYC_LIVENESS_THRESHOLD: '0.98' };
    const { body } = await post(`${await serve({ settings })}/liveness/`);
    expect(body.result.liveness).toBe(false);
  });

  it('speaks of reasons in the language that is asked for; messages of errors stay as they are', async () => {
    const url = `${await serve()}/liveness/`;
    const { headers, body } = await post(url, undefined, { 'accept-language': 'pt' });
    expect(headers.get('content-language')).toBe('pt');
    expect(body.result.details.reasons[0].text).toMatch(/rosto/);
    expect(await post(url, '{}', { ...json, 'accept-language': 'pt' })).toMatchObject(failure('004'));
  });
});

describe('which face is meant', () => {
  const far = { box: { x: 0, y: 0, width: 80, height: 100 } };

  it('a bystander does not count, and is reported', async () => {
    const { body } = await post(`${await serve({ perception: seeing({}, far) })}/liveness/`);
    expect(body.result).toMatchObject({ liveness: true, details: { bystanders: 1 } });
  });

  it.each<[string, readonly Partial<FaceFacts>[]]>([
    ['none', []],
    ['two', [{}, {}]],
    ['one the detector is not sure of', [{ detectorScore: measured(0.7499) }]],
  ])('051: %s', async (_, faces) => {
    const answer = await post(`${await serve({ perception: seeing(...faces) })}/liveness/`);
    expect(answer).toMatchObject(failure('051'));
  });

  it('one that the detector is not sure of is no second face, and what it hides is measured all the same', async () => {
    const asked: number[] = [];
    const unsure = { detectorScore: measured(0.5), box: { x: 0, y: 0, width: 400, height: 400 } };
    const perception: Perception = {
      ...scriptedPerception(),
      analyseImage: async (_bytes, { measuredFaces }) => {
        asked.push(measuredFaces);
        const unmeasured = { antiSpoof: { 'minifasnet-v2': unavailable('not_requested') } };
        return frameFacts(faceFacts(unsure), faceFacts(measuredFaces > 1 ? {} : unmeasured));
      },
    };
    const { body } = await post(`${await serve({ perception })}/liveness/`);
    expect(body.result).toMatchObject({ liveness: true, details: { bystanders: 0 } });
    expect(asked).toEqual([1, 2]);
  });

  it('the threshold is a setting', async () => {
    const perception = seeing({ detectorScore: measured(0.65) });
    const url = await serve({ perception, settings: { KYC_FACE_THRESHOLD: '0.6' } });
    expect((await post(`${url}/liveness/`)).status).toBe(200);
  });
});

describe('each code', () => {
  const refused = async (perception: Perception, settings = {}) =>
    post(`${await serve({ perception, settings })}/liveness/`);

  it('001', async () => {
    const url = await serve();
    for (const headers of [{ 'x-api-key': '' }, { 'x-api-key': 'wrong' }, { 'x-api-key': `${key}x` }]) {
      const answer = await post(`${url}/liveness/`, undefined, headers);
      expect(answer).toMatchObject(failure('001'));
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
    const bearer = { 'x-api-key': '', authorization: `Bearer ${key}` };
    expect((await post(`${url}/liveness/`, undefined, bearer)).status).toBe(200);
  });

  it('001 also while the server is open to others', async () => {
    const empty = await memoryStores();
    const url = await listeningApp({}, { stores: empty });
    expect(await post(`${url}/liveness/`)).toMatchObject(failure('001'));
    expect(await post(`${url}/session/`)).toMatchObject(failure('001'));
    expect((await post(`${url}/liveness`, JSON.stringify({ image: base64 }), json)).status).toBe(200);
    await empty.close();
  });

  it.each<ErrorCode>(['invalid_image', 'unsupported_format'])('002: %s', async (code) => {
    expect(await refused(failing(code))).toMatchObject(failure('002'));
  });

  it('003: too many bytes, in any body, and too many pixels', async () => {
    const url = `${await serve({ settings: { MAX_IMAGE_BYTES: '3000' } })}/liveness/`;
    const [fits, large] = [new Uint8Array(3000), new Uint8Array(3001)];
    const bodies = (bytes: Uint8Array<ArrayBuffer>): [FormData | string, Record<string, string>][] => {
      const digits = Buffer.from(bytes).toString('base64');
      return [
        [form(['image', new Blob([bytes])]), {}],
        [form(['image_bytes', new Blob([bytes])]), {}],
        [form(['image_bytes', digits]), {}],
        [JSON.stringify({ image_bytes: digits }), json],
        [new URLSearchParams({ image_bytes: digits }).toString(), urlEncoded],
      ];
    };
    for (const [body, headers] of bodies(fits)) expect((await post(url, body, headers)).status).toBe(200);
    for (const [body, headers] of bodies(large))
      expect(await post(url, body, headers)).toMatchObject(failure('003'));
    for (const [body, headers] of bodies(new Uint8Array(1_000_000)))
      expect(await post(url, body, headers)).toMatchObject(failure('003'));
    expect(await refused(failing('too_many_pixels'))).toMatchObject(failure('003'));
  });

  it('007: too few pixels on the face, or in the picture', async () => {
    expect(await refused(seeing({ measuredSide: 79.9 }))).toMatchObject(failure('007'));
    expect((await refused(seeing({ measuredSide: 79.9 }), { KYC_MIN_FACE_SIDE: '79' })).status).toBe(200);
    const tiny = scriptedPerception(async () => ({ ...frameFacts(), width: 60, height: 500 }));
    expect(await refused(tiny)).toMatchObject(failure('007'));
  });

  it('052, but not where nothing could tell', async () => {
    expect(await refused(seeing({ mask: measured(1) }))).toMatchObject(failure('052'));
    // A mask may be what makes the detector unsure.
    const unsure = { mask: measured(1), detectorScore: measured(0.4) };
    expect(await refused(seeing(unsure))).toMatchObject(failure('052'));
    expect(await refused(seeing({ ...unsure, measuredSide: 40 }))).toMatchObject(failure('007'));
    expect((await refused(seeing({ mask: measured(0) }))).body.result.details.face.mask).toBe(0);
    expect((await refused(seeing({ mask: unavailable('no_model') }))).status).toBe(200);
  });

  it('005 hides its cause', async () => {
    const perception = scriptedPerception(() => Promise.reject(new Error('a secret')));
    const answer = await refused(perception);
    expect(answer).toMatchObject(failure('005'));
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });

  it.each<ErrorCode>(['busy', 'perception_lost', 'deadline_exceeded', 'shutting_down', 'store_unavailable'])(
    '005 with status 503, and when to try again: %s',
    async (code) => {
      const answer = await refused(failing(code));
      expect(answer).toMatchObject(failure('005', 503));
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    },
  );

  it('005 before the body while the queue is full', async () => {
    expect(await refused(scriptedPerception(undefined, { full: true }))).toMatchObject(failure('005', 503));
  });
});

describe('addresses', () => {
  it.each(['/liveness/', '/kyc/liveness/', '/kyc/liveness'])('POST %s', async (path) => {
    const { body } = await post(`${await serve()}${path}`);
    expect(body).toMatchObject({ success: true, result: { liveness: true } });
  });

  it.each(['/session/', '/kyc/session/', '/kyc/session'])('POST %s', async (path) => {
    const answer = await post(`${await serve()}${path}`, 'whatever', { 'content-type': 'a/b' });
    expect(Value.Errors(sessionResponse, answer.body)).toEqual([]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('the slash decides between two contracts', async () => {
    const url = await serve();
    const passive = await post(`${url}/liveness`, JSON.stringify({ image: base64 }), json);
    expect(passive.body).toHaveProperty('liveness_label');
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('405 for %s, with Allow', async (method) => {
    const url = await serve();
    for (const path of ['/liveness/', '/session/', '/kyc/liveness', '/kyc/session/']) {
      const response = await fetch(url + path, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });
});

import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { Value } from 'typebox/value';
import { describe, expect, it, vi } from 'vitest';
import { listeningApp, picture, scriptedPerception } from '../../../test/support/app.ts';
import { blinkCurve, clipFacts } from '../../../test/support/clip-facts.ts';
import { antiSpoof, embeddingFacts, faceFacts, frameFacts } from '../../../test/support/facts.ts';
import { type Embedding, measured } from '../../decisions/facts.ts';
import { BonafideError } from '../../errors.ts';
import { deferred } from '../../perception/deferred.ts';
import type { Perception } from '../../perception/engine.ts';
import { blinkResponse } from './blink-schemas.ts';

/** The face of a person, as an embedding. */
const person = (number: number): Embedding => {
  const vector = new Float32Array(4);
  vector[number] = 1;
  return embeddingFacts(vector);
};
const blink = blinkCurve(1500);
const blinking = (embedding: Embedding = person(0)) =>
  clipFacts((at) => ({ left: blink(at), right: blink(at), embedding }));
const staring = clipFacts(() => ({ embedding: person(0) }));

/** A server whose perception sees this in a clip, and person 0 in a picture, undecided whether live. */
function serve(
  analyseClip: Perception['analyseClip'] = async () => blinking(),
  settings = {},
  load = {},
  clock = { now: 0 },
) {
  const selfie = faceFacts({ embedding: measured(person(0)), antiSpoof: antiSpoof(0.6, 0.6) });
  const perception = scriptedPerception(async () => frameFacts(selfie), load, analyseClip);
  return listeningApp(settings, { perception, now: () => clock.now });
}

const clip = new Blob([new Uint8Array(5_000)], { type: 'video/webm' });

function form(...parts: readonly (readonly [string, Blob | string])[]): FormData {
  const data = new FormData();
  for (const [name, value] of parts) {
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, value, 'clip.webm');
  }
  return data;
}

async function post(url: string, body: RequestInit['body'] = form(['video', clip]), headers = {}) {
  const response = await fetch(url, { method: 'POST', body: body ?? null, headers });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

/** Sends a clip's first half, and waits until the server has it. */
async function startUpload(url: string) {
  const [head, tail] = [
    '--x\r\nContent-Disposition: form-data; name="video"; filename="a"\r\n\r\nthe first',
    ' and the second half\r\n--x--\r\n',
  ];
  const headers = {
    'content-type': 'multipart/form-data; boundary=x',
    'content-length': Buffer.byteLength(head + tail),
    expect: '100-continue',
  };
  const upload = request(url, { method: 'POST', headers });
  upload.on('error', () => {});
  const answer = once(upload, 'response');
  answer.catch(() => {});
  upload.flushHeaders();
  await once(upload, 'continue');
  upload.write(head);
  return {
    leave: () => upload.destroy(),
    async finish() {
      upload.end(tail);
      const [response] = (await answer) as [IncomingMessage];
      return { status: response.statusCode, body: JSON.parse(await text(response)) };
    },
  };
}

/** Has a picture checked and returns the address to send the clip to. */
async function openCheck(url: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const { body } = await post(`${url}/liveness`, JSON.stringify(picture), headers);
  return url + body.fallback.upload_url;
}

describe('the verdict in the words of seed 000', () => {
  it('passed, with what it stands on', async () => {
    const { status, body } = await post(`${await serve()}/active/blink`);
    expect(status).toBe(200);
    expect(Value.Errors(blinkResponse, body)).toEqual([]);
    expect(body).toEqual({
      active_passed: true,
      details: {
        blink_count: 1,
        blink_times_s: [expect.closeTo(1.48, 1)],
        frames: 91,
        frame_rate: 30,
        duration_s: 3,
        check: null,
        reasons: [
          { code: 'blink_seen', text: 'One blink was seen.' },
          { code: 'no_anti_spoof_model_for_clip', text: expect.any(String) },
        ],
        models: [],
        latency_ms: { total: expect.any(Number), stages: { mesh: 3 } },
        request_id: expect.any(String),
      },
    });
  });

  it('not passed, with the reasons', async () => {
    const { body } = await post(`${await serve(async () => staring)}/passive/active/blink`);
    expect(body).toMatchObject({
      active_passed: false,
      details: { blink_count: 0, blink_times_s: [], reasons: [{ code: 'no_blink' }, expect.anything()] },
    });
  });
});

it.each([
  [undefined, 'en', 'One blink was seen.'],
  ['pt-BR', 'pt', 'Foi vista uma piscada.'],
])('gives its reasons for Accept-Language %s in %s', async (asked, language, text) => {
  const response = await fetch(`${await serve()}/active/blink`, {
    method: 'POST',
    body: form(['video', clip]),
    headers: asked ? { 'accept-language': asked } : {},
  });
  expect(response.headers.get('content-language')).toBe(language);
  expect(response.headers.get('vary')).toBe('accept-language');
  const { details } = JSON.parse(await response.text());
  expect(details.reasons[0]).toEqual({ code: 'blink_seen', text });
});

it('says in the language that is asked for that a check is not open', async () => {
  const url = `${await serve()}/active/blink?check=never-issued-at-all-AA`;
  const { status, body } = await post(url, undefined, { 'accept-language': 'id' });
  expect([status, body.code]).toEqual([404, 'check_not_found']);
  expect(body.title).toBe('Tidak ada pemeriksaan aktif yang terbuka dengan id ini.');
});

describe('the id of a passive check', () => {
  it('works once, for the same face', async () => {
    const url = await openCheck(await serve());
    const { status, body } = await post(url);
    expect([status, body.active_passed, body.details.check]).toEqual([200, true, 'used']);
    expect(body.details.reasons).toContainEqual({ code: 'same_as_selfie', text: expect.any(String) });
    expect(await post(url)).toMatchObject({ status: 404, body: { code: 'check_not_found' } });
  });

  it('fails for another face, and is used up all the same', async () => {
    const url = await openCheck(await serve(async () => blinking(person(1))));
    const { body } = await post(url);
    expect([body.active_passed, body.details.check]).toEqual([false, 'used']);
    expect(body.details.reasons[0].code).toBe('not_the_selfie');
    expect((await post(url)).status).toBe(404);
  });

  it('is not used up by an upload that fails', async () => {
    const failures = [new BonafideError('invalid_clip'), new BonafideError('busy')];
    const url = await openCheck(
      await serve(async () => {
        const failure = failures.shift();
        if (failure) throw failure;
        return blinking();
      }),
    );
    expect((await post(url, form(['film', clip]))).status).toBe(400);
    expect(await post(url)).toMatchObject({ status: 400, body: { code: 'invalid_clip' } });
    expect(await post(url)).toMatchObject({ status: 503, body: { code: 'busy' } });
    expect(await post(url)).toMatchObject({ status: 200, body: { active_passed: true } });
  });

  it('is won by exactly one of many at once', async () => {
    const url = await openCheck(await serve());
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(url)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 404)).toHaveLength(9);
  });

  it('is held from the first byte on: a slow upload comes in time, nobody else gets in between', async () => {
    const clock = { now: 0 };
    const url = await openCheck(await serve(undefined, {}, {}, clock));
    const slow = await startUpload(url);
    expect(await post(url)).toMatchObject({ status: 404, body: { code: 'check_not_found' } });
    clock.now += 6 * 60_000;
    expect(await slow.finish()).toMatchObject({ status: 200, body: { active_passed: true } });
    expect((await post(url)).status).toBe(404);
  });

  it('is free again when the client leaves amid its upload', async () => {
    const url = await openCheck(await serve());
    const slow = await startUpload(url);
    slow.leave();
    await vi.waitFor(async () => expect((await post(url)).status).toBe(200));
  });

  it.each(['', 'x', 'never-issued-at-all-AA'])('%j was never issued', async (id) => {
    const url = await serve(() => Promise.reject(new Error('The clip must not be looked at.')));
    const { status, body } = await post(`${url}/active/blink?check=${id}`);
    expect([status, body.code]).toEqual([404, 'check_not_found']);
  });
});

describe('what is no upload', () => {
  it.each<[string, FormData, RegExp]>([
    ['no field', form(), /missing|multipart/],
    ['another field', form(['film', clip]), /Only the field video/],
    ['another field beside it', form(['video', clip], ['note', 'hello']), /Only the field video/],
    ['text for a file', form(['video', 'AAAA']), /must be a file/],
    ['two files', form(['video', clip], ['video', clip]), /one file/],
    ['many fields', form(...Array.from({ length: 50 }, () => ['a', 'b'] as const)), /./],
  ])('%s', async (_, body, detail) => {
    const answer = await post(`${await serve()}/active/blink`, body);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    expect(answer.body.detail).toMatch(detail);
  });

  it.each([
    [
      'a body that ends early',
      '--x\r\nContent-Disposition: form-data; name="video"; filename="a"\r\n\r\nabc',
    ],
    ['a body without parts', 'nothing'],
  ])('%s', async (_, body) => {
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const answer = await post(`${await serve()}/active/blink`, body, headers);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
  });

  it.each([
    ['multipart/form-data', 400],
    ['application/json', 415],
    ['video/mp4', 415],
  ])('%s', async (type, status) => {
    const answer = await post(`${await serve()}/active/blink`, '{}', { 'content-type': type });
    expect(answer.status).toBe(status);
  });
});

describe('a file that is too large', () => {
  const settings = { MAX_CLIP_BYTES: '4000' };
  const refused = { status: 413, body: { code: 'payload_too_large' } };

  it('is refused at its last byte', async () => {
    const url = await serve(undefined, settings);
    expect(await post(`${url}/active/blink`)).toMatchObject(refused);
    const fits = form(['video', new Blob([new Uint8Array(4_000)])]);
    expect((await post(`${url}/active/blink`, fits)).status).toBe(200);
  });

  it('is refused before it is read where its length is known', async () => {
    const url = await serve(undefined, settings);
    const large = form(['video', new Blob([new Uint8Array(3_000_000)])]);
    expect(await post(`${url}/active/blink`, large)).toMatchObject(refused);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('counts among the bodies under way', async () => {
    const [working, finish] = [deferred<void>(), deferred<void>()];
    const analyse = async () => {
      working.resolve();
      await finish.promise;
      return blinking();
    };
    const url = `${await serve(analyse, { MAX_PENDING_BYTES: '8000' })}/active/blink`;
    const first = post(url);
    await working.promise;
    expect(await post(url)).toMatchObject({ status: 503, body: { code: 'busy' } });
    finish.resolve();
    expect((await first).status).toBe(200);
    expect((await post(url)).status).toBe(200);
  });
});

it('a full queue refuses before the body', async () => {
  const url = await serve(undefined, {}, { full: true });
  expect(await post(`${url}/active/blink`)).toMatchObject({ status: 503, body: { code: 'busy' } });
});

it('asks for a key first, and takes multipart nowhere else', async () => {
  const url = await serve(undefined, { API_KEY: 'key' });
  expect((await post(`${url}/active/blink`)).status).toBe(401);
  expect((await post(`${url}/active/blink`, undefined, { 'x-api-key': 'key' })).status).toBe(200);
  expect((await post(`${url}/liveness`, undefined, { 'x-api-key': 'key' })).status).toBe(415);
});

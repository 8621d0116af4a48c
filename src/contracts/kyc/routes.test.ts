import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listeningApp, scriptedPerception } from '../../../test/support/app.ts';
import { antiSpoof, faceFacts, frameFacts } from '../../../test/support/facts.ts';
import { memoryStores } from '../../../test/support/stores.ts';
import { type FaceFacts, measured, unavailable } from '../../decisions/facts.ts';
import { BonafideError, type ErrorCode } from '../../errors.ts';
import { deferred } from '../../perception/deferred.ts';
import type { Perception } from '../../perception/engine.ts';
import { type ApiKeyTerms, createApiKey } from '../../services/create-api-key.ts';
import { contractNames, type Stores } from '../../stores/ports.ts';
import { kycErrors } from './errors.ts';
import { kycError, selfieResponse, sessionResponse } from './schemas.ts';

const key = 'key-of-the-settings';
const base64 = Buffer.from('a picture').toString('base64');
const json = { 'content-type': 'application/json' };
const urlEncoded = { 'content-type': 'application/x-www-form-urlencoded' };

let stores: Stores;
beforeAll(async () => {
  stores = await memoryStores();
});
afterAll(() => stores.close());

interface Setting {
  readonly settings?: Readonly<Record<string, string>>;
  readonly perception?: Perception;
  readonly today?: () => Date;
  readonly logger?: pino.Logger;
}

const serve = ({ settings = {}, ...parts }: Setting = {}) =>
  listeningApp({ API_KEY: `${key},another-key`, ...settings }, { stores, ...parts });

/** Perception that sees these faces in whatever it is shown. */
const seeing = (...faces: readonly Partial<FaceFacts>[]) =>
  scriptedPerception(async () => frameFacts(...faces.map(faceFacts)));

const failing = (code: ErrorCode) =>
  scriptedPerception(async () => {
    throw new BonafideError(code);
  });

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server says
  readonly body: any;
}

async function post(
  url: string,
  body?: RequestInit['body'],
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    body: body ?? JSON.stringify({ image_bytes: base64 }),
    headers: { 'x-api-key': key, ...(body === undefined && json), ...headers },
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

/** The exact body of a failed request. */
function failure(code: keyof typeof kycErrors, status: number = kycErrors[code].status) {
  return { status, body: { success: false, error_message: kycErrors[code].message, error_code: code } };
}

function form(...parts: readonly (readonly [string, Blob | string])[]): FormData {
  const data = new FormData();
  for (const [name, value] of parts) data.append(name, value as string);
  return data;
}

async function makeKey(terms: Partial<ApiKeyTerms> = {}): Promise<string> {
  const { key } = await createApiKey(
    stores.apiKeys,
    {
      label: 'test',
      contracts: contractNames,
      requiresSession: false,
      sessionUses: null,
      sessionSeconds: null,
      requestsPerMinute: null,
      expiresAt: null,
      ...terms,
    },
    { now: new Date(), randomBytes: (await import('node:crypto')).randomBytes },
  );
  return key;
}

const openSession = async (url: string, headers: Record<string, string> = {}): Promise<string> =>
  (await post(`${url}/session/`, '', headers)).body.result.session_token;

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

describe('bodies', () => {
  let url: string;
  /** What perception was shown last. */
  let shown: string;
  beforeAll(() => {
    shown = '';
  });
  const start = async () => {
    shown = '';
    const perception: Perception = {
      ...scriptedPerception(),
      analyseImage: async (bytes) => {
        shown = Buffer.from(bytes).toString();
        return frameFacts(faceFacts());
      },
    };
    url = `${await serve({ perception })}/liveness/`;
  };

  // Bytes whose base64 has both digits that forms escape, and padding.
  const picture = '>>>???~';
  const digits = Buffer.from(picture).toString('base64');
  const file = new Blob([picture], { type: 'image/jpeg' });

  it.each<[string, () => string | FormData, Record<string, string>]>([
    ['multipart, image', () => form(['image', file]), {}],
    ['multipart, image_bytes as a file', () => form(['image_bytes', file]), {}],
    ['multipart, image_bytes as text', () => form(['image_bytes', digits]), {}],
    ['multipart, beside other fields', () => form(['user', 'u'], ['image', file], ['more', file]), {}],
    ['a form', () => new URLSearchParams({ user: 'u', image_bytes: digits }).toString(), urlEncoded],
    ['a form that forgot to escape', () => `image_bytes=${digits}`, urlEncoded],
    ['JSON', () => JSON.stringify({ image_bytes: digits, user: 'u' }), json],
    ['JSON, image', () => JSON.stringify({ image: digits }), json],
    ['JSON, a data URL', () => JSON.stringify({ image_bytes: `data:image/jpeg;base64,${digits}` }), json],
  ])('%s', async (_, body, headers) => {
    await start();
    expect(digits).toMatch(/\+.*\/.*=/);
    expect((await post(url, body(), headers)).status).toBe(200);
    expect(shown).toBe(picture);
  });

  const boundary = { 'content-type': 'multipart/form-data; boundary=x' };
  it.each<[string, string | FormData | Uint8Array<ArrayBuffer>, Record<string, string>]>([
    ['no field', form(['user', 'u']), {}],
    ['two pictures', form(['image', file], ['image_bytes', file]), {}],
    ['a file and a text', form(['image', file], ['image_bytes', digits]), {}],
    ['200 fields', form(...Array.from({ length: 200 }, (_, at) => [`f${at}`, 'v'] as const)), {}],
    [
      'a truncated form',
      '--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\nabc',
      boundary,
    ],
    ['no form at all', 'nothing', boundary],
    ['no boundary', 'nothing', { 'content-type': 'multipart/form-data' }],
    ['JSON that ends early', '{"image_bytes": "AA', json],
    ['empty JSON', '', json],
    ['JSON without the field', '{}', json],
    ['a null', '{"image_bytes": null}', json],
    ['a number', '{"image_bytes": 1}', json],
    ['a list', '[]', json],
    ['null', 'null', json],
    ['a prototype', '{"__proto__": {"image_bytes": "AAAA"}}', json],
    ['both fields', JSON.stringify({ image: digits, image_bytes: digits }), json],
    ['a form that is wrongly escaped', 'image_bytes=%zz', urlEncoded],
    ['a form that says it twice', 'image_bytes=AAAA&image_bytes=AAAA', urlEncoded],
    ['an empty form', '', urlEncoded],
    ['plain text', digits, { 'content-type': 'text/plain' }],
    ['a bare picture', new Uint8Array(9), { 'content-type': 'image/jpeg' }],
    ['a compressed body', '{}', { ...json, 'content-encoding': 'gzip' }],
    ['no body', '', {}],
  ])('004: %s', async (_, body, headers) => {
    await start();
    const answer = await post(url, body, headers);
    expect(answer).toMatchObject(failure('004'));
    expect(Value.Errors(kycError, answer.body)).toEqual([]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(shown).toBe('');
  });

  it.each<[string, string | FormData | Uint8Array<ArrayBuffer>, Record<string, string>]>([
    ['no base64', JSON.stringify({ image_bytes: 'no base64!' }), json],
    ['an empty text', JSON.stringify({ image_bytes: '' }), json],
    ['not UTF-8', Buffer.from('{"image_bytes": "\xff\xfe"}', 'latin1') as Uint8Array<ArrayBuffer>, json],
    ['no base64 in a form', 'image_bytes=%FF', urlEncoded],
    ['no base64 in multipart', form(['image_bytes', '\u0000']), {}],
  ])('002 or 004, and nothing is looked at: %s', async (_, body, headers) => {
    await start();
    const answer = await post(url, body, headers);
    expect([failure('002').body, failure('004').body]).toContainEqual(answer.body);
    expect(answer.status).toBe(400);
    expect(shown).toBe('');
  });

  it('are not read without a key: the answer comes while the client has sent none', async () => {
    const { port } = new URL(await serve());
    const socket = connect(Number(port), '127.0.0.1');
    const head =
      'POST /liveness/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n';
    socket.write(`${head}Connection: close\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 401 (.|\r|\n)*"error_code":"001"/);
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

describe('sessions', () => {
  const required = { KYC_REQUIRE_SESSION: 'true' };
  const ask = (url: string, token: string | undefined, headers = {}) =>
    post(`${url}/liveness/`, undefined, {
      ...(token !== undefined && { 'x-session-token': token }),
      ...headers,
    });

  it('are good for so many checks, then 062', async () => {
    const url = await serve({ settings: { ...required, KYC_SESSION_USES: '2' } });
    const { result } = (await post(`${url}/session/`)).body;
    expect(result).toMatchObject({ session_token: expect.stringMatching(/^[\w-]{43}$/), uses: 2 });
    expect(Date.parse(result.expires_at) - Date.now()).toBeGreaterThan(590_000);
    expect((await ask(url, result.session_token)).status).toBe(200);
    expect((await ask(url, result.session_token)).status).toBe(200);
    expect(await ask(url, result.session_token)).toMatchObject(failure('062'));
  });

  it.each<[string, string | undefined]>([
    ['missing', undefined],
    ['empty', ''],
    ['never issued', 'A'.repeat(43)],
    ['10 kB', 'A'.repeat(10_000)],
    ['of other letters', 'é\xff'],
  ])('061: a token that is %s', async (_, token) => {
    expect(await ask(await serve({ settings: required }), token)).toMatchObject(failure('061'));
  });

  it('061: of another key, also of another one in API_KEY', async () => {
    const url = await serve({ settings: required });
    const token = await openSession(url);
    expect(await ask(url, token, { 'x-api-key': 'another-key' })).toMatchObject(failure('061'));
    expect(await ask(url, token, { 'x-api-key': await makeKey() })).toMatchObject(failure('061'));
    expect((await ask(url, token)).status).toBe(200);
  });

  it('061: expired', async () => {
    let time = Date.now();
    const settings = { ...required, KYC_SESSION_SECONDS: '60' };
    const url = await serve({ settings, today: () => new Date(time) });
    const token = await openSession(url);
    time += 59_999;
    expect((await ask(url, token)).status).toBe(200);
    time += 1;
    expect(await ask(url, token)).toMatchObject(failure('061'));
  });

  it('a token that is not required counts all the same where it is sent', async () => {
    const url = await serve({ settings: { KYC_SESSION_USES: '1' } });
    const token = await openSession(url);
    expect((await ask(url, undefined)).status).toBe(200);
    expect((await ask(url, token)).status).toBe(200);
    expect(await ask(url, token)).toMatchObject(failure('062'));
    expect(await ask(url, 'unknown')).toMatchObject(failure('061'));
  });

  it("go by the key's record", async () => {
    const headers = {
      'x-api-key': await makeKey({ requiresSession: true, sessionUses: 1, sessionSeconds: 5 }),
    };
    const url = await serve();
    expect(await ask(url, undefined, headers)).toMatchObject(failure('061'));
    const { result } = (await post(`${url}/session/`, '', headers)).body;
    expect(result.uses).toBe(1);
    expect(Date.parse(result.expires_at) - Date.now()).toBeLessThanOrEqual(5_000);
    expect((await ask(url, result.session_token, headers)).status).toBe(200);
    expect(await ask(url, result.session_token, headers)).toMatchObject(failure('062'));
  });

  it.each<[string, Perception, number, number]>([
    ['is spent on a face too many', seeing({}, {}), 422, 429],
    ['is spent on a mask', seeing({ mask: measured(1) }), 422, 429],
    ['is spent on too few pixels', seeing({ measuredSide: 9 }), 400, 429],
    ['is given back for a picture that cannot be read', failing('invalid_image'), 400, 400],
    ['is given back by a server that is busy', failing('busy'), 503, 503],
    ['is given back by a server that fails', failing('internal'), 500, 500],
  ])('a use %s', async (_, perception, first, second) => {
    const url = await serve({ perception, settings: { KYC_SESSION_USES: '1' } });
    const token = await openSession(url);
    expect((await ask(url, token)).status).toBe(first);
    expect((await ask(url, token)).status).toBe(second);
  });

  it('a use is given back for a body that makes no sense, and by a client that leaves', async () => {
    const looking = deferred<void>();
    let calls = 0;
    const perception = scriptedPerception(
      (signal) =>
        new Promise((resolve, reject) => {
          if (++calls > 1) resolve(frameFacts(faceFacts()));
          signal?.addEventListener('abort', () => reject(new BonafideError('cancelled')));
          looking.resolve();
        }),
    );
    const url = await serve({ perception, settings: { KYC_SESSION_USES: '1' } });
    const token = await openSession(url);
    const headers = { ...json, 'x-session-token': token };
    expect(await post(`${url}/liveness/`, '{"broken', headers)).toMatchObject(failure('004'));
    const leaving = new AbortController();
    const left = fetch(`${url}/liveness/`, {
      method: 'POST',
      headers: { ...headers, 'x-api-key': key },
      body: JSON.stringify({ image_bytes: base64 }),
      signal: leaving.signal,
    }).catch(() => 'left');
    await looking.promise;
    leaving.abort();
    expect(await left).toBe('left');
    await expect.poll(async () => (await ask(url, token)).status).toBe(200);
    expect(await ask(url, token)).toMatchObject(failure('062'));
  });

  it('the last use is won by exactly one of many at once', async () => {
    const url = await serve({ settings: { KYC_SESSION_USES: '1' } });
    const token = await openSession(url);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(url, token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(19);
  });
});

describe('stored keys', () => {
  it('403 for a key of other contracts, 062 past its rate, 001 for one that has expired', async () => {
    const url = `${await serve()}/liveness/`;
    const other = await makeKey({ contracts: ['passive', 'recognition'] });
    expect(await post(url, undefined, { 'x-api-key': other })).toMatchObject(failure('001', 403));
    const slow = { 'x-api-key': await makeKey({ requestsPerMinute: 2 }) };
    expect((await post(url, undefined, slow)).status).toBe(200);
    expect((await post(url, '{}', { ...json, ...slow })).status).toBe(400);
    const limited = await post(url, undefined, slow);
    expect(limited).toMatchObject(failure('062'));
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(50);
    const expired = await makeKey({ expiresAt: new Date(Date.now() - 1) });
    expect(await post(url, undefined, { 'x-api-key': expired })).toMatchObject(failure('001'));
  });

  it('neither keys nor tokens are logged; the id of the key is', async () => {
    let log = '';
    const sink = new Writable({
      write(chunk, _encoding, done) {
        log += chunk;
        done();
      },
    });
    const stored = await makeKey({ requiresSession: true });
    const headers = { 'x-api-key': stored };
    const url = await serve({ logger: pino({ level: 'trace' }, sink), perception: failing('internal') });
    const token = await openSession(url, headers);
    await post(`${url}/liveness/`, undefined, { ...headers, 'x-session-token': token });
    await post(`${url}/liveness/`, '{"broken', json);
    await post(`${url}/liveness/`, undefined, { 'x-api-key': `${stored.slice(0, -1)}x` });
    await expect.poll(() => log.match(/"msg":"request"/g)?.length).toBe(4);
    expect(log).toContain(`"key":"${stored.split('_')[1]}"`);
    expect(log).toContain('"key":"API_KEY"');
    for (const secret of [stored, stored.split('_')[2]!, token, key, base64])
      expect(log).not.toContain(secret);
  });
});

it('survives whatever is sent to it, always in its own words', async () => {
  const url = `${await serve({ settings: { MAX_IMAGE_BYTES: '5000' } })}/liveness/`;
  const types = [json, urlEncoded, { 'content-type': 'multipart/form-data; boundary=x' }];
  const good = [
    `{"image_bytes":"${base64}"}`,
    `user=1&image_bytes=${base64}`,
    `--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n${base64}\r\n--x--\r\n`,
  ];
  // A small generator with a seed: the same mutants in every run.
  let state = 7;
  const draw = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
  for (let round = 0; round < 150; round++) {
    const body = Buffer.from(good[draw(3)]!);
    for (let change = draw(6); change > 0; change--) body[draw(body.length)] = draw(256);
    const cut = body.subarray(0, draw(3) === 0 ? draw(body.length) : body.length);
    const { status, headers, body: answer } = await post(url, cut as Uint8Array<ArrayBuffer>, types[draw(3)]);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    if (status === 200) expect(Value.Errors(selfieResponse, answer)).toEqual([]);
    else {
      expect(Value.Errors(kycError, answer)).toEqual([]);
      expect([400, 413]).toContain(status);
    }
  }
});

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listeningApp, scriptedPerception } from '../../../test/support/app.ts';
import { antiSpoof, embeddingFacts, faceFacts, frameFacts } from '../../../test/support/facts.ts';
import { seedTexture } from '../../../test/support/recognition-rules.ts';
import { memoryStores } from '../../../test/support/stores.ts';
import { type FaceFacts, measured, unavailable } from '../../decisions/facts.ts';
import type { ImageRequest, Perception } from '../../perception/engine.ts';
import type { Stores } from '../../stores/ports.ts';

// The wire of seed 004, over HTTP: what is sent, what is answered, what is refused. Perception says what it is told.

const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0]);
const mp4 = Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1');
const noNet = { 'minifasnet-v2': unavailable('no_model') } as const;

const face = (changes: Partial<FaceFacts> = {}): FaceFacts =>
  faceFacts({
    texture: measured(seedTexture),
    box: { x: 79.4, y: 367.2, width: 600, height: 20.6 },
    embedding: measured(embeddingFacts([1, 0], 'dlib-resnet')),
    mask: measured(0),
    ...changes,
  });

/** Perception that sees these faces, and remembers what it was asked for. */
function seeing(...faces: readonly FaceFacts[]): Perception & { readonly asked: ImageRequest[] } {
  const asked: ImageRequest[] = [];
  return {
    ...scriptedPerception(),
    asked,
    analyseImage: async (_bytes, request) => {
      asked.push(request);
      return {
        ...frameFacts(...faces),
        models: [{ role: 'detector', name: 'yunet', pack: 'strong', sha256: 'aa' }],
      };
    },
  };
}

let stores: Stores;
let address: string;
beforeAll(async () => {
  stores = await memoryStores();
}, 60_000);
afterAll(() => stores.close());

const listen = (perception: Perception, settings: Readonly<Record<string, string>> = {}, parts = {}) =>
  listeningApp(settings, { perception, stores, ...parts });

type Fields = readonly (readonly [name: string, value: string | Buffer])[];

async function send(url: string, fields: Fields, headers: Readonly<Record<string, string>> = {}) {
  const form = new FormData();
  for (const [name, value] of fields)
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([new Uint8Array(value)]), '../../x');
  return answer(await fetch(url, { method: 'POST', body: form, headers }));
}

async function sendJson(url: string, body: unknown) {
  const headers = { 'content-type': 'application/json' };
  return answer(await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }));
}

async function answer(response: Response) {
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

describe('POST /v1/liveness', () => {
  it("answers with the seed's example", async () => {
    address = await listen(seeing(face({ antiSpoof: noNet })));
    const { status, body, headers } = await send(
      `${address}/v1/liveness?detector_backend=opencv&threshold=0.5`,
      [['image', jpeg]],
    );
    expect([status, headers.get('content-language')]).toEqual([200, 'pt']);
    expect(body).toEqual({
      faces: [
        {
          is_live: true,
          score: 707 / 1000,
          threshold: 0.5,
          // Inside the image of 640 by 480 pixels.
          bbox: { x: 79, y: 367, w: 561, h: 21 },
          extra: {
            detector_backend: 'yunet',
            explain: {
              blur: 1,
              saturation: 0.23,
              freq_high_ratio: 0.69,
              axis_anisotropy: 0.12,
              glare: 0.01,
              line_ratio: 0.02,
              penalty_sharp_small: 0,
            },
            score_source: 'heuristic',
            heuristic: true,
            reasons: [],
          },
        },
      ],
      latency_ms: expect.any(Number),
    });
    expect(Number.isInteger(body.latency_ms)).toBe(true);
  });

  it('asks for no embedding of ten faces, nor of more', async () => {
    const perception = seeing(...Array.from({ length: 10 }, () => face()));
    address = await listen(perception);
    const { body } = await send(`${address}/v1/liveness`, [['image', jpeg]]);
    expect(body.faces).toHaveLength(10);
    expect(perception.asked).toEqual([{ measuredFaces: 10, measure: ['texture', 'anti_spoof'] }]);
  });

  it('takes parameters from the query, the form and JSON alike', async () => {
    address = await listen(seeing(face()));
    const thresholds = await Promise.all([
      send(`${address}/v1/liveness?threshold=0.7`, [['image', jpeg]]),
      send(`${address}/v1/liveness`, [
        ['threshold', '0.7'],
        ['image', jpeg],
      ]),
      send(`${address}/v1/liveness?threshold=0.7`, [
        ['image', jpeg],
        ['threshold', '0.7'],
        ['unknown', 'x'],
      ]),
      sendJson(`${address}/v1/liveness`, { image_base64: jpeg.toString('base64'), threshold: 0.7 }),
      sendJson(`${address}/v1/liveness?threshold=0.7`, { image_base64: jpeg.toString('base64url') }),
    ]);
    for (const { body } of thresholds) expect(body.faces[0].threshold).toBe(0.7);
  });

  it.each([
    ['NaN'],
    ['1e999'],
    ['-0.1'],
    ['1.01'],
    [''],
    ['0,5'],
    ['0x1'],
    ['0.5 '],
    ['Infinity'],
    ['1e-9999'],
  ])('refuses threshold=%s', async (threshold) => {
    address = await listen(seeing(face()));
    const inQuery = `${address}/v1/liveness?threshold=${encodeURIComponent(threshold)}`;
    for (const { status, body } of [
      await send(inQuery, [['image', jpeg]]),
      await send(`${address}/v1/liveness`, [
        ['image', jpeg],
        ['threshold', threshold],
      ]),
    ])
      expect([status, body.code, body.detail]).toEqual([
        400,
        'invalid_request',
        'O parâmetro threshold deve ser um número de 0 a 1.',
      ]);
  });

  it.each<[string, string, Fields]>([
    ['twice in the query', '?threshold=1&threshold=2', [['image', jpeg]]],
    [
      'twice in the form',
      '',
      [
        ['threshold', '0.5'],
        ['threshold', '0.5'],
        ['image', jpeg],
      ],
    ],
    [
      'with two values',
      '?threshold=0.5',
      [
        ['threshold', '0.6'],
        ['image', jpeg],
      ],
    ],
    ['a detector that would be a line of the log', '?detector_backend=x%0Ay', [['image', jpeg]]],
    [
      'both a clip and an image',
      '',
      [
        ['image', jpeg],
        ['video', mp4],
      ],
    ],
    ['neither', '', [['threshold', '0.5']]],
    ['a text in place of the file', '', [['image', 'not a file']]],
  ])('refuses %s', async (_, query, fields) => {
    address = await listen(seeing(face()));
    const { status, body } = await send(`${address}/v1/liveness${query}`, fields);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.detail).toEqual(expect.any(String));
  });

  it('says which field a file belongs in', async () => {
    address = await listen(seeing(face()));
    const clip = await send(`${address}/v1/liveness`, [['image', mp4]]);
    expect([clip.status, clip.body.code, clip.body.detail]).toEqual([
      415,
      'video_as_image',
      'O campo image contém um vídeo: envie-o no campo video.',
    ]);
    const still = await send(`${address}/v1/liveness`, [['video', jpeg]], { 'accept-language': 'en' });
    expect([still.status, still.body.code, still.body.detail]).toEqual([
      415,
      'image_as_video',
      'The field video holds an image: send it in the field image.',
    ]);
  });

  it.each([
    [{}, 'invalid_request'],
    [[], 'invalid_request'],
    [{ image_base64: ['x'] }, 'invalid_request'],
    [{ image_base64: 'not base64!' }, 'invalid_base64'],
    [{ image_base64: 'data:image/jpeg,x' }, 'invalid_base64'],
    [{ image_base64: '/9j/', threshold: {} }, 'invalid_request'],
    [{ image_base64: '/9j/', threshold: '__proto__' }, 'invalid_request'],
  ])('refuses the JSON %j', async (json, code) => {
    address = await listen(seeing(face()));
    const { status, body } = await sendJson(`${address}/v1/liveness`, json);
    expect([status, body.code]).toEqual([400, code]);
  });

  it('refuses other content types, and too much', async () => {
    address = await listen(seeing(face()), { MAX_IMAGE_BYTES: '1000', MAX_CLIP_BYTES: '1000' });
    const text = await answer(await fetch(`${address}/v1/liveness`, { method: 'POST', body: 'x' }));
    expect([text.status, text.body.code]).toEqual([415, 'unsupported_media_type']);
    expect(text.body.detail).toBe('O tipo de conteúdo da requisição não é aceito aqui.');
    const large = await send(`${address}/v1/liveness`, [['image', Buffer.alloc(2000, jpeg)]]);
    expect([large.status, large.body.code]).toEqual([413, 'payload_too_large']);
    const larger = await send(`${address}/v1/liveness`, [['image', Buffer.alloc(200_000)]]);
    expect([larger.status, larger.body.code]).toEqual([413, 'payload_too_large']);
  });
});

describe('the settings of seed 004', () => {
  /** Every signal at a value of its own, so that no setting can stand for another. */
  const texture = measured({
    blur: 0.8,
    saturation: 0.6,
    freqHighRatio: 0.5,
    axisAnisotropy: 0.42,
    glare: 0.1,
    lineRatio: 0.13,
    penaltySharpSmall: 0.4,
  });
  const judged = async (settings: Readonly<Record<string, string>>) => {
    address = await listen(seeing(face({ texture, antiSpoof: noNet })), settings);
    const { body } = await send(`${address}/v1/liveness`, [['image', jpeg]]);
    return [body.faces[0].score, body.faces[0].threshold];
  };

  // By hand: 0.35·0.8 + 0.2·0.6 + 0.45·0.5 = 0.625; signs of 0.2, 0.25, 0.3 and 0.4 strength cost 0.05 + 0.03 + 0.045 + 0.048.
  it.each([
    ['their defaults', {}, [0.452, 0.673]],
    ['LIVENESS_W_BLUR', { LIVENESS_W_BLUR: '0' }, [0.172, 0.673]],
    ['LIVENESS_W_SAT', { LIVENESS_W_SAT: '0' }, [0.332, 0.673]],
    ['LIVENESS_W_FREQ', { LIVENESS_W_FREQ: '0' }, [0.227, 0.673]],
    ['LIVENESS_W_AXIS', { LIVENESS_W_AXIS: '0' }, [0.502, 0.623]],
    ['LIVENESS_W_GLARE', { LIVENESS_W_GLARE: '0' }, [0.482, 0.643]],
    ['LIVENESS_W_LINES', { LIVENESS_W_LINES: '0' }, [0.497, 0.628]],
    ['LIVENESS_W_SHARP_SMALL', { LIVENESS_W_SHARP_SMALL: '0' }, [0.5, 0.625]],
    ['LIVENESS_AXIS_SUSPECT', { LIVENESS_AXIS_SUSPECT: '0.42' }, [0.502, 0.623]],
    ['LIVENESS_GLARE_SUSPECT', { LIVENESS_GLARE_SUSPECT: '0.1' }, [0.482, 0.643]],
    ['LIVENESS_LINES_SUSPECT', { LIVENESS_LINES_SUSPECT: '0.13' }, [0.497, 0.628]],
  ] as const)('count: %s', async (_, settings, expected) => {
    expect(await judged(settings)).toEqual(expected);
  });

  it('count for clips', async () => {
    const asked: unknown[] = [];
    const perception: Perception = {
      ...seeing(),
      analyseClip: async (_bytes, request) => {
        asked.push(request);
        const live = face({ pose: measured({ yaw: 0, pitch: 0, roll: 0 }) });
        const attack = face({ antiSpoof: antiSpoof(0.01, 0.01) });
        const frames = [live, live, live, attack].map((one, index) => ({
          ...frameFacts(one),
          capturedAt: index * 40,
        }));
        const { models, timings } = frameFacts();
        return {
          container: 'mp4',
          codec: 'h264',
          decodedFrames: 4,
          milliseconds: 120,
          frames,
          models,
          timings,
        };
      },
    };
    const ask = async (settings: Readonly<Record<string, string>>) => {
      address = await listen(perception, { VIDEO_LIVENESS_MIN_FRAMES: '4', ...settings });
      return (await send(`${address}/v1/liveness`, [['video', mp4]])).body.faces[0];
    };
    expect(await ask({})).toMatchObject({ is_live: true, extra: { pass_ratio: 0.75 } });
    expect((await ask({ VIDEO_LIVENESS_MIN_FRAMES: '5' })).is_live).toBe(false);
    expect((await ask({ VIDEO_LIVENESS_PASS_RATIO: '0.76' })).is_live).toBe(false);
    await ask({ VIDEO_LIVENESS_MAX_FRAMES: '5' });
    const measure = ['texture', 'anti_spoof', 'eyes', 'embedding'];
    expect(asked).toEqual([
      { frames: 24, measure },
      { frames: 24, measure },
      { frames: 24, measure },
      { frames: 5, measure },
    ]);
  });
});

describe('who is enrolled', () => {
  it.each([
    ['../../x'],
    ['a/b\\c'],
    ['👩‍🚀'],
    ["x'; drop table templates; --"],
    ['%2e%2e'],
    ['__proto__'],
    [' '],
    ['é'.repeat(128)],
  ])('may be called %j', async (userId) => {
    address = await listen(seeing(face()));
    const query = `?user_id=${encodeURIComponent(userId)}`;
    const registered = await send(`${address}/v1/register`, [
      ['user_id', userId],
      ['image', jpeg],
    ]);
    expect([registered.status, registered.body.user_id]).toEqual([200, userId]);
    const verified = await sendJson(`${address}/v1/verify`, {
      user_id: userId,
      image_base64: jpeg.toString('base64'),
    });
    expect(verified.body).toMatchObject({
      match: true,
      user_id: userId,
      cosine_distance: 0,
      cosine_similarity: 1,
    });
    expect((await send(`${address}/v1/verify${query}`, [['image', jpeg]])).body.match).toBe(true);
    const list = await answer(await fetch(`${address}/v1/users`));
    expect(list.body.users.map(({ user_id }: { user_id: string }) => user_id)).toEqual([userId]);
    const erase = () => fetch(`${address}/v1/users/${encodeURIComponent(userId)}`, { method: 'DELETE' });
    const erased = await answer(await erase());
    expect([erased.status, erased.body.user_id, erased.body.message]).toEqual([
      200,
      userId,
      'Cadastro apagado',
    ]);
    expect((await erase()).status).toBe(404);
  });

  it.each([[''], ['a\0b'], ['a\nb'], ['x'.repeat(257)], ['x'.repeat(10_000)], ['.'], ['..']])(
    'may not be called %j',
    async (userId) => {
      const perception = seeing(face());
      address = await listen(perception);
      for (const route of ['register', 'verify']) {
        for (const { status, body } of [
          await send(`${address}/v1/${route}`, [
            ['user_id', userId],
            ['image', jpeg],
          ]),
          await send(`${address}/v1/${route}?user_id=${encodeURIComponent(userId)}`, [['image', jpeg]]),
          await sendJson(`${address}/v1/${route}`, { user_id: userId, image_base64: '/9j/' }),
        ]) {
          expect([status, body.code]).toEqual([400, 'invalid_request']);
          expect(body.detail).toMatch(/^(O|Falta o) parâmetro user_id/);
        }
      }
      expect(perception.asked).toEqual([]);
    },
  );

  it('is asked for before the picture is looked at', async () => {
    const perception = seeing(face());
    address = await listen(perception);
    const { status, body } = await send(`${address}/v1/verify?user_id=nobody`, [['image', jpeg]]);
    expect([status, body.code, body.detail]).toEqual([
      404,
      'user_not_found',
      'Não há ninguém cadastrado com este id.',
    ]);
    expect(perception.asked).toEqual([]);
  });

  it('is listed page by page', async () => {
    address = await listen(seeing(face()));
    for (const userId of ['a', 'b/c', 'd'])
      await send(`${address}/v1/register?user_id=${userId}`, [['image', jpeg]]);
    const page = async (query: string) => (await answer(await fetch(`${address}/v1/users${query}`))).body;
    const first = await page('?limit=2');
    expect(first.users.map(({ user_id }: { user_id: string }) => user_id)).toEqual(['a', 'b/c']);
    const second = await page(`?limit=2&cursor=${first.next_cursor}`);
    expect(second).toMatchObject({
      users: [{ user_id: 'd', frames: 1, consent: null }],
      total: 3,
      next_cursor: null,
    });
    for (const query of ['?limit=0', '?limit=1001', '?limit=x', '?cursor=%21', '?limit=1&limit=2'])
      expect((await fetch(`${address}/v1/users${query}`)).status, query).toBe(400);
    for (const userId of ['a', 'b%2Fc', 'd'])
      await fetch(`${address}/v1/users/${userId}`, { method: 'DELETE' });
  });

  it('has a consent and an end where they are given', async () => {
    const today = () => new Date('2026-03-01T12:00:00Z');
    address = await listen(seeing(face()), {}, { today });
    const { body } = await send(`${address}/v1/register?user_id=c&expires_in_days=30`, [
      ['consent', 'contract 7'],
      ['image', jpeg],
    ]);
    expect(body.details.expires_at).toBe('2026-03-31T12:00:00.000Z');
    const { body: list } = await answer(await fetch(`${address}/v1/users`));
    expect(list.users).toMatchObject([{ consent: 'contract 7', expires_at: '2026-03-31T12:00:00.000Z' }]);
    for (const query of [
      'expires_in_days=0',
      'expires_in_days=1.5',
      'consent=',
      'consent=a%00',
      `consent=${'x'.repeat(257)}`,
    ])
      expect((await send(`${address}/v1/register?user_id=c&${query}`, [['image', jpeg]])).status, query).toBe(
        400,
      );
    await fetch(`${address}/v1/users/c`, { method: 'DELETE' });
  });

  it('is enrolled once, where that is asked for', async () => {
    address = await listen(seeing(face()), { UNIQUE_FACES: 'true' });
    expect((await send(`${address}/v1/register?user_id=one`, [['image', jpeg]])).body.success).toBe(true);
    expect((await send(`${address}/v1/register?user_id=one`, [['image', jpeg]])).body.replaced).toBe(true);
    const { status, body } = await send(`${address}/v1/register?user_id=two`, [['image', jpeg]]);
    expect([status, body.code, body.detail]).toEqual([
      409,
      'face_already_enrolled',
      'Este rosto já está cadastrado com outro id.',
    ]);
    await fetch(`${address}/v1/users/one`, { method: 'DELETE' });
  });

  it('wore no mask', async () => {
    address = await listen(seeing(face({ mask: measured(1) })));
    const { status, body } = await send(`${address}/v1/register?user_id=m`, [['image', jpeg]]);
    expect([status, body.code, body.detail]).toEqual([422, 'face_masked', 'O rosto está com máscara.']);
  });

  it.each([
    ['no_face', []],
    ['several_faces', [face(), face()]],
    ['face_not_comparable', [face({ embedding: unavailable('not_measurable') })]],
  ] as const)('was seen well: %s', async (code, faces) => {
    address = await listen(seeing(...faces));
    const { status, body } = await send(`${address}/v1/register?user_id=s`, [['image', jpeg]]);
    expect([status, body.code]).toEqual([422, code]);
    expect((await send(`${address}/v1/verify?user_id=s`, [['image', jpeg]])).status).toBe(404);
  });
});

describe('match_threshold and top_k', () => {
  it('say how near is near enough, and how many are named', async () => {
    // A raw distance of 0.05 is dlib's operating point: 0.35 on the common scale.
    const at = (raw: number) => embeddingFacts([1 - raw, Math.sqrt(1 - (1 - raw) ** 2)], 'dlib-resnet');
    address = await listen(seeing(face()));
    for (const userId of ['near', 'nearer'])
      await send(`${address}/v1/register?user_id=${userId}`, [['image', jpeg]]);
    address = await listen(seeing(face({ embedding: measured(at(0.06)) })));
    const verify = async (query: string) =>
      (await send(`${address}/v1/verify?user_id=near${query}`, [['image', jpeg]])).body;
    const usual = await verify('');
    expect(usual).toMatchObject({
      success: true,
      liveness_ok: true,
      match: false,
      match_threshold: 0.35,
      message: 'O rosto não é o da pessoa cadastrada',
      details: { model: 'dlib-resnet', frames: 1, raw_distance: 0.06 },
    });
    expect(usual.cosine_distance).toBeGreaterThan(0.35);
    expect(await verify('&match_threshold=2')).toMatchObject({
      match: true,
      match_threshold: 2,
      message: 'OK',
    });
    const identify = async (query: string) =>
      (await send(`${address}/v1/identify${query}`, [['image', jpeg]])).body;
    expect(await identify('')).toMatchObject({ success: true, match: false, user_id: null, candidates: [] });
    expect((await identify('?match_threshold=2')).candidates).toHaveLength(2);
    expect((await identify('?match_threshold=2&top_k=1')).candidates).toHaveLength(1);
    for (const query of [
      'match_threshold=2.1',
      'match_threshold=-1',
      'match_threshold=NaN',
      'match_threshold=1&match_threshold=1',
    ])
      expect(
        (await send(`${address}/v1/verify?user_id=near&${query}`, [['image', jpeg]])).status,
        query,
      ).toBe(400);
    for (const query of ['top_k=0', 'top_k=101', 'top_k=2.5', 'top_k=all'])
      expect((await send(`${address}/v1/identify?${query}`, [['image', jpeg]])).status, query).toBe(400);
    for (const userId of ['near', 'nearer'])
      await fetch(`${address}/v1/users/${userId}`, { method: 'DELETE' });
  });
});

it('speaks the language that is asked for', async () => {
  address = await listen(seeing(face()));
  const { body, headers } = await send(`${address}/v1/register?user_id=l`, [['image', jpeg]], {
    'accept-language': 'id',
  });
  expect([body.message, headers.get('content-language')]).toEqual(['Berhasil terdaftar', 'id']);
  const refused = await send(`${address}/v1/register`, [['image', jpeg]], { 'accept-language': 'en' });
  expect(refused.body.detail).toBe('The parameter user_id is missing.');
  await fetch(`${address}/v1/users/l`, { method: 'DELETE' });
});

it('is busy before the body is read', async () => {
  address = await listen(scriptedPerception(undefined, { full: true }));
  for (const route of ['liveness', 'register', 'verify', 'identify']) {
    const { status, body } = await sendJson(`${address}/v1/${route}`, { broken: true });
    expect([status, body.code, body.detail]).toEqual([503, 'busy', 'O servidor está ocupado.']);
  }
});

describe('the log', () => {
  it("has the seed's lines, by the logger api, and names nobody", async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line) => void lines.push(line) });
    const seen = face({ antiSpoof: antiSpoof(0.9, 0.514) });
    address = await listen(seeing(seen), {}, { logger });
    await send(
      `${address}/v1/register?user_id=somebody-private&detector_backend=opencv`,
      [
        ['image', jpeg],
        ['consent', 'private-too'],
      ],
      { 'x-request-id': 'abcd1234-5678' },
    );
    const entries = lines.map((line) => JSON.parse(line)).filter(({ name }) => name === 'api');
    expect(entries.map(({ msg }) => msg)).toEqual([
      '[req=abcd1234] [liveness-core] backend=opencv img=640x480 thr=0.5',
      '[req=abcd1234] [liveness-core] face#0 score=0.707 live=True thr_eff=0.50 axis=0.12 glare=0.01 lines=0.02',
    ]);
    expect(entries.map(({ level, request_id }) => [level, request_id])).toEqual([
      [30, 'abcd1234-5678'],
      [30, 'abcd1234-5678'],
    ]);
    expect(lines.join('')).not.toMatch(/private/);
    await fetch(`${address}/v1/users/somebody-private`, { method: 'DELETE' });
    expect(lines.join('')).not.toMatch(/private/);
  });
});

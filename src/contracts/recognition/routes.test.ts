import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { scriptedPerception } from '../../../test/support/app.ts';
import { antiSpoof } from '../../../test/support/facts.ts';
import {
  answer,
  type Fields,
  face,
  jpeg,
  mp4,
  noNet,
  recognitionServers,
  seeing,
  send,
  sendJson,
} from '../../../test/support/recognition-wire.ts';

// The wire of seed 004, over HTTP: what is sent, what is answered, what is refused. Perception says what it is told.

const listen = recognitionServers();
let address: string;

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

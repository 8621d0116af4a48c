import { describe, expect, it } from 'vitest';
import { antiSpoof, embeddingFacts } from '../../../test/support/facts.ts';
import {
  answer,
  face,
  jpeg,
  recognitionServers,
  seeing,
  send,
  sendJson,
} from '../../../test/support/recognition-wire.ts';
import { measured, unavailable } from '../../decisions/facts.ts';

// Enrolment, verification and identification over HTTP: who may be called what. Perception says what it is told.

const listen = recognitionServers();
let address: string;

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

  // JSON.parse makes two ids one, or other ones, of these.
  it.each(['9007199254740993', '1e400', '1.10'])('may not be called by the number %s in JSON', async (id) => {
    address = await listen(seeing(face()));
    const response = await fetch(`${address}/v1/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"user_id": ${id}, "image_base64": "${jpeg.toString('base64')}"}`,
    });
    expect(await answer(response)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  it.each(['%ff', '%', 'a%2', '%c3%28'])(
    'is nobody’s where the escapes make no sense: %s',
    async (escaped) => {
      address = await listen(seeing(face()));
      const response = await fetch(`${address}/v1/users/${escaped}`, { method: 'DELETE' });
      expect(await answer(response)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
      const literal = await fetch(`${address}/v1/users/${encodeURIComponent(escaped)}`, { method: 'DELETE' });
      expect(literal.status).toBe(404);
    },
  );

  it('may be called by a number that stays what it is', async () => {
    address = await listen(seeing(face()));
    const body = { user_id: 15, image_base64: jpeg.toString('base64') };
    expect((await sendJson(`${address}/v1/register`, body)).body.user_id).toBe('15');
    expect((await fetch(`${address}/v1/users/15`, { method: 'DELETE' })).status).toBe(200);
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

  it('is enrolled at no less than the usual threshold, however little a request asks for', async () => {
    const threshold = async (route: string, settings: Readonly<Record<string, string>> = {}) => {
      address = await listen(seeing(face({ antiSpoof: antiSpoof(0.45, 0.45) })), settings);
      const { body } = await send(`${address}/v1/${route}`, [['image', jpeg]]);
      return [body.success, body.details.liveness.threshold];
    };
    expect(await threshold('register?user_id=lenient&threshold=0.3')).toEqual([false, 0.5]);
    expect(await threshold('register?user_id=lenient&threshold=0.9')).toEqual([false, 0.9]);
    // Who is compared only is held to what was asked for, and so is the demonstration that trusts any score.
    const demonstration = { ALLOW_HEURISTIC_ENROL: 'true' };
    expect(await threshold('register?user_id=lenient&threshold=0.4', demonstration)).toEqual([true, 0.4]);
    expect(await threshold('verify?user_id=lenient&threshold=0.4')).toEqual([true, 0.4]);
    await fetch(`${address}/v1/users/lenient`, { method: 'DELETE' });
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
  it('are decided on by the distance that is shown, to its last decimal', async () => {
    address = await listen(seeing(face()));
    await send(`${address}/v1/register?user_id=edge`, [['image', jpeg]]);
    for (const raw of [0.031, 0.0533, 0.0617, 0.0771, 0.1003, 0.2009]) {
      const probe = embeddingFacts([1 - raw, Math.sqrt(1 - (1 - raw) ** 2)], 'dlib-resnet');
      address = await listen(seeing(face({ embedding: measured(probe) })));
      const ask = async (route: string, threshold: number) =>
        (await send(`${address}/v1/${route}match_threshold=${threshold}`, [['image', jpeg]])).body;
      const { cosine_distance: shown } = await ask('verify?user_id=edge&', 2);
      for (const [threshold, match] of [
        [shown, true],
        [shown - 1e-7, false],
      ] as const) {
        const verified = await ask('verify?user_id=edge&', threshold);
        expect([verified.match, verified.cosine_distance]).toEqual([match, shown]);
        const { candidates } = await ask('identify?', threshold);
        const distances = candidates.map((one: { cosine_distance: number }) => one.cosine_distance);
        expect(distances).toEqual(match ? [shown] : []);
      }
    }
    await fetch(`${address}/v1/users/edge`, { method: 'DELETE' });
  });

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

import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { scriptedPerception } from '../../../test/support/app.ts';
import { faceFacts, frameFacts } from '../../../test/support/facts.ts';
import { base64, failure, form, json, key, kycServer, post, urlEncoded } from '../../../test/support/kyc.ts';
import type { Perception } from '../../perception/engine.ts';
import { readUrlEncoded } from './read-selfie.ts';
import { kycError, selfieResponse } from './schemas.ts';

const { serve } = kycServer();

describe('bodies', () => {
  let url: string;
  /** What perception was shown last. */
  let shown = '';
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
    ['multipart, base64 in a file image_bytes', () => form(['image_bytes', new Blob([digits])]), {}],
    ['multipart, lines of base64 in a file', () => form(['image', new Blob([`${digits}\r\n`])]), {}],
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
    ['millions of lists', `{"image_bytes": ${'['.repeat(1_000_000)}`, json],
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

  it.each<[string, string, number, RegExp]>([
    ['without a key', '', 99, /^HTTP\/1\.1 401 (.|\r|\n)*"error_code":"001"/],
    [
      'without a session',
      `X-API-KEY: ${key}\r\nX-Session-Token: none\r\n`,
      99,
      /^HTTP\/1\.1 401 (.|\r|\n)*"061"/,
    ],
    [
      'where they say that they are too long',
      `X-API-KEY: ${key}\r\n`,
      99_999_999,
      /^HTTP\/1\.1 413 (.|\r|\n)*"003"/,
    ],
  ])('are not read %s: the answer comes before the client sends any', async (_, header, length, expected) => {
    const { port } = new URL(await serve());
    const socket = connect(Number(port), '127.0.0.1');
    const head = `POST /liveness/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n`;
    socket.write(`${head}${header}Connection: close\r\n\r\n`);
    expect(await text(socket)).toMatch(expected);
  });
});

it.each(['&', '&image', '&image_bytes', 'image=', '&i=', '%41'])(
  'a body of millions of %j is read, which took 1.5 s when each field was looked at',
  (unit) => {
    const body = unit.repeat(15_000_000 / unit.length);
    expect(() => readUrlEncoded(body)).not.toThrow();
  },
);

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

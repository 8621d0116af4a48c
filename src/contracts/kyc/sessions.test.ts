import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { scriptedPerception } from '../../../test/support/app.ts';
import { faceFacts, frameFacts } from '../../../test/support/facts.ts';
import {
  base64,
  failing,
  failure,
  json,
  key,
  kycServer,
  openSession,
  post,
  seeing,
} from '../../../test/support/kyc.ts';
import { measured } from '../../decisions/facts.ts';
import { BonafideError } from '../../errors.ts';
import { deferred } from '../../perception/deferred.ts';
import type { Perception } from '../../perception/engine.ts';

const { serve, makeKey } = kycServer();

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
      'x-api-key': await makeKey({ requiresSession: true, sessionUses: 1, sessionSeconds: 50 }),
    };
    const url = await serve();
    expect(await ask(url, undefined, headers)).toMatchObject(failure('061'));
    const { result } = (await post(`${url}/session/`, '', headers)).body;
    expect(result.uses).toBe(1);
    expect(Date.parse(result.expires_at) - Date.now()).toBeLessThanOrEqual(50_000);
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

import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { makeApiKey } from '../../../test/support/api-keys.ts';
import { picture, testApp } from '../../../test/support/app.ts';
import { sample } from '../../../test/support/samples.ts';
import { makeSession, openStream } from '../../../test/support/session-client.ts';
import { memoryStores } from '../../../test/support/stores.ts';
import type { Stores } from '../../stores/ports.ts';

const api = '/console/api';
const routes = [
  ['GET', `${api}/status`],
  ['GET', `${api}/decisions`],
  ['GET', `${api}/rates`],
  ['GET', `${api}/latencies`],
  ['GET', `${api}/events`],
  ['GET', `${api}/samples?label=live`],
  ['GET', `${api}/samples/${'1'.padStart(32, '0')}/raw`],
  ['PATCH', `${api}/samples/${'1'.padStart(32, '0')}`],
] as const;

let stores: Stores;
beforeAll(async () => {
  stores = await memoryStores();
});
afterAll(() => stores.close());

/** Stores of one test, which are closed after its app. */
async function ownStores(): Promise<Stores> {
  const own = await memoryStores();
  onTestFinished(() => own.close());
  return own;
}

describe.each(routes)('%s %s', (method, url) => {
  const payload = method === 'PATCH' ? { label: 'spoof' } : undefined;
  const ask = async (settings: Record<string, string>, key?: string) => {
    const app = await testApp(settings, { stores });
    const headers = key === undefined ? {} : { 'x-api-key': key };
    return app.inject({ method, url, headers, ...(payload && { payload }) });
  };

  it('shows nothing without a key for the console', async () => {
    const settings = { API_KEY: 'secret' };
    expect((await ask(settings)).json().code).toBe('unauthorised');
    expect((await ask(settings, 'guess')).json().code).toBe('unauthorised');
  });

  it('refuses a key for anything else', async () => {
    const { key } = await makeApiKey(stores, { contracts: ['passive', 'sessions', 'recognition'] });
    const answer = await ask({}, key);
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'forbidden_contract']);
  });

  it('is not there while there are no keys at all', async () => {
    const app = await testApp({}, { stores: await ownStores() });
    const answer = await app.inject({ method, url, ...(payload && { payload }) });
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'console_closed']);
  });
});

it('opens to keys for it alone, and tells whose they are', async () => {
  const shop = await makeApiKey(stores, { contracts: ['passive', 'recognition'] });
  const office = await makeApiKey(stores, { contracts: ['console'], label: 'the office' });
  const app = await testApp({}, { stores });
  const ask = (key: string, url: string) => app.inject({ url, headers: { 'x-api-key': key } });
  expect((await ask(shop.key, `${api}/status`)).json().code).toBe('forbidden_contract');
  const { headers, ...answer } = await ask(office.key, `${api}/status`);
  expect(headers['cache-control']).toBe('no-store');
  expect(answer.json()).toEqual({
    decisions_days: 7,
    may_relabel: false,
    samples: { live: 0, spoof: 0 },
    key: 'the office',
  });
});

it.each([
  ['decisions?contract=nothing', 400],
  ['decisions?outcome=maybe', 400],
  ['decisions?limit=0', 400],
  ['decisions?limit=201', 400],
  ['decisions?after=x', 400],
  ['decisions?from=yesterday', 400],
  ['decisions?from=0000-01-01', 400],
  ['decisions?from=1969-12-31', 400],
  ['decisions?from=2026-02-31', 400],
  ['decisions?to=9999-12-31', 400],
  ['rates?to=2026-13-01', 400],
  ['rates?from=0000-01-01', 400],
  ['rates?to=2026-02-31', 400],
  ['rates?to=9999-12-31', 400],
  ['samples', 400],
  ['samples?label=both', 400],
  ['samples/../raw', 404],
  ['samples/not-an-id/raw', 400],
  [`samples/${'1'.padStart(32, '0')}/all`, 400],
])('refuses %s', async (path, status) => {
  const app = await testApp({ API_KEY: 'secret' }, { stores });
  const answer = await app.inject({ url: `${api}/${path}`, headers: { 'x-api-key': 'secret' } });
  expect(answer.statusCode).toBe(status);
});

it.each(['from=1970-01-01&to=9998-12-31', 'from=2028-02-29&to=2028-02-29'])(
  'knows the days of %s',
  async (days) => {
    const app = await testApp({ API_KEY: 'secret' }, { stores });
    for (const what of ['decisions', 'rates']) {
      const answer = await app.inject({ url: `${api}/${what}?${days}`, headers: { 'x-api-key': 'secret' } });
      expect(answer.statusCode).toBe(200);
    }
  },
);

describe('with a key', () => {
  /** The app of a server with one key, and a way to ask it. */
  async function open(settings: Record<string, string> = {}) {
    const own = await ownStores();
    const app = await testApp({ API_KEY: 'secret', ...settings }, { stores: own });
    const headers = { 'x-api-key': 'secret' };
    return {
      own,
      app,
      ask: async (path: string) => (await app.inject({ url: `${api}/${path}`, headers })).json(),
      patch: (path: string, label: string) =>
        app.inject({ method: 'PATCH', url: `${api}/${path}`, headers, payload: { label } }),
      headers,
    };
  }

  it('tells what was decided, and of what nobody was looked at nothing', async () => {
    const { app, ask, headers } = await open();
    await app.inject({ method: 'POST', url: '/liveness', headers, payload: picture });
    await app.inject({ method: 'POST', url: '/liveness', headers, payload: { image: '!' } });
    await app.inject({ method: 'GET', url: '/health' });
    // It is written aside, within a second or so.
    await expect.poll(async () => (await ask('decisions')).decisions, { timeout: 10_000 }).toHaveLength(1);
    const { decisions, next } = await ask('decisions');
    expect(next).toBe(null);
    expect(decisions[0]).toEqual({
      id: expect.any(String),
      at: expect.stringMatching(/Z$/),
      contract: 'passive',
      route: 'POST /liveness',
      outcome: expect.stringMatching(/^(live|attack|inconclusive)$/),
      verdict: expect.any(String),
      reasons: expect.arrayContaining([expect.any(String)]),
      key: { id: 'API_KEY', label: null },
      milliseconds: expect.any(Number),
      models: ['blazeface@cdcdcdcd', 'minifasnet-v2@abababab'],
      sample: null,
      session_id: null,
    });
    const { days } = await ask('rates?contract=passive');
    expect(days).toMatchObject([{ contract: 'passive', outcomes: { unanswered: 0 } }]);
    expect((await ask('decisions?contract=kyc')).decisions).toEqual([]);
  });

  it('of a server that has done nothing yet tells so', async () => {
    const { ask } = await open({ ENABLE_METRICS: 'false' });
    expect(await ask('status')).toMatchObject({ samples: { live: 0, spoof: 0 }, may_relabel: false });
    expect(await ask('decisions')).toEqual({ decisions: [], next: null });
    expect(await ask('samples?label=live')).toEqual({ samples: [], next: null });
    expect(await ask('samples?label=spoof')).toEqual({ samples: [], next: null });
    expect(await ask('events')).toEqual({ events: [], next: null });
    // No labels, no rates: a zero would be a claim.
    const none = { errors: 0, of: 0, rate: null, low: null, high: null };
    expect(await ask('rates')).toEqual({
      days: [],
      labelled: [{ day: null, attacks_called_live: none, live_not_called_live: none, unanswered: none }],
    });
    expect(await ask('latencies')).toMatchObject({ queue: { waiting: 0 }, sessions_open: 0, metrics: null });
    expect(await ask(`samples/${'f'.repeat(32)}/raw`)).toMatchObject({ code: 'sample_not_found' });
    expect((await ask('events')).events).toEqual([]);
  });

  it('notes each look at a picture, whoever it is and however often', async () => {
    const { own, app, ask } = await open();
    const { id } = await own.samples.add(sample(1));
    const office = await makeApiKey(own, { contracts: ['console'], label: 'the office' });
    for (const [key, which] of [
      ['secret', 'raw'],
      ['secret', 'raw'],
      [office.key, 'face'],
    ] as const)
      expect(
        (await app.inject({ url: `${api}/samples/${id}/${which}`, headers: { 'x-api-key': key } })).body,
      ).toBe(`${which} 1`);
    // Whoever is refused has seen nothing.
    await app.inject({ url: `${api}/samples/${id}/raw`, headers: { 'x-api-key': 'guess' } });
    const { events } = await ask('events');
    expect(events.map(({ by, what }: Record<string, string>) => `${by}: ${what}`)).toEqual([
      'the office: face',
      'API_KEY: raw',
      'API_KEY: raw',
    ]);
  });

  it('tells of sessions, also of one that was left', async () => {
    const { app, ask, headers } = await open();
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const socket = new WebSocket(`${address.replace('http', 'ws')}/ws`, { headers });
    await once(socket, 'message');
    socket.close();
    await expect
      .poll(async () => (await ask('decisions')).decisions, { timeout: 10_000 })
      .toMatchObject([
        { contract: 'challenge', route: 'WS /ws', outcome: 'unanswered', verdict: 'left', reasons: ['left'] },
      ]);
  });

  it('tells of native sessions by their key, also of one whose client never came back', async () => {
    const { own, app, ask } = await open({ RECONNECT_SECONDS: '1' });
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const shop = await makeApiKey(own, { contracts: ['sessions'], label: 'the shop' });
    const session = await makeSession(address, {}, { 'x-api-key': shop.key });
    for (let connection = 0; connection < 2; connection++) {
      const stream = openStream(address, session);
      await expect.poll(() => stream.messages.length).toBe(1);
      await stream.show(Buffer.from('a picture'));
      stream.socket.terminate();
    }
    await expect
      .poll(async () => (await ask('decisions')).decisions, { timeout: 10_000 })
      .toMatchObject([
        {
          contract: 'sessions',
          route: 'WS /v2/sessions/:id/stream',
          outcome: 'unanswered',
          verdict: 'failed',
          reasons: ['connection_lost'],
          key: { label: 'the shop' },
          session_id: session.id,
        },
      ]);
  });

  it('keeps nothing where nothing is to be kept', async () => {
    const { own, app, headers } = await open({ DECISIONS_DAYS: '0' });
    await app.inject({ method: 'POST', url: '/liveness', headers, payload: picture });
    await app.close();
    expect((await own.decisions.list({}, { limit: 5 })).items).toEqual([]);
  });

  it('is answered also where decisions cannot be written', async () => {
    const own = await ownStores();
    const add = vi.fn<Stores['decisions']['add']>(() => Promise.reject(new Error('away')));
    const app = await testApp(
      { API_KEY: 'secret' },
      { stores: { ...own, decisions: { ...own.decisions, add } } },
    );
    const headers = { 'x-api-key': 'secret' };
    const answer = await app.inject({ method: 'POST', url: '/liveness', headers, payload: picture });
    expect(answer.statusCode).toBe(200);
    // It is tried aside, a second later or so.
    const tried = () => add.mock.calls[0];
    await expect.poll(tried, { timeout: 10_000 }).toMatchObject([[{ route: 'POST /liveness' }]]);
  });

  it('reads labels, and changes them only where that is allowed', async () => {
    const { own, patch } = await open();
    await own.samples.add(sample(1));
    const refused = await patch(`samples/${sample(1).id}`, 'spoof');
    expect([refused.statusCode, refused.json().code]).toEqual([403, 'console_read_only']);
    expect((await own.samples.stats(1)).counts).toEqual({ live: 1, spoof: 0 });
  });

  it('shows a picture once the audit trail says who sees it', async () => {
    const { own, app, ask, headers } = await open({ CONSOLE_RELABEL: 'true' });
    const { id } = await own.samples.add(sample(1, { userId: 'ana' }));
    const url = `${api}/samples/${id}/face`;
    const answer = await app.inject({ url, headers });
    expect(answer.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(answer.body).toBe('face 1');
    expect((await ask('events')).events).toEqual([
      {
        at: expect.any(String),
        event: 'sample_viewed',
        by: 'API_KEY',
        key: 'API_KEY',
        sample_id: id,
        what: 'face',
      },
    ]);
    expect(await own.auditTrail.ofUser('ana')).toHaveLength(1);
    // Asking for its headers alone is no way around it.
    expect((await app.inject({ method: 'HEAD', url, headers })).statusCode).toBe(405);
  });

  it('shows no picture where the audit trail cannot be written', async () => {
    const own = await ownStores();
    await own.samples.add(sample(1));
    const recordView = () => Promise.reject(new Error('away'));
    const app = await testApp(
      { API_KEY: 'secret' },
      { stores: { ...own, auditTrail: { ...own.auditTrail, recordView } } },
    );
    const url = `${api}/samples/${sample(1).id}/raw`;
    const { statusCode, body } = await app.inject({ url, headers: { 'x-api-key': 'secret' } });
    expect(statusCode).toBe(500);
    expect(body).not.toContain('raw 1');
  });

  it('puts a picture under the other label', async () => {
    const { own, ask, patch } = await open({ CONSOLE_RELABEL: 'true' });
    const { id } = await own.samples.add(sample(1));
    expect((await patch(`samples/${id}`, 'spoof')).json()).toMatchObject({ id, label: 'spoof' });
    expect((await ask('samples?label=spoof')).samples).toMatchObject([{ id, has_face: true, format: 'png' }]);
    expect((await ask('events')).events).toMatchObject([{ event: 'sample_relabelled', what: 'spoof' }]);
    expect((await patch(`samples/${'f'.repeat(32)}`, 'spoof')).json().code).toBe('sample_not_found');
  });

  it('tells how long it took, or that nothing is measured', async () => {
    const { app, ask, headers } = await open();
    await app.inject({ method: 'POST', url: '/liveness', headers, payload: picture });
    const { queue, metrics } = await ask('latencies');
    expect(queue).toEqual({ waiting: 0, running: 0, processes: 2, full: false });
    expect(metrics.requests).toMatchObject([{ labels: { method: 'POST', endpoint: '/liveness' }, count: 1 }]);
    expect((await (await open({ ENABLE_METRICS: 'false' })).ask('latencies')).metrics).toBe(null);
  });
});

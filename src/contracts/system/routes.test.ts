import { readFileSync } from 'node:fs';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { scriptedPerception, testApp } from '../../../test/support/app.ts';
import { envExample } from '../../config.ts';
import { uncalibrated } from '../../decisions/live-calibration.ts';
import { health } from './schemas.ts';

const read = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');

describe('GET /health', () => {
  it('has the fields of seeds 002 and 004, and the models', async () => {
    const response = await (await testApp()).inject('/health');
    expect(response.statusCode).toBe(200);
    expect(Value.Errors(health, response.json())).toEqual([]);
    expect(response.json()).toMatchObject({
      status: 'ok',
      model_loaded: true,
      anti_spoof: 'installed',
      service: 'liveness-detection',
      version: JSON.parse(read('package.json')).version,
      runtime: { node: process.versions.node, python: null, cuda: { available: false } },
      pack: 'strong',
      calibration: { name: 'uncalibrated', source: 'none', experimental: false },
      detector: 'blazeface',
      notices: ['YuNet is missing; blazeface serves.'],
      database: { kind: 'pglite', status: 'ok' },
      queue: { waiting: 0, running: 0, processes: 2, full: false },
    });
  });

  it('says so when no anti-spoof model is loaded', async () => {
    const perception = scriptedPerception();
    const describe = () => ({ models: [], executionProviders: ['cuda', 'cpu'], notices: [] });
    const app = await testApp({}, { perception: { ...perception, describe } });
    expect((await app.inject('/health')).json()).toMatchObject({
      model_loaded: false,
      anti_spoof: 'none',
      notices: [expect.stringMatching(/posed frames and blinks rest on movements .* a replay .* passes/)],
      detector: null,
      pack: 'embedded',
      runtime: { cuda: { available: true } },
    });
  });

  it('says so when REQUIRE_ANTI_SPOOF keeps such a server from calling anything live', async () => {
    const describe = () => ({ models: [], executionProviders: ['cpu'], notices: ['YuNet is missing.'] });
    const perception = { ...scriptedPerception(), describe };
    const app = await testApp({ REQUIRE_ANTI_SPOOF: 'true' }, { perception });
    expect((await app.inject('/health')).json().notices).toEqual([
      'YuNet is missing.',
      expect.stringMatching(/nothing is called live/),
    ]);
  });

  it('calls the net experimental where our own serves alone, and says what that means', async () => {
    const models = [
      { role: 'anti-spoof', pack: 'embedded', name: 'bonafide-antispoof', sha256: 'ab'.repeat(32) },
    ] as const;
    const describe = () => ({ models, executionProviders: ['cpu'], notices: [] });
    const perception = { ...scriptedPerception(), describe };
    const healthWith = async (settings: Readonly<Record<string, string>>) =>
      (await (await testApp(settings, { perception })).inject('/health')).json();
    const plain = await healthWith({});
    expect(plain).toMatchObject({ model_loaded: true, anti_spoof: 'experimental', pack: 'embedded' });
    expect(plain.notices).toEqual([
      expect.stringMatching(/experimental.* enrol nobody and satisfy no KYC check .*bonafide models pull/),
    ]);
    const { notices } = await healthWith({ ALLOW_EXPERIMENTAL: 'true' });
    expect(notices).toEqual([expect.stringMatching(/ALLOW_EXPERIMENTAL lets its word enrol/)]);
    const refusing = await healthWith({ REQUIRE_ANTI_SPOOF: 'true' });
    expect(refusing.notices).toEqual([expect.stringMatching(/experimental.* nothing is called live/)]);
  });

  it('names the calibration that was given, whose file is not read again', async () => {
    const calibration = { ...uncalibrated, name: 'given' };
    const app = await testApp({ CALIBRATION_PATH: '/nowhere/mine.json' }, { calibration });
    const answer = (await app.inject('/health')).json();
    expect(answer.calibration.name).toBe('given');
    expect(JSON.stringify(answer)).not.toContain('/nowhere');
  });

  it('is 503 while no perception process is alive', async () => {
    const app = await testApp({}, { perception: scriptedPerception(undefined, { processes: 0 }) });
    const response = await app.inject('/health');
    expect([response.statusCode, response.json().status]).toEqual([503, 'unavailable']);
  });
});

it('GET / says what there is, and whether a key is needed', async () => {
  const open = (await (await testApp()).inject('/')).json();
  expect(open).toMatchObject({ name: 'bonafide', authentication: 'open' });
  expect((await (await testApp({ API_KEY: 'key' })).inject('/')).json().authentication).toBe('required');
  const app = await testApp();
  for (const link of Object.values<string>(open.links))
    expect([link, (await app.inject(link)).statusCode]).toEqual([link, 200]);
});

it.each(['/', '/health', '/openapi.json', '/docs'])('HEAD %s works', async (url) => {
  const response = await (await testApp()).inject({ method: 'HEAD', url });
  expect([response.statusCode, response.body]).toEqual([200, '']);
});

describe('the API document', () => {
  it('is the committed one (npm run openapi)', async () => {
    const app = await testApp({ ENABLE_METRICS: 'false' });
    expect(JSON.parse(read('openapi.json'))).toEqual((await app.inject('/openapi.json')).json());
  });

  it('describes every open and guarded route once', async () => {
    const { paths, components } = (await (await testApp()).inject('/openapi.json')).json();
    expect(Object.keys(paths)).toEqual([
      '/',
      '/health',
      '/test',
      '/liveness',
      '/active/blink',
      '/api/liveness/validate',
      '/liveness/',
      '/session/',
      '/v1/liveness',
      '/v1/register',
      '/v1/verify',
      '/v1/identify',
      '/v1/users',
      '/v1/users/{user_id}',
      '/v1/dataset/upload',
      '/v1/dataset/stats',
      '/console',
      '/console/api/status',
      '/console/api/decisions',
      '/console/api/rates',
      '/console/api/latencies',
      '/console/api/events',
      '/console/api/samples',
      '/console/api/samples/{id}/{picture}',
      '/console/api/samples/{id}',
      '/ws',
      '/v2/sessions',
      '/v2/sessions/{id}',
      '/v2/sessions/{id}/stream',
    ]);
    expect(paths['/liveness'].post.security).toEqual([{ apiKey: [] }, { bearer: [] }]);
    expect(Object.keys(components.securitySchemes)).toEqual(['apiKey', 'bearer']);
    const statuses = ['200', '400', '401', '403', '413', '415', '422', '429', '500', '503'];
    expect(Object.keys(paths['/liveness'].post.responses)).toEqual(statuses);
  });

  it('says of every guarded route how a key can fail', async () => {
    const { paths } = (await (await testApp()).inject('/openapi.json')).json();
    // The errors of the KYC contract have no other names than the codes of seed 003.
    const guarded = Object.entries<Record<string, { security?: unknown; responses: object }>>(paths).flatMap(
      ([path, methods]) =>
        Object.values(methods).flatMap((method) => (method.security ? [[path, method] as const] : [])),
    );
    const named = guarded.filter(([path]) => !['/liveness/', '/session/'].includes(path));
    expect(named.length).toBe(23);
    for (const [path, { responses }] of named)
      for (const code of ['unauthorised', 'forbidden_contract', 'rate_limited', 'store_unavailable'])
        expect(JSON.stringify(responses), path).toContain(`\`${code}\`: `);
  });

  it('.env.example is the committed one (npm run env-example)', () => {
    expect(read('.env.example')).toBe(envExample());
  });
});

it('/docs loads nothing that its own security policy forbids', async () => {
  const app = await testApp();
  const page = await app.inject('/docs/');
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toContain('upgrade-insecure-requests');
  const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
  expect(assets.length).toBeGreaterThan(4);
  for (const asset of assets) {
    expect(asset).toMatch(/^\.?\/?(docs\/)?static\//);
    expect((await app.inject(new URL(asset, 'http://x/docs/').pathname)).statusCode).toBe(200);
  }
  expect(page.body).not.toMatch(/<script(?![^>]* src=)[^>]*>/);
});

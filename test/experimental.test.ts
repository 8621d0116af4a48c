import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { experimentalNet } from '../src/decisions/experimental-net.ts';
import { type ModelIdentity, measured } from '../src/decisions/facts.ts';
import { say } from '../src/messages.ts';
import type { Perception } from '../src/perception/engine.ts';
import { scriptedPerception } from './support/app.ts';
import { blinkCurve, clipFacts } from './support/clip-facts.ts';
import { experimentalCalibration, ownScore } from './support/experimental.ts';
import { embeddingFacts, frameFacts } from './support/facts.ts';
import { answer, face, jpeg, mp4, recognitionServers, send } from './support/recognition-wire.ts';

// A face that the experimental net alone is sure of, at each contract over HTTP: what it may be called, and what it must
// never bring about. Perception says what it is told; the calibration is one of an operator's own, for no other net.

const models: readonly ModelIdentity[] = [
  { role: 'detector', pack: 'embedded', name: 'blazeface', sha256: 'cd'.repeat(32) },
  { role: 'anti-spoof', pack: 'embedded', name: experimentalNet, sha256: 'ab'.repeat(32) },
];
const person = embeddingFacts([1, 0, 0, 0]);
const seen = face({
  antiSpoof: ownScore(0.999),
  embedding: measured(person),
  pose: measured({ yaw: 0, pitch: 0, roll: 0 }),
});
const blink = blinkCurve(1500);
const perception: Perception = {
  ...scriptedPerception(async () => ({ ...frameFacts(seen), models })),
  // Of a clip that is to show movements the person blinks; frames of any other show what a still does.
  analyseClip: async (_bytes, request) => {
    const clip = clipFacts((at) => ({ left: blink(at), right: blink(at), embedding: person }));
    if (!('frames' in request)) return { ...clip, models };
    const frames = Array.from({ length: 12 }, (_, at) => ({ ...frameFacts(seen), capturedAt: at * 200 }));
    return { ...clip, frames, models };
  },
  describe: () => ({ models, executionProviders: ['cpu'], notices: [] }),
};

const folder = mkdtempSync(join(tmpdir(), 'bonafide-experimental-'));
const calibration = join(folder, 'calibration.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(
  calibration,
  JSON.stringify({
    format: 'bonafide-live-calibration',
    formatVersion: 1,
    ...experimentalCalibration,
    // What the file says of itself counts for nothing: the models in use do.
    isExperimental: false,
    models: models.map(({ role, name, sha256 }) => ({ role, name, sha256 })),
  }),
);

const listen = recognitionServers();
const key = { 'x-api-key': 'key' };
const serve = (settings: Readonly<Record<string, string>> = {}) =>
  listen(perception, { API_KEY: 'key', CALIBRATION_PATH: calibration, ...settings });

const codes = (reasons: readonly { readonly code: string }[]) => reasons.map(({ code }) => code);
const json = async (url: string, body?: object) =>
  answer(
    await fetch(url, {
      headers: { ...key, 'content-type': 'application/json' },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    }),
  );
const picture = [['image', jpeg]] as const;
const base64 = jpeg.toString('base64');

describe('the word of the experimental net alone', () => {
  let address: string;
  const listens = () => serve().then((url) => (address = url));

  it('is called experimental by /health, which says what it does not do', async () => {
    await listens();
    const { body } = await json(`${address}/health`);
    expect(body).toMatchObject({
      model_loaded: true,
      anti_spoof: 'experimental',
      // By its name alone: where it lies is nobody else's business.
      calibration: { name: experimentalCalibration.name, source: 'CALIBRATION_PATH', experimental: true },
    });
    expect(JSON.stringify(body)).not.toContain(folder);
    expect(body.notices).toEqual([
      expect.stringMatching(/experimental\. Its passive verdicts enrol nobody and satisfy no KYC check/),
    ]);
  });

  it('makes a picture real at POST /liveness, and is named in the reasons', async () => {
    await listens();
    const { body } = await json(`${address}/liveness`, { image: base64 });
    expect(body.liveness_label).toBe('real');
    expect(codes(body.details.reasons)).toContain('experimental_net');
  });

  it('makes a face live at /v1/liveness, marked experimental', async () => {
    await listens();
    const { body } = await send(`${address}/v1/liveness`, picture, key);
    expect(body.faces).toHaveLength(1);
    expect(body.faces[0]).toMatchObject({
      is_live: true,
      extra: { score_source: 'experimental', experimental: true },
    });
    expect(body.faces[0].extra).not.toHaveProperty('heuristic');
  });

  it('is stored with a sample of the data set as what it is', async () => {
    await listens();
    const { status, body } = await send(`${address}/v1/dataset/upload?label=live`, picture, key);
    expect([status, body.face?.score_source]).toEqual([200, 'experimental']);
  });

  it.each(['en', 'id', 'pt', 'uz'] as const)(
    'enrols and finds nobody, and says why (%s)',
    async (language) => {
      await listens();
      const headers = { ...key, 'accept-language': language };
      for (const path of ['register?user_id=ana', 'identify']) {
        const { status, body } = await send(`${address}/v1/${path}`, picture, headers);
        expect(status).toBe(200);
        expect(body).toMatchObject({
          success: false,
          liveness_ok: false,
          message: say('recognition.experimental', language),
          details: { model: null, frames: 0, liveness: { is_live: true, experimental: true } },
        });
      }
      expect((await json(`${address}/v1/users`)).body.users).toEqual([]);
    },
  );

  it('enrols nobody by a clip either', async () => {
    await listens();
    const { body } = await send(`${address}/v1/register?user_id=ana`, [['video', mp4]], key);
    expect(body).toMatchObject({
      success: false,
      message: say('recognition.experimental', 'pt'),
      details: { frames: 0, liveness: { is_live: true, experimental: true, pass_ratio: 1 } },
    });
    expect((await json(`${address}/v1/users`)).body.users).toEqual([]);
  });

  it('satisfies no KYC check, whatever its threshold', async () => {
    const strict = await serve({ KYC_LIVENESS_THRESHOLD: '0.01' });
    const { status, body } = await send(`${strict}/liveness/`, picture, key);
    expect(status).toBe(200);
    expect(body.result).toMatchObject({ liveness: false, score: 0 });
    expect(codes(body.result.details.reasons)).toContain('experimental_net');
  });

  it('vouches for no posed frames and for no blink', async () => {
    await listens();
    const frames = { left: base64, right: base64, center: base64, blink: [base64, base64, base64] };
    const posed = await json(`${address}/api/liveness/validate`, { frames });
    expect(posed.status).toBe(200);
    expect(codes(posed.body.details.evidence.reasons)).toContain('experimental_net');
    const clip = await send(`${address}/active/blink`, [['video', jpeg]], key);
    expect(clip.status).toBe(200);
    expect(codes(clip.body.details.reasons)).toContain('experimental_net');
  });

  it.each([
    ['REQUIRE_ANTI_SPOOF', { REQUIRE_ANTI_SPOOF: 'true' }],
    ['a lenient threshold', { LIVE_THRESHOLD: '0.01', ATTACK_THRESHOLD: '0' }],
  ])('is worth no more with %s', async (_, settings) => {
    address = await serve(settings);
    const registered = await send(`${address}/v1/register?user_id=ana&threshold=0`, picture, key);
    expect(registered.body).toMatchObject({ success: false, details: { frames: 0 } });
    const { body } = await send(`${address}/liveness/`, picture, key);
    expect(body.result.liveness).toBe(false);
    expect((await json(`${address}/v1/users`)).body.users).toEqual([]);
  });
});

describe('where ALLOW_EXPERIMENTAL says so', () => {
  let trusting: string;
  const listens = () => serve({ ALLOW_EXPERIMENTAL: 'true' }).then((url) => (trusting = url));

  it('it enrols, is still called experimental, and a server that does not trust it compares nobody', async () => {
    await listens();
    const registered = await send(`${trusting}/v1/register?user_id=bea`, picture, key);
    expect(registered.body).toMatchObject({
      success: true,
      details: { frames: 1, liveness: { experimental: true } },
    });
    const verify = async (address: string) =>
      (await send(`${address}/v1/verify?user_id=bea`, picture, key)).body;
    const filmed = await send(`${trusting}/v1/register?user_id=cai`, [['video', mp4]], key);
    expect(filmed.body).toMatchObject({ success: true, details: { liveness: { experimental: true } } });
    expect(await verify(trusting)).toMatchObject({ success: true, match: true });
    expect(await verify(await serve())).toMatchObject({
      success: false,
      liveness_ok: false,
      match: false,
      cosine_distance: null,
      message: say('recognition.experimental', 'pt'),
      details: { liveness: { is_live: true, experimental: true } },
    });
  });

  it('it confirms a selfie for onboarding', async () => {
    await listens();
    const { body } = await send(`${trusting}/liveness/`, picture, key);
    expect(body.result.liveness).toBe(true);
    expect(codes(body.result.details.reasons)).toContain('experimental_net');
  });
});

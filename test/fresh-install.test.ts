import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findModel } from '../src/perception/models/registry.ts';
import { strongNets } from './support/engine.ts';
import { photographPath } from './support/faces.ts';
import { send, sendJson } from './support/recognition-wire.ts';
import { postPicture, type Server, startServer } from './support/server.ts';

// A fresh machine without a network: no file of the strong pack is there, so our own net stands in.

let picture: Buffer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-fresh-'));
  // Where one of the three faces of sample1.jpg stands alone.
  picture = await sharp(readFileSync(photographPath('sample1.jpg')))
    .extract({ left: 300, top: 180, width: 420, height: 540 })
    .jpeg()
    .toBuffer();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (settings: Readonly<Record<string, string>> = {}): Promise<Server> =>
  startServer({
    MODELS_DIR: folder,
    ANTISPOOF_NETS: strongNets.join(),
    DISABLE_WARMUP: 'true',
    ...settings,
  });

const codes = (reasons: readonly { readonly code: string }[]) => reasons.map(({ code }) => code);
const json = async (url: string) => JSON.parse(await (await fetch(url)).text());
const judge = async ({ url }: Server) =>
  (await sendJson(`${url}/v1/liveness`, { image_base64: picture.toString('base64') })).body.faces[0];

describe('where our own net stands in', () => {
  let server: Server;
  beforeAll(async () => {
    server = await start();
  });

  it('/health and the log call it experimental, say what that means and how to get the strong pack', async () => {
    const health = await json(`${server.url}/health`);
    const { name, role, sha256 } = findModel('bonafide-antispoof');
    expect(health).toMatchObject({ model_loaded: true, anti_spoof: 'experimental', pack: 'embedded' });
    expect(health.calibration).toMatchObject({ experimental: true });
    expect(health.models.filter((model: { role: string }) => model.role === 'anti-spoof')).toEqual([
      { name, role, sha256 },
    ]);
    const said = [
      expect.stringMatching(
        /minifasnet-v2, minifasnet-v1se: .*experimental, stands in. `bonafide models pull/,
      ),
      expect.stringMatching(/experimental\. Its passive verdicts enrol nobody and satisfy no KYC check/),
    ];
    expect(health.notices).toEqual(expect.arrayContaining(said));
    const warnings = server.log().filter(({ level }) => level === 40);
    expect(warnings.map(({ msg }) => msg)).toEqual(expect.arrayContaining(said));
  });

  it('the passive check shows its score, and calls it experimental in the reasons', async () => {
    const { status, body } = await postPicture(server.url, picture);
    expect(status).toBe(200);
    expect(codes(body.details.reasons)).toContain('experimental_net');
    expect(body.details.faces[0].anti_spoof).toEqual({ 'bonafide-antispoof': expect.any(Number) });
    expect(codes(body.details.reasons)).not.toContain('anti_spoof_model_missing');
  });

  it('/v1 enrols nobody and matches nobody', async () => {
    const registered = await send(`${server.url}/v1/register?user_id=ana`, [['image', picture]]);
    expect(registered).toMatchObject({ status: 200, body: { success: false, liveness_ok: false } });
    expect((await json(`${server.url}/v1/users`)).users).toEqual([]);
    const identified = await send(`${server.url}/v1/identify`, [['image', picture]]);
    expect(identified.body).toMatchObject({ success: false, match: false });
  });
});

it('KYC is not satisfied by it, and says why', async () => {
  const { url } = await start({ API_KEY: 'key' });
  const { body } = await send(`${url}/liveness/`, [['image', picture]], { 'x-api-key': 'key' });
  expect(body.result).toMatchObject({ liveness: false, score: 0 });
  expect(codes(body.result.details.reasons)).toContain('experimental_net');
});

it('where a net is required it is none: nobody is live', async () => {
  const server = await start({ REQUIRE_ANTI_SPOOF: 'true' });
  expect((await json(`${server.url}/health`)).notices).toContainEqual(
    expect.stringMatching(/experimental, and REQUIRE_ANTI_SPOOF is set: nothing is called live/),
  );
  expect((await postPicture(server.url, picture)).body.liveness_label).not.toBe('real');
  const face = await judge(server);
  expect(face.is_live).toBe(false);
  expect(codes(face.extra.reasons)).toContain('experimental_net');
});

it('a demonstration goes by the heuristic, as without any net', async () => {
  const settings = { ALLOW_HEURISTIC_ENROL: 'true' };
  const face = await judge(await start(settings));
  expect(face.extra).toMatchObject({ score_source: 'heuristic', heuristic: true });
  expect(face).toEqual(await judge(await start({ ...settings, ANTISPOOF_NETS: 'none' })));
});

it('ANTISPOOF_NETS=none is no net at all', async () => {
  const server = await start({ ANTISPOOF_NETS: 'none' });
  expect(await json(`${server.url}/health`)).toMatchObject({ model_loaded: false, anti_spoof: 'none' });
  const { body } = await postPicture(server.url, picture);
  expect(codes(body.details.reasons)).toContain('no_anti_spoof_model');
  expect(body.details.faces[0].anti_spoof).toEqual({});
});

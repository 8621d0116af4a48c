import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { photographPath } from './support/faces.ts';

const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bonafide-'));
const portrait = join(folder, 'portrait.jpg');

/** Where one of the three faces of sample1.jpg stands alone, in pixels. */
const oneFace = { left: 300, top: 180, width: 420, height: 540 };

beforeAll(async () => {
  await sharp(await readFile(photographPath('sample1.jpg')))
    .extract(oneFace)
    .jpeg()
    .toFile(portrait);
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const check = (...args: string[]) => checkWith({}, ...args);

function checkWith(settings: Readonly<Record<string, string>>, ...args: string[]): Promise<Outcome> {
  const env = { PATH: process.env.PATH, MODELS_DIR: join(folder, 'none'), ...settings };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, 'check', ...args], { env, maxBuffer: 1e8 }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

describe('bonafide check', () => {
  it('says the verdict and its reasons', async () => {
    const { code, stdout, stderr } = await check('--image', portrait, '--model-type', 'onnx');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^inconclusive\nNo anti-spoof model is installed/);
    expect(stdout).toMatch(/yaw -?\d+\.\d°, pitch -?\d+\.\d°, roll -?\d+\.\d°/);
    expect(stderr).toMatch(/bonafide models pull/);
  });

  it('prints everything as JSON', async () => {
    const { stdout } = await check('--image', portrait, '--json');
    const { check: outcome, facts } = JSON.parse(stdout);
    expect(outcome.verdict).toBe('inconclusive');
    expect(facts.faces[0].mesh.value).toHaveLength(468 * 3);
  });

  it('draws the box where the face is, and the caption beneath the picture', async () => {
    const out = join(folder, 'drawing.png');
    const { stdout } = await check('--image', portrait, '--draw', out, '--json');
    const { box } = JSON.parse(stdout).facts.faces[0];
    const { data, info } = await sharp(await readFile(out))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const scale = 720 / 540;
    expect(info.height).toBeGreaterThan(540 * scale + 60);
    const x = Math.round((box.x + box.width / 4) * scale);
    const y = Math.round(box.y * scale);
    const colours = [-1, 0, 1].map((row) =>
      Array.from(data.subarray(((y + row) * info.width + x) * 3).subarray(0, 3)),
    );
    // The colour of an inconclusive verdict, #ffc040.
    expect(colours).toContainEqual([255, 192, 64]);
    const caption = data.subarray(Math.round(540 * scale) * info.width * 3);
    expect(caption.filter((value) => value > 200).length).toBeGreaterThan(1000);
  });

  it('draws a group too, though nobody in it can be meant', async () => {
    const out = join(folder, 'group.png');
    const { code, stdout } = await check('--image', photographPath('sample5.jpg'), '--draw', out);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^several_faces\n/);
    expect((await sharp(await readFile(out)).metadata()).width).toBe(1600);
  });

  it('prints its JSON for a broken picture too, and says that nothing was drawn', async () => {
    const [broken, out] = [join(folder, 'broken.jpg'), join(folder, 'broken.png')];
    writeFileSync(broken, (await readFile(portrait)).subarray(0, 5_000));
    const { code, stdout, stderr } = await check('--image', broken, '--json', '--draw', out);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'invalid_image', message: expect.any(String) } });
    expect(stderr).toContain(`Nothing was drawn to ${out}`);
    expect(existsSync(out)).toBe(false);
  });

  it('refuses a file larger than MAX_IMAGE_BYTES, as the server does', async () => {
    const { size } = await stat(portrait);
    const settings = { MAX_IMAGE_BYTES: String(size - 1) };
    expect(await checkWith(settings, '--image', portrait)).toMatchObject({
      code: 1,
      stdout: `payload_too_large\nThe image is larger than ${size - 1} bytes.\n`,
    });
    expect(await checkWith({ MAX_IMAGE_BYTES: String(size) }, '--image', portrait)).toMatchObject({
      code: 0,
    });
  });

  it('is clear about wrong usage and wrong files', async () => {
    const noise = join(folder, 'noise.jpg');
    writeFileSync(noise, 'no picture');
    expect(await check()).toMatchObject({ code: 2, stderr: expect.stringMatching(/--image FILE/) });
    expect(await check('--image', portrait, '--model-type', 'torch')).toMatchObject({ code: 2 });
    expect(await check('--image', join(folder, 'nowhere.jpg'))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/nowhere.jpg/),
    });
    expect(await check('--image', noise)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^invalid_image/),
    });
    expect(await check('--help')).toMatchObject({ code: 0, stdout: expect.stringMatching(/--draw OUT.png/) });
  });
});

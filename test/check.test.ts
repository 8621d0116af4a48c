import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RgbImage } from '../src/media/image.ts';
import { createInlinePerception } from '../src/perception/inline.ts';
import { encodeClip } from './support/encode-clip.ts';
import { engineOptions } from './support/engine.ts';
import { loadSampleFaces, photographPath } from './support/faces.ts';
import { createPuppet, type PuppetMove } from './support/puppet.ts';

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
  const env = {
    PATH: process.env.PATH,
    MODELS_DIR: join(folder, 'none'),
    ANTISPOOF_NETS: 'none',
    ...settings,
  };
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

describe('bonafide check --video', () => {
  const clip = join(folder, 'turn-and-blink.mp4');

  /** What the puppet does: a turn to its own left from 1 s to 2 s, and a blink 3 s after the start. */
  function moveAt(milliseconds: number): PuppetMove {
    const awayFor = Math.min(milliseconds - 900, 2100 - milliseconds);
    const eyesMoveFor = 200 - Math.abs(milliseconds - 3000);
    return {
      yaw: -36 * Math.min(Math.max(awayFor / 200, 0), 1),
      eyeClosure: Math.min(Math.max(eyesMoveFor / 100, 0), 1),
    };
  }

  beforeAll(async () => {
    const perception = await createInlinePerception(engineOptions());
    const [sample] = await loadSampleFaces(perception);
    await perception.close();
    const puppet = createPuppet(sample!.image, sample!.face);
    const times = Array.from({ length: 64 }, (_, index) => Math.round((index * 1000) / 16));
    const frames = times.map((milliseconds) => ({
      image: puppet.render(moveAt(milliseconds)),
      milliseconds,
    }));
    writeFileSync(clip, await encodeClip({ format: 'mp4', codec: 'h264', frames }));
  });

  it('says which turns and blinks it found, and how fast the frames came', async () => {
    const { code, stdout, stderr } = await check('--video', clip);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^turn-and-blink.mp4: h264 in mp4, \d+ × \d+ px\n3.9 s, 16.0 frames a second; a face in 64 of 64/,
    );
    expect(stdout).toMatch(/^Turns, the subject's own sides: LEFT 1.\d\d–[12].\d\d s.$/m);
    expect(stdout).toMatch(/^Blinks: 1, at (2.9|3.0)\d s.$/m);
    expect(stdout).toContain('No anti-spoof model scored the face.');
    expect(stderr).toMatch(/bonafide models pull/);
  });

  it('prints everything as JSON', async () => {
    const { facts, events, summary } = JSON.parse((await check('--video', clip, '--json')).stdout);
    expect(facts.frames).toHaveLength(64);
    expect(facts.frames[20].capturedAt).toBe(1250);
    expect(facts.frames[20].faces[0].mesh.value).toHaveLength(468 * 3);
    expect(events.turns).toEqual([{ direction: 'LEFT', from: expect.any(Number), to: expect.any(Number) }]);
    expect(summary).toMatchObject({ framesWithFace: 64, framesWithSeveralFaces: 0, antiSpoof: {} });
  });

  it('draws the turn and the blink where they happened', async () => {
    const out = join(folder, 'strips.png');
    await check('--video', clip, '--draw', out);
    const { data, info } = await sharp(await readFile(out))
      .raw()
      .toBuffer({ resolveWithObject: true });
    /** From which row to which a colour is found in the column of pixels at this time. */
    const rowsOf = (colour: readonly number[], milliseconds: number) => {
      const column = Math.round(96 + (info.width - 96 - 40) * (milliseconds / 3938));
      const rows = Array.from({ length: info.height }, (_, row) => row);
      return rows.filter((row) => {
        const at = (row * info.width + column) * 3;
        return colour.every((value, channel) => Math.abs(data[at + channel]! - value) <= 2);
      });
    };
    // Beside the lines that mark the seconds: the event colour at 16 % on white, and the colour of the pose.
    const found = [243, 225, 216];
    const blue = [0, 114, 178];
    expect(rowsOf(found, 450)).toEqual([]);
    expect(rowsOf(found, 1400).length).toBeGreaterThan(100);
    expect(rowsOf(found, 3020).length).toBeGreaterThan(100);
    // The blink is found in a strip further down than the turn, and the first blue line is that of yaw.
    expect(rowsOf(found, 3020)[0]).toBeGreaterThan(rowsOf(found, 1400).at(-1)!);
    expect(rowsOf(blue, 1550)[0]).toBeGreaterThan(rowsOf(blue, 750)[0]! + 30);
  });

  it('says why there is nothing to measure', async () => {
    const [noise, empty, out] = ['noise.mp4', 'empty.mp4', 'none.png'].map((name) => join(folder, name));
    const grey: RgbImage = { width: 320, height: 240, data: new Uint8Array(320 * 240 * 3).fill(120) };
    const frames = [0, 100, 200].map((milliseconds) => ({ image: grey, milliseconds }));
    writeFileSync(noise!, 'no clip');
    writeFileSync(empty!, await encodeClip({ format: 'mp4', codec: 'h264', frames }));
    expect(await check('--video', noise!, '--draw', out!)).toMatchObject({
      code: 1,
      stdout: 'invalid_clip\nThe file begins like no clip.\n',
      stderr: expect.stringContaining(`Nothing was drawn to ${out}`),
    });
    expect(existsSync(out!)).toBe(false);
    expect(await check('--video', empty!, '--draw', out!)).toMatchObject({
      code: 1,
      stdout: 'no_face\nNo face was found in any frame of the clip.\n',
    });
    expect(existsSync(out!)).toBe(true);
    expect(await checkWith({ MAX_CLIP_SECONDS: '1' }, '--video', clip)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^clip_too_long\nThis server accepts clips of up to 1 seconds/),
    });
    expect(await check('--video', join(folder, 'nowhere.mp4'))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/nowhere.mp4/),
    });
    expect(await check('--video', clip, '--image', portrait)).toMatchObject({
      code: 2,
      stderr: 'bonafide: Name a picture or a clip, not both.\n',
    });
  });
});

import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cosineDistance } from '../src/decisions/embedding.ts';
import { type FaceFacts, valueIfMeasured } from '../src/decisions/facts.ts';
import type { EngineOptions, Perception } from '../src/perception/engine.ts';
import { createInlinePerception } from '../src/perception/inline.ts';
import { createEngine } from '../src/perception/load-engine.ts';
import { modelPath } from '../src/perception/models/files.ts';
import { findModel } from '../src/perception/models/registry.ts';
import { engineOptions, strongNets } from './support/engine.ts';
import { encodeJpeg, loadSampleFaces, photographPath, type SampleFace } from './support/faces.ts';
import { onFrame, turned } from './support/frames.ts';

/** The embedded pack alone, without an anti-spoof net. */
const embedded = engineOptions();

let perception: Perception;
let people: readonly SampleFace[];
let person: SampleFace;

beforeAll(async () => {
  perception = await createInlinePerception(embedded);
  people = await loadSampleFaces(perception);
  person = people[0] as SampleFace;
});

afterAll(() => perception.close());

async function largestFace(bytes: Uint8Array): Promise<FaceFacts | undefined> {
  return (await perception.analyseImage(bytes, { measuredFaces: 1 })).faces[0];
}

describe('faces of every size and frame', () => {
  const frames = [
    [640, 480],
    [480, 640],
    [1280, 720],
    [1000, 1000],
    [720, 1600],
  ] as const;
  for (const [width, height] of frames) {
    it(`finds faces from 5 % to 95 % of the height of a ${width} × ${height} frame`, async () => {
      for (const share of [0.05, 0.1, 0.25, 0.5, 0.95]) {
        if (share * height > width) continue;
        const face = await largestFace(await onFrame(person, width, height, share));
        expect(face, `${share}`).toBeDefined();
        const { box } = face as FaceFacts;
        const side = share * height;
        expect(Math.abs(box.x + box.width / 2 - width / 2), `${share}`).toBeLessThan(0.25 * side);
        expect(Math.abs(box.y + box.height / 2 - height / 2), `${share}`).toBeLessThan(0.25 * side);
        expect(box.height / side, `${share}`).toBeGreaterThan(0.6);
        expect(box.height / side, `${share}`).toBeLessThan(1.6);
      }
    });
  }

  it('states boxes in pixels of the picture as sent, however large', async () => {
    const { image, face } = person;
    const raw = { width: image.width, height: image.height, channels: 3 as const };
    const factor = 2600 / image.width;
    const large = await sharp(image.data, { raw }).resize(2600).jpeg().toBuffer();
    const found = (await largestFace(large)) as FaceFacts;
    expect(found.box.x / factor).toBeCloseTo(face.box.x, -1);
    expect(found.box.width / factor / face.box.width).toBeCloseTo(1, 1);
  });

  it('says how much of a face is in the picture', async () => {
    const { image, face } = person;
    const raw = { width: image.width, height: image.height, channels: 3 as const };
    const left = Math.round(face.box.x + 0.4 * face.box.width);
    const cut = { left, top: 0, width: image.width - left, height: image.height };
    const bytes = await sharp(image.data, { raw }).extract(cut).jpeg().toBuffer();
    const found = (await largestFace(bytes)) as FaceFacts;
    expect(face.visible).toBe(1);
    expect(found.visible).toBeGreaterThan(0.4);
    expect(found.visible).toBeLessThan(0.85);
  });

  it('says how much room there is around a face', async () => {
    const face = await largestFace(await onFrame(person, 640, 480, 0.25));
    expect(face!.room).toBeGreaterThan(3.2);
    expect(face!.room).toBeLessThan(5);
  });
});

describe('orientation', () => {
  it('measures people who lie on their side or stand on their head, and says so in the roll', async () => {
    let right = 0;
    const faces = people.slice(0, 6);
    for (const someone of faces) {
      const upright = valueIfMeasured(someone.face.pose)!;
      for (const degrees of [90, 180, 270]) {
        const face = await largestFace(await turned(degrees, someone));
        const pose = face && valueIfMeasured(face.pose);
        if (!pose) continue;
        const roll = ((pose.roll - upright.roll - degrees + 540) % 360) - 180;
        if (Math.abs(roll) < 8 && Math.abs(pose.yaw - upright.yaw) < 6) right++;
      }
    }
    // One in eighteen may be missed: 60 of 67 upside-down portraits were right with this detector.
    expect(right).toBeGreaterThanOrEqual(3 * faces.length - 1);
  });

  it('follows a head that leans by any angle in between', async () => {
    const upright = valueIfMeasured(person.face.pose)!;
    for (const degrees of [-45, -20, 20, 45]) {
      const pose = valueIfMeasured((await largestFace(await turned(degrees, person)))!.pose)!;
      expect(Math.abs(pose.roll - upright.roll - degrees)).toBeLessThan(4);
      expect(Math.abs(pose.yaw - upright.yaw)).toBeLessThan(5);
    }
  });

  it('obeys EXIF', async () => {
    const plain = await largestFace(await encodeJpeg(person.image));
    for (const orientation of [3, 6, 8]) {
      const stored = { 3: 180, 6: 270, 8: 90 }[orientation] as number;
      const bytes = await sharp(await turned(stored, person))
        .withMetadata({ orientation })
        .toBuffer();
      const face = await largestFace(bytes);
      expect(face!.box.x).toBeCloseTo(plain!.box.x, -1);
      expect(Math.abs(valueIfMeasured(face!.pose)!.roll - valueIfMeasured(plain!.pose)!.roll)).toBeLessThan(
        2,
      );
    }
  });

  it('changes the sign of yaw and swaps the eyes in a mirrored picture', async () => {
    const yawOf = ({ pose }: FaceFacts) => valueIfMeasured(pose)!.yaw;
    const turnedHead = people.reduce((one, other) =>
      Math.abs(yawOf(other.face)) > Math.abs(yawOf(one.face)) ? other : one,
    );
    expect(Math.abs(yawOf(turnedHead.face))).toBeGreaterThan(8);
    const { image, face } = turnedHead;
    const raw = { width: image.width, height: image.height, channels: 3 as const };
    const bytes = await sharp(image.data, { raw }).flop().jpeg({ quality: 95 }).toBuffer();
    const mirrored = (await largestFace(bytes)) as FaceFacts;
    expect(Math.abs(yawOf(face) + yawOf(mirrored))).toBeLessThan(4);
    const [before, after] = [face, mirrored].map(({ iris }) => valueIfMeasured(iris)!);
    // The subject's own left is on the image's right, mirrored or not: the sides change places.
    expect(before!.left.centre.x).toBeGreaterThan(before!.right.centre.x);
    expect(after!.left.centre.x).toBeGreaterThan(after!.right.centre.x);
    expect(Math.abs(image.width - before!.left.centre.x - after!.right.centre.x)).toBeLessThan(4);
  });
});

describe('a frame of many faces', () => {
  it('lists them largest first and measures as many as were asked for', async () => {
    const bytes = readFileSync(photographPath('sample5.jpg'));
    const { faces, width, height } = await perception.analyseImage(bytes, { measuredFaces: 2 });
    expect([width, height]).toEqual([1920, 1398]);
    expect(faces.length).toBeGreaterThanOrEqual(5);
    const areas = faces.map(({ box }) => box.width * box.height);
    expect(areas).toEqual([...areas].sort((one, other) => other - one));
    expect(faces.map(({ pose }) => pose.status === 'measured')).toEqual(faces.map((_, index) => index < 2));
    expect(faces[2]!.pose).toEqual({ status: 'unavailable', reason: 'not_requested' });
  });

  it('answers ten faces at most', async () => {
    const tile = await sharp(readFileSync(photographPath('sample6.jpg')))
      .resize(480)
      .toBuffer();
    const tiles = [0, 1, 2, 3].map((index) => ({
      input: tile,
      left: (index % 2) * 480,
      top: index < 2 ? 0 : 385,
    }));
    const crowd = sharp({ create: { width: 960, height: 770, channels: 3, background: '#777777' } });
    const { faces } = await perception.analyseImage(await crowd.composite(tiles).jpeg().toBuffer(), {
      measuredFaces: 0,
    });
    expect(faces).toHaveLength(10);
  });

  it('finds no face where there is none', async () => {
    const noise = Buffer.from(
      Uint8Array.from({ length: 640 * 480 * 3 }, (_, at) => (at * 2654435761) >>> 24),
    );
    const bytes = await sharp(noise, { raw: { width: 640, height: 480, channels: 3 } })
      .png()
      .toBuffer();
    expect((await perception.analyseImage(bytes, { measuredFaces: 1 })).faces).toEqual([]);
  });
});

describe('the facts of a face', () => {
  it('are there, plausible, and honest about what is missing', () => {
    const { face } = person;
    expect(valueIfMeasured(face.presence)).toBeGreaterThan(0.9);
    expect(valueIfMeasured(face.mesh)).toHaveLength(468 * 3);
    const eyes = valueIfMeasured(face.eyes)!;
    for (const eye of [eyes.left, eyes.right]) {
      expect(eye.lidGap).toBeGreaterThan(0.15);
      expect(eye.lidGap).toBeLessThan(0.5);
      expect(eye.aspectRatio).toBeGreaterThan(0.15);
    }
    // An iris is 11.7 mm wide, the eyes 63 mm apart: its radius is near 0.093 of their distance.
    const iris = valueIfMeasured(face.iris)!;
    const distance = iris.left.centre.x - iris.right.centre.x;
    expect(iris.left.radius / distance).toBeGreaterThan(0.06);
    expect(iris.left.radius / distance).toBeLessThan(0.13);
    expect(face.antiSpoof).toEqual({});
  });

  it('come with the time of each stage', async () => {
    const { timings } = await perception.analyseImage(await encodeJpeg(person.image), { measuredFaces: 1 });
    expect(timings.map(({ stage }) => stage)).toEqual(['decode', 'detect', 'mesh', 'iris', 'texture']);
    for (const { milliseconds } of timings) expect(milliseconds).toBeGreaterThan(0);
  });

  it('stop coming when nobody waits for them any more', async () => {
    const engine = await createEngine(embedded);
    let asked = 0;
    const analysis = engine.analyseImage(
      await encodeJpeg(person.image),
      { measuredFaces: 1 },
      () => ++asked > 2,
    );
    await expect(analysis).rejects.toMatchObject({ code: 'cancelled' });
  });
});

it('follows a face from one frame into the next, whatever the size of either', async () => {
  const [large, small] = [await onFrame(person, 640, 480, 0.5), await onFrame(person, 320, 240, 0.5)];
  const look = async (frame: Buffer, follow?: Float32Array) => {
    const request = { measuredFaces: 1, measure: ['embedding'] as const, search: 'glance' as const };
    const facts = await perception.analyseImage(frame, { ...request, ...(follow && { follow }) });
    const { pose, mesh, embedding } = facts.faces[0]!;
    const points = valueIfMeasured(mesh)!;
    const shares = points.map((value) => value / facts.width);
    return { pose: valueIfMeasured(pose)!, shares, vector: valueIfMeasured(embedding)!.vector, facts };
  };
  for (const [from, to] of [
    [large, small],
    [small, large],
  ] as const) {
    const [before, found] = [await look(from), await look(to)];
    const followed = await look(to, before.shares);
    expect(followed.facts.timings.map(({ stage }) => stage)).not.toContain('detect');
    expect(Math.abs(followed.pose.yaw - found.pose.yaw)).toBeLessThan(3);
    expect(Math.abs(followed.pose.pitch - found.pose.pitch)).toBeLessThan(3);
    expect(cosineDistance(followed.vector, found.vector)).toBeLessThan(0.02);
  }
});

describe('models that are missing or wrong', () => {
  const start = (options: Partial<EngineOptions>) => createEngine({ ...embedded, ...options });

  it('says which fallbacks serve', async () => {
    const { models, notices } = perception.describe();
    const names = ['blazeface', 'facemesh', 'iris', 'dlib-resnet', 'face-mask'];
    expect(models.map(({ name }) => name)).toEqual(names);
    expect(notices.join('\n')).toMatch(/YuNet is not installed: BlazeFace/);
  });

  it.each([
    [
      strongNets,
      /Not installed in .* \(MODELS_DIR\): anti-spoof minifasnet-v2, minifasnet-v1se: .* experimental, stands in/,
    ],
    [['bonafide-antispoof'], undefined],
    [['bonafide-antispoof', 'minifasnet-v2'], /anti-spoof minifasnet-v2: .* experimental, stands in/],
  ])('lets our own anti-spoof net stand in for %j, alone', async (antiSpoofNets, notice) => {
    const engine = await start({ antiSpoofNets });
    const { models, notices } = engine.describe();
    expect(models.filter(({ role }) => role === 'anti-spoof')).toMatchObject([
      { name: 'bonafide-antispoof', pack: 'embedded', sha256: findModel('bonafide-antispoof').sha256 },
    ]);
    expect(notices.filter((text) => /anti-spoof/.test(text))).toEqual(
      notice ? [expect.stringMatching(notice)] : [],
    );
    const picture = await encodeJpeg(person.image);
    const { faces } = await engine.analyseImage(picture, { measuredFaces: 1 }, () => false);
    expect(faces[0]?.antiSpoof).toEqual({
      'bonafide-antispoof': { status: 'measured', value: expect.anything() },
    });
  });

  it('knows our own net by its hash where MODEL_PATH names it, whatever the file is called', async () => {
    const renamed = join(mkdtempSync(join(tmpdir(), 'bonafide-')), 'minifasnet-v2.onnx');
    copyFileSync(modelPath(findModel('bonafide-antispoof'), ''), renamed);
    const { models, notices } = (await start({ modelPath: renamed })).describe();
    expect(models.at(-1)).toMatchObject({ name: 'bonafide-antispoof', pack: 'named' });
    expect(notices.join()).not.toContain('MODEL_PATH');
  });

  it('refuses to start with a file of the wrong content', async () => {
    const modelsDir = mkdtempSync(join(tmpdir(), 'bonafide-'));
    writeFileSync(modelPath(findModel('yunet'), modelsDir), 'not a model');
    await expect(start({ modelsDir })).rejects.toThrow(
      /yunet at .* is not the file the registry names .* run `bonafide models pull yunet` again/,
    );
  });

  it('refuses to start without the embedder that templates depend on', async () => {
    await expect(start({ embedder: 'mobilefacenet' })).rejects.toThrow(
      /EMBEDDER=mobilefacenet: .* is not at .*: run `bonafide models pull mobilefacenet`/,
    );
  });

  it('refuses an unknown net, a MODEL_PATH that is missing and one that is no model', async () => {
    await expect(start({ antiSpoofNets: ['resnet'] })).rejects.toThrow(
      /ANTISPOOF_NETS names "resnet".*known are minifasnet-v2, .*bonafide-antispoof, or none/,
    );
    await expect(start({ antiSpoofNets: ['minifasnet-v1se'] })).rejects.toThrow(
      /minifasnet-v1se alone, which must not/,
    );
    await expect(start({ modelPath: '/nowhere.onnx' })).rejects.toThrow(
      /MODEL_PATH=\/nowhere.onnx cannot be read/,
    );
    const file = join(mkdtempSync(join(tmpdir(), 'bonafide-')), 'garbage.onnx');
    writeFileSync(file, 'garbage');
    await expect(start({ modelPath: file })).rejects.toThrow(/is not a model ONNX Runtime can load/);
  });

  it('falls back to the CPU where another provider does not work, and says so', async () => {
    const engine = await start({ executionProviders: ['coreml', 'cpu'] });
    expect(engine.describe().executionProviders).toEqual(['cpu']);
    expect(engine.describe().notices.join('\n')).toMatch(/coreml does not work here: cpu serves instead/);
  });
});

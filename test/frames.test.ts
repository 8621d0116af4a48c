import sharp from 'sharp';
import { Value } from 'typebox/value';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { framesResponse } from '../src/contracts/frames/schemas.ts';
import { createInlinePerception } from '../src/perception/inline.ts';
import { testApp } from './support/app.ts';
import { engineOptions } from './support/engine.ts';
import { encodeJpeg, loadSampleFaces, type SampleFace } from './support/faces.ts';
import { type PosedFiles, pose, toBody, wavePhotograph } from './support/posed-frames.ts';

// Seed 002 with the real engine and the embedded pack: puppets pose, photographs are held up.

const perception = await createInlinePerception(engineOptions());

let people: readonly SampleFace[];
let someone: PosedFiles;
let another: PosedFiles;
beforeAll(async () => {
  people = await loadSampleFaces(perception);
  someone = await pose(people[0]!);
  another = await pose(people[1]!);
});

/** The answer to these frames, which must have the documented shape. */
async function validate(body: object, settings: Record<string, string> = {}) {
  const app = await testApp(settings, { perception });
  const payload = body;
  const response = await app.inject({ method: 'POST', url: '/api/liveness/validate', payload });
  expect(response.statusCode).toBe(200);
  expect(Value.Errors(framesResponse, response.json())).toEqual([]);
  return response.json();
}

const codes = (answer: { details: { evidence: { reasons: { code: string }[] } } }) =>
  answer.details.evidence.reasons.map(({ code }) => code);

test('people who pose and blink are real', async () => {
  for (const person of people.slice(0, 4)) {
    const answer = await validate(toBody(await pose(person)));
    expect(answer, person.name).toMatchObject({
      success: true,
      is_real: true,
      message: 'Wajah asli terdeteksi',
      checks: {
        pose_left: { valid: true, expected: 'left', actual: 'left' },
        pose_right: { valid: true, expected: 'right', actual: 'right' },
        pose_center: { valid: true, expected: 'center', actual: 'center' },
        blink: { valid: true, blink_count: 1, frames_processed: 3 },
        face_consistency: { valid: true },
      },
      details: {
        total_checks: 5,
        passed_checks: 5,
        threshold: 0.7,
        anti_spoofing: { head_movement: true, blink_detected: true, face_consistency: true },
        evidence: { one_person: true, flat_motion: false, repeated_picture: false, veto: false },
      },
    });
    expect(answer.confidence).toBeGreaterThanOrEqual(0.7);
    expect(answer.checks.pose_left.yaw).toBeLessThan(-5);
    expect(answer.checks.pose_right.yaw).toBeGreaterThan(5);
  }
});

test('nobody is real without an anti-spoof net where one is needed', async () => {
  const answer = await validate(toBody(await pose(people[0]!)), { REQUIRE_ANTI_SPOOF: 'true' });
  expect(answer).toMatchObject({ is_real: false, details: { passed_checks: 5, evidence: { veto: true } } });
  expect(codes(answer)).toEqual(['no_anti_spoof_model']);
});

describe('is not fooled by', () => {
  const expectFake = (answer: Awaited<ReturnType<typeof validate>>) => {
    expect(answer).toMatchObject({
      success: true,
      is_real: false,
      message: 'Wajah palsu terdeteksi (foto/video)',
    });
    expect(answer.confidence).toBeLessThan(0.7);
  };

  it('one photograph, sent again and again', async () => {
    const { center } = someone;
    const answer = await validate(
      toBody({ left: center, right: center, center, blink: [center, center, center] }),
    );
    expectFake(answer);
    expect(codes(answer)).toEqual(['repeated_picture', 'no_anti_spoof_model']);
    expect(answer.details.passed_checks).toBe(1);
  });

  it('one photograph among frames that are good otherwise', async () => {
    const { center, blink } = someone;
    const answer = await validate(toBody({ ...someone, blink: [center, ...blink.slice(1)] }));
    expectFake(answer);
    expect(codes(answer)).toEqual(['repeated_picture', 'no_anti_spoof_model']);
    expect(answer.details.evidence.veto).toBe(true);
  });

  it('the same without the veto: its check alone fails', async () => {
    const { center, blink } = someone;
    const answer = await validate(toBody({ ...someone, blink: [center, ...blink.slice(1)] }), {
      FRAMES_ATTACK_VETO: 'false',
    });
    expectFake(answer);
    expect(answer.details.evidence).toMatchObject({ veto: false, repeated_picture: true });
    expect(answer.details.passed_checks).toBe(4);
  });

  it('photographs that are turned before the camera', async () => {
    let flat = 0;
    for (const person of people.slice(0, 5)) {
      const answer = await validate(toBody(await wavePhotograph(person.image, 45)));
      expectFake(answer);
      flat += Number(answer.details.evidence.flat_motion);
    }
    // At 45 degrees most, not all, have become narrow enough to be told by that alone.
    expect(flat).toBeGreaterThanOrEqual(4);
  });

  it('a turned photograph with a blink painted over it', async () => {
    const person = people[1]!;
    const photograph = await wavePhotograph(person.image, 40);
    const answer = await validate(toBody({ ...photograph, blink: another.blink }));
    expectFake(answer);
    expect(codes(answer)).toContain('flat_picture');
  });

  it('two people who share the work', async () => {
    const answer = await validate(toBody({ ...someone, blink: another.blink }));
    expectFake(answer);
    expect(codes(answer)).toContain('another_person');
    expect(answer.details.evidence.one_person).toBe(false);
    expect(answer.checks.face_consistency.valid).toBe(false);
  });

  it('a stranger in a side frame', async () => {
    const answer = await validate(toBody({ ...someone, left: another.left }));
    expectFake(answer);
    expect(codes(answer)).toContain('another_person');
  });

  it('a person who does not turn to the left', async () => {
    const answer = await validate(toBody({ ...someone, left: await encodeJpeg(people[0]!.image) }));
    expectFake(answer);
    expect(answer.checks.pose_left).toMatchObject({ valid: false, actual: 'center', confidence: 0 });
    expect(answer.details.anti_spoofing.head_movement).toBe(false);
  });

  it('a person who turns the wrong way', async () => {
    const answer = await validate(toBody({ ...someone, left: someone.right, right: someone.left }));
    expectFake(answer);
    expect(answer.checks.pose_left).toMatchObject({ valid: false, actual: 'right' });
    expect(answer.checks.pose_right).toMatchObject({ valid: false, actual: 'left' });
  });

  it.each([
    ['stay open', [0, 2]],
    ['are never seen open', [1]],
  ])('eyes that %s', async (_, chosen) => {
    const blink = chosen.map((at) => someone.blink[at]!);
    const answer = await validate(toBody({ ...someone, blink }));
    expectFake(answer);
    expect(answer.checks.blink).toMatchObject({
      valid: false,
      blink_count: 0,
      frames_processed: blink.length,
      confidence: 0,
    });
  });
});

describe('says of each frame that cannot be used', () => {
  const grey = () =>
    sharp({ create: { width: 300, height: 300, channels: 3, background: 'grey' } })
      .jpeg()
      .toBuffer();
  const nothing = { valid: false, actual: null, confidence: 0, yaw: null, pitch: null };

  it('that no face is in it', async () => {
    const answer = await validate(toBody({ ...someone, left: await grey(), blink: [await grey()] }));
    expect(answer.checks.pose_left).toEqual({ ...nothing, expected: 'left', error: 'no_face' });
    expect(answer.checks.blink).toMatchObject({ valid: false, frames_processed: 0, error: 'no_face' });
    expect(answer.is_real).toBe(false);
  });

  it('that it is not base64, or not a picture', async () => {
    const { frames } = toBody(someone);
    const half = someone.right.subarray(0, someone.right.length / 2).toString('base64');
    const answer = await validate({ frames: { ...frames, left: 'not base64!', right: half } });
    expect(answer.checks.pose_left).toEqual({ ...nothing, expected: 'left', error: 'decode_error' });
    expect(answer.checks.pose_right).toEqual({ ...nothing, expected: 'right', error: 'decode_error' });
  });

  it('that it was not provided', async () => {
    const { frames } = toBody(someone);
    const answer = await validate({ frames: { left: frames.left, right: null, center: '' } });
    const error = 'Frame not provided';
    expect(answer.checks).toMatchObject({
      pose_left: { valid: true },
      pose_right: { ...nothing, expected: 'right', error },
      pose_center: { ...nothing, expected: 'center', error },
      blink: { valid: false, blink_count: 0, frames_processed: 0, confidence: 0, error },
      face_consistency: { valid: false, variation: null, avg_face_size: null, error },
    });
  });
});

it('takes data URLs', async () => {
  const { frames } = toBody(someone);
  const prefix = 'data:image/jpeg;base64,';
  const answer = await validate({ frames: { ...frames, left: prefix + frames.left } });
  expect(answer.is_real).toBe(true);
});

import { describe, expect, it } from 'vitest';
import { scriptedPerception } from '../../test/support/app.ts';
import { faceFacts, frameFacts } from '../../test/support/facts.ts';
import { posedFace } from '../../test/support/posed-facts.ts';
import { measured, type TextureMeasures, unavailable, valueIfMeasured } from '../decisions/facts.ts';
import { uncalibrated } from '../decisions/live-calibration.ts';
import { BonafideError } from '../errors.ts';
import type { ImageRequest } from '../perception/engine.ts';
import { type PosedPictures, validateFrames } from './validate-frames.ts';

const options = {
  threshold: 0.7,
  attackVeto: true,
  needsAntiSpoof: false,
  passive: uncalibrated,
  bystanderRatio: 0.5,
};

const picture = (byte: number) => Uint8Array.of(byte);
const pictures: PosedPictures = {
  left: picture(0),
  right: picture(1),
  center: picture(2),
  blink: [picture(3), picture(4), picture(5)],
};

/** Perception that answers when it is told to. */
function patientPerception() {
  const waiting: { byte: number; answer: () => void; signal: AbortSignal | undefined }[] = [];
  const seen: ImageRequest[] = [];
  let most = 0;
  return {
    ...scriptedPerception(),
    waiting,
    seen,
    most: () => most,
    analyseImage: (bytes: Uint8Array, request: ImageRequest, signal?: AbortSignal) =>
      new Promise<ReturnType<typeof frameFacts>>((resolve, reject) => {
        seen.push(request);
        signal?.addEventListener('abort', () => reject(new BonafideError('cancelled')));
        const byte = bytes[0]!;
        const answer = () => {
          waiting.splice(
            waiting.findIndex((job) => job.byte === byte),
            1,
          );
          resolve(frameFacts(posedFace({ yaw: byte }, { shape: { x: 200 + byte } })));
        };
        waiting.push({ byte, answer, signal });
        most = Math.max(most, waiting.length);
      }),
  };
}

it('asks for a few frames at a time, and keeps their order whatever the order of the answers', async () => {
  const perception = patientPerception();
  const validation = validateFrames(perception, options, pictures);
  for (let answered = 0; answered < 6; answered++) {
    await expect.poll(() => perception.waiting.length).toBeGreaterThan(0);
    await new Promise((resolve) => setImmediate(resolve));
    perception.waiting.at(-1)!.answer();
  }
  const { facts } = await validation;
  expect(perception.most()).toBe(2);
  const { left, right, center, blink } = facts;
  expect([left, right, center, ...blink].map((frame) => frame?.faces[0]?.pose)).toEqual(
    [0, 1, 2, 3, 4, 5].map((yaw) => ({ status: 'measured', value: { yaw, pitch: 0, roll: 0 } })),
  );
  for (const request of perception.seen)
    expect(request).toEqual({ measuredFaces: 1, measure: ['eyes', 'texture', 'anti_spoof', 'embedding'] });
});

describe('what nets say of a face that is out of range', () => {
  const inTheLight = valueIfMeasured(faceFacts().texture)!;
  /** Perception that measures the light and the focus of these frames where it is asked to. */
  const validateLit = (changes: Partial<TextureMeasures>) => {
    const texture = measured({ ...inTheLight, ...changes });
    const analyseImage = async (bytes: Uint8Array, { measure }: ImageRequest) =>
      frameFacts(
        posedFace(
          { yaw: bytes[0]! },
          { texture: measure?.includes('texture') ? texture : unavailable('not_requested') },
        ),
      );
    return validateFrames({ ...scriptedPerception(), analyseImage }, options, pictures);
  };

  it.each([
    ['dark', { brightness: 0.05 }],
    ['blurred', { blur: 0.01 }],
    ['burnt out', { brightness: 0.97 }],
  ])('does not count: %s', async (_, changes) => {
    const { evidence, vetoed } = await validateLit(changes);
    expect(evidence.liveProbability).toBeNull();
    expect(evidence.signs).toContain('no_usable_frame');
    expect(vetoed).toBe(true);
  });

  it('counts where the light is good', async () => {
    const { evidence } = await validateLit({});
    expect(evidence.liveProbability).toBeGreaterThan(0.5);
    expect(evidence.signs).not.toContain('no_usable_frame');
  });
});

it('does not look at what is missing or unreadable', async () => {
  const perception = { ...patientPerception(), analyseImage: () => Promise.reject(new Error('unexpected')) };
  const { checks, facts } = await validateFrames(perception, options, {
    left: 'missing',
    right: 'unreadable',
    center: 'missing',
    blink: ['missing', 'unreadable'],
  });
  expect([checks.left.error, checks.right.error, checks.blink.error]).toEqual([
    'missing',
    'unreadable',
    'missing',
  ]);
  expect(facts).toEqual({ left: null, right: null, center: null, blink: [null, null] });
});

it.each(['invalid_image', 'unsupported_format'] as const)(
  '%s fails a frame, not the request',
  async (code) => {
    const perception = {
      ...scriptedPerception(),
      analyseImage: async (bytes: Uint8Array) => {
        if (bytes[0] === 2) throw new BonafideError(code);
        return frameFacts(posedFace({}));
      },
    };
    const { checks } = await validateFrames(perception, options, pictures);
    expect(checks.center).toEqual({ error: 'unreadable' });
    expect(checks.left.error).toBeUndefined();
  },
);

it('gives the others up when one is lost', async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const perception = {
    ...scriptedPerception(),
    analyseImage: (bytes: Uint8Array, _request: ImageRequest, signal?: AbortSignal) => {
      signals.push(signal);
      if (bytes[0] === 1) return Promise.reject(new BonafideError('busy'));
      return new Promise<never>((_, reject) => {
        signal?.addEventListener('abort', () => reject(new BonafideError('cancelled')));
      });
    },
  };
  await expect(validateFrames(perception, options, pictures)).rejects.toMatchObject({ code: 'busy' });
  expect(signals).toHaveLength(2);
  expect(signals.every((signal) => signal?.aborted)).toBe(true);
});

it('gives up when the client leaves', async () => {
  const perception = patientPerception();
  const client = new AbortController();
  const validation = validateFrames(perception, options, pictures, { signal: client.signal });
  client.abort();
  await expect(validation).rejects.toMatchObject({ code: 'cancelled' });
});

import {
  type Embedding,
  type FaceFacts,
  type FrameFacts,
  measured,
  unavailable,
} from '../../src/decisions/facts.ts';

/** A frontal face of 200 × 240 pixels with two anti-spoof scores, changed as a test needs it. */
export function faceFacts(changes: Partial<FaceFacts> = {}): FaceFacts {
  return {
    box: { x: 100, y: 50, width: 200, height: 240 },
    measuredSide: 200,
    visible: 1,
    room: 2,
    detectorScore: measured(0.95),
    mesh: measured(new Float32Array(1404)),
    presence: measured(0.99),
    iris: unavailable('not_requested'),
    pose: measured({ yaw: -3, pitch: 5, roll: 1 }),
    eyes: measured({
      left: { aspectRatio: 0.31, lidGap: 0.29 },
      right: { aspectRatio: 0.3, lidGap: 0.28 },
    }),
    texture: measured({
      blur: 0.8,
      saturation: 0.4,
      freqHighRatio: 0.3,
      axisAnisotropy: 0.1,
      glare: 0,
      lineRatio: 0.02,
      penaltySharpSmall: 0,
      brightness: 0.5,
    }),
    embedding: unavailable('not_requested'),
    mask: unavailable('not_requested'),
    crop: unavailable('not_requested'),
    change: unavailable('not_requested'),
    antiSpoof: antiSpoof(0.99, 0.95),
    ...changes,
  };
}

/** An embedding that this model never made. */
export function embeddingFacts(vector: readonly number[] | Float32Array, model = 'dlib-resnet'): Embedding {
  return { model, modelHash: 'ef'.repeat(32), recipe: 'invented-1', vector: Float32Array.from(vector) };
}

/** Scores of the two nets in use by default; `undefined` is a score that could not be measured. */
export function antiSpoof(v2: number | undefined, v1se: number | undefined): FaceFacts['antiSpoof'] {
  const fact = (live: number | undefined) =>
    live === undefined
      ? unavailable('not_measurable')
      : measured({ live, logit: Math.log(live / (1 - live)) });
  return { 'minifasnet-v2': fact(v2), 'minifasnet-v1se': fact(v1se) };
}

/** A frame with these faces, as perception would state it. */
export function frameFacts(...faces: readonly FaceFacts[]): FrameFacts {
  const startedAt = Date.now() - 5;
  return {
    width: 640,
    height: 480,
    format: 'jpeg',
    capturedAt: null,
    faces,
    models: [{ role: 'anti-spoof', name: 'minifasnet-v2', pack: 'strong', sha256: 'ab'.repeat(32) }],
    timings: [
      { stage: 'decode', startedAt, milliseconds: 2 },
      { stage: 'detect', startedAt: startedAt + 2, milliseconds: 3 },
    ],
  };
}

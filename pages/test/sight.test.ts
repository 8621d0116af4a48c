import type { FrameReport, ServerMessage } from '@bonafide/web';
import { expect, it } from 'vitest';
import { nothingSeen, seeAnswer, seeFrame, seeMessage } from './sight.ts';

const eye = { aspect_ratio: 0.3, lid_gap: 0.2 };
const message: ServerMessage = {
  type: 'waiting',
  state: 'WAITING_CENTER',
  instruction: 'CENTER',
  success: 0,
  total: 3,
};
const models = [{ role: 'detector', name: 'a-net', sha256: 'ab' }];
const detail = {
  faces: 1,
  mesh: [0.5, 0.5],
  pose: { yaw: -3, pitch: 2, roll: 1 },
  eyes: { left: eye, right: { ...eye, aspect_ratio: 0.1 } },
  evidence: null,
  looks: 0,
  models,
};

it('keeps what a session sees over time', () => {
  const first = seeMessage(nothingSeen, { ...message, detail }, 5_000);
  const second = seeMessage(
    first,
    { ...message, detail: { ...detail, eyes: null, evidence: 1.5, looks: 2 } },
    5_200,
  );
  expect(second).toMatchObject({ pose: detail.pose, eyes: null, looks: 2, models });
  expect(second.moments).toEqual([
    { at: 0, left: 0.3, right: 0.1, evidence: null },
    { at: 200, left: null, right: null, evidence: 1.5 },
  ]);
});

it('takes the pose alone where that is all there is, and has none without a face', () => {
  const seen = seeMessage(nothingSeen, { ...message, yaw: 0, pitch: -1 }, 0);
  expect(seen).toMatchObject({ pose: { yaw: 0, pitch: -1 }, moments: [] });
  expect(seeMessage(seen, { ...message, type: 'no_face' }, 1).pose).toBe(null);
  expect(seeMessage(seen, { ...message, type: 'complete' }, 1).pose).toEqual({ yaw: 0, pitch: -1 });
});

it('counts frames', () => {
  const frame: FrameReport = {
    width: 640,
    height: 480,
    quality: 0.8,
    bytes: 9,
    capturedAt: 0,
    roundTrip: 120,
  };
  expect(seeFrame(seeFrame(nothingSeen, frame), frame)).toMatchObject({ frame, frames: 2 });
});

it('reads the answer of each contract', () => {
  const latency = { total: 90, stages: { decode: 10 } };
  const timings = [
    { name: 'total', milliseconds: 90 },
    { name: 'decode', milliseconds: 10 },
  ];
  const face = { pose: detail.pose, eyes: detail.eyes };
  const passive = { details: { live_probability: null, faces: [face], models, latency_ms: latency } };
  expect(seeAnswer(nothingSeen, { body: passive, milliseconds: 7 })).toMatchObject({
    ...face,
    liveProbability: null,
    models,
    timings,
  });
  const kyc = { success: true, result: { details: { live_probability: 0 } } };
  expect(seeAnswer(nothingSeen, { body: kyc, milliseconds: 7 })).toMatchObject({ liveProbability: 0 });
  const frames = {
    checks: { pose_center: { yaw: 0, pitch: 2 } },
    details: { evidence: { live_probability: 0.4 } },
  };
  expect(seeAnswer(nothingSeen, { body: frames, milliseconds: 7 })).toMatchObject({
    pose: { yaw: 0, pitch: 2 },
    liveProbability: 0.4,
  });
  const session = { live_probability: 0.9, models };
  expect(seeAnswer(nothingSeen, { body: session, milliseconds: 7 })).toMatchObject({
    liveProbability: 0.9,
    models,
  });
});

it('makes nothing of what it does not know', () => {
  for (const body of [
    null,
    {},
    { details: { faces: [] } },
    'text',
    { checks: { pose_center: { yaw: null, pitch: null } } },
  ])
    expect(seeAnswer(nothingSeen, { body: body, milliseconds: 7 })).toEqual({
      ...nothingSeen,
      answeredIn: 7,
    });
});

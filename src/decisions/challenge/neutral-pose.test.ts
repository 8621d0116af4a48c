import { expect, it } from 'vitest';
import { lookOn, neutralPoseOf, type SteadyLook } from './neutral-pose.ts';
import type { NeutralPose } from './turn.ts';

const learn = (interval: number, ...poses: (NeutralPose | null)[]) =>
  neutralPoseOf(
    poses.reduce<SteadyLook | null>((look, pose, index) => lookOn(look, pose, index * interval), null),
  );

const at = (yaw: number, pitch = 0): NeutralPose => ({ yaw, pitch });

it('is the mean of a steady look', () => {
  const neutral = learn(200, at(2, -19), at(4, -20), at(3, -21));
  expect(neutral?.yaw).toBeCloseTo(3);
  expect(neutral?.pitch).toBeCloseTo(-20);
});

it('takes time and frames', () => {
  expect(learn(199, at(0), at(0), at(0))).toBeNull();
  expect(learn(500, at(0), at(0))).toBeNull();
});

it('is not learned from a head that moves', () => {
  expect(learn(200, at(0), at(5), at(10), at(5), at(0))).toBeNull();
  expect(learn(200, at(0, 0), at(0, 5), at(0, 10), at(0, 15))).toBeNull();
});

it('is that of the camera, roughly: a little to the side, and rather high or low', () => {
  expect(learn(200, at(12, 25), at(12, 25), at(12, 25))).not.toBeNull();
  expect(learn(200, at(-13), at(-13), at(-13))).toBeNull();
  expect(learn(200, at(0, -26), at(0, -26), at(0, -26))).toBeNull();
});

it('is learned anew after a loss', () => {
  expect(learn(200, at(0), at(0), null, at(0))).toBeNull();
  expect(learn(1100, at(0), at(0), at(0))).toBeNull();
});

import { expect, it } from 'vitest';
import { fromOrder, inOrder, mapPosed, namesInOrder } from './order.ts';

const frames = { center: 'c', blink: ['b1', 'b2'], right: 'r', left: 'l' };

it('has one order, there and back', () => {
  expect(inOrder(frames)).toEqual(['l', 'r', 'c', 'b1', 'b2']);
  expect(fromOrder(inOrder(frames))).toEqual(frames);
  expect(fromOrder(inOrder({ ...frames, blink: [] }))).toEqual({ ...frames, blink: [] });
});

it('names frames in that order', () => {
  expect(namesInOrder(frames)).toEqual(['left', 'right', 'center', 'blink 1', 'blink 2']);
  expect(namesInOrder({ ...frames, blink: [] })).toEqual(['left', 'right', 'center']);
});

it('keeps each in its place', () => {
  const upper = mapPosed(frames, (frame) => frame.toUpperCase());
  expect(upper).toEqual({ left: 'L', right: 'R', center: 'C', blink: ['B1', 'B2'] });
});

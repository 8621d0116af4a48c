import { expect, it } from 'vitest';
import { measured, unavailable } from '../decisions/facts.ts';
import type { RgbImage } from '../media/image.ts';
import { createFaceChange } from './face-change.ts';
import { buildPyramid } from './sampling.ts';

const size = { width: 320, height: 320 };

/** What a face is drawn with: colours by place, smooth as skin is. */
type Paint = (x: number, y: number) => readonly [number, number, number];

const skin: Paint = (x, y) => [170 + 30 * Math.sin(x / 40), 120 + 25 * Math.cos(y / 35), 100 + (x + y) / 16];

/** The eyes of the mesh below: the outer corners are 100 pixels apart at this height. */
const eyes = { left: 110, right: 210, y: 130 };

/** A face: the corners of its eyes, skin beside and between them in their line, all else below. */
function meshAt(shiftX = 0, shiftY = 0): Float32Array {
  const mesh = new Float32Array(1404);
  for (let point = 0; point < 468; point++)
    mesh.set([100 + ((point * 37) % 120) + shiftX, 175 + ((point * 23) % 60) + shiftY, 0], point * 3);
  const put = (point: number, x: number) => mesh.set([x + shiftX, eyes.y + shiftY, 0], point * 3);
  put(33, eyes.left);
  put(263, eyes.right);
  for (const point of [168, 6, 197, 8]) put(point, 160);
  for (const point of [35, 143, 31]) put(point, 95);
  for (const point of [265, 372, 261]) put(point, 225);
  return mesh;
}

function draw(paint: Paint, shiftX = 0, shiftY = 0): RgbImage {
  const data = new Uint8Array(size.width * size.height * 3);
  for (let y = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++)
      data.set(
        paint(x - shiftX, y - shiftY).map((value) => Math.max(0, Math.min(255, value))),
        (y * size.width + x) * 3,
      );
  return { ...size, data };
}

/** The change in the last of these pictures, which come every 50 ms. */
function changeIn(pictures: readonly RgbImage[], meshes: readonly Float32Array[] = []) {
  const measure = createFaceChange();
  const facts = pictures.map((image, at) =>
    measure(buildPyramid(image, 128), measured(meshes[at] ?? meshAt()), at * 50),
  );
  const last = facts.at(-1)!;
  if (last.status !== 'measured') throw new Error('Nothing was measured.');
  return last.value;
}

const face = draw(skin);
const barred = draw((x, y) => (Math.abs(y - eyes.y) < 15 ? [70, 50, 40] : skin(x, y)));
/** Dark where the eyes are, between their corners, and nowhere else. */
const shut = draw((x, y) => {
  const isEye = Math.abs(y - eyes.y) < 12 && Math.min(Math.abs(x - 130), Math.abs(x - 190)) < 14;
  return isEye ? [70, 50, 40] : skin(x, y);
});

it('sees a bar that comes across the eyes', () => {
  const { step, lately } = changeIn([face, face, barred]);
  expect(step).toBeGreaterThan(0.2);
  expect(lately).toBeCloseTo(step, 2);
});

it('remembers a quarter of a second ago: a bar that stands still now came lately', () => {
  const { step, lately } = changeIn([face, face, face, barred, barred, barred]);
  expect(step).toBe(0);
  expect(lately).toBeGreaterThan(0.2);
  expect(changeIn([face, ...Array.from({ length: 7 }, () => barred)]).lately).toBe(0);
});

it.each([
  ['the same picture', face, meshAt()],
  ['eyes that shut', shut, meshAt()],
  ['less light', draw((x, y) => skin(x, y).map((value) => value * 0.6) as never), meshAt()],
  ['a face that moved with its mesh', draw(skin, 12, -7), meshAt(12, -7)],
])('sees none in %s', (_, picture, mesh) => {
  expect(changeIn([face, face, picture], [meshAt(), meshAt(), mesh]).step).toBeLessThan(0.01);
});

it('sees a picture that slides away under its mesh', () => {
  expect(changeIn([face, draw(skin, 40, 25)]).step).toBeGreaterThan(0.02);
});

it('has nothing to compare the first face with, nor the first one after it was lost', () => {
  const measure = createFaceChange();
  const look = (milliseconds: number) =>
    measure(buildPyramid(face, 128), measured(meshAt()), milliseconds).status;
  expect([look(0), look(50)]).toEqual(['unavailable', 'measured']);
  expect(measure(buildPyramid(face, 128), unavailable('not_measurable'), 100)).toEqual(
    unavailable('not_measurable'),
  );
  expect([look(150), look(200)]).toEqual(['unavailable', 'measured']);
});

import { createRequire } from 'node:module';
import path from 'node:path';
import sharp from 'sharp';

/** Where one of the three faces of sample3.jpg stands alone, in pixels: 4:3, the face 60 % of its height. */
const oneFace = { left: 812, top: 90, width: 680, height: 510 };

/** Where somebody in sample5.jpg looks straight into the camera, alone; as large. */
const frontalFace = { left: 132, top: 780, width: 680, height: 510 };

/**
 * A picture as a webcam or the front camera of a phone takes it: one face, 1280×960, about 210 kB of JPEG.
 * Made anew from a group photograph of the installed face-api package, since no face is ever committed.
 *
 * @returns {Promise<Buffer>}
 */
export function makeSelfie() {
  return sharp(photograph()).extract(oneFace).resize(1280, 960).jpeg({ quality: 95 }).toBuffer();
}

/**
 * What the camera of a session sees: the same face, 640×480, a little further to the side in each picture.
 *
 * @returns {Promise<Buffer[]>} JPEGs as browsers make them for seed 001 (quality 0.6)
 */
export function makeSessionPictures() {
  return Promise.all(
    [0, 4, 8, 4].map((shift) =>
      sharp(photograph())
        .extract({ ...oneFace, left: oneFace.left - shift })
        .resize(640, 480)
        .jpeg({ quality: 60 })
        .toBuffer(),
    ),
  );
}

/**
 * What Chromium plays in a camera's place: somebody who looks straight into it and sits as still as people do. A picture
 * of it in 480×360 and quality 0.7 has about the bytes of one from a webcam.
 *
 * @param {{ width: number, height: number }} size of the pictures, 30 a second; portrait for a phone
 * @returns {Promise<Buffer>} motion JPEG, of about a second
 */
export async function makeCameraFile({ width, height }) {
  const cut = Math.round((frontalFace.height * width) / height);
  const left = Math.round(frontalFace.left + (frontalFace.width - cut) / 2);
  const shifts = [0, 1, 2, 1].flatMap((shift) => Array(8).fill(shift));
  const pictures = shifts.map((shift) =>
    sharp(photograph('sample5.jpg'))
      .extract({ ...frontalFace, width: cut, left: left - shift })
      .resize(width, height)
      .jpeg({ quality: 95 })
      .toBuffer(),
  );
  return Buffer.concat(await Promise.all(pictures));
}

function photograph(name = 'sample3.jpg') {
  const entry = createRequire(import.meta.url).resolve('@vladmandic/face-api');
  return path.join(path.dirname(entry), '../demo', name);
}

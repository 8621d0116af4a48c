/**
 * Measures the mean face that pose is fitted to: the average of the face mesh over many near-frontal
 * portraits, made symmetrical. Run `npm run mean-face -- FOLDER` with a folder of pictures; it writes
 * `src/perception/mean-face.json` (numbers only, from which no picture can be told).
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInlinePerception } from '../dist/perception/inline.js';
import { fitRotation } from '../dist/perception/rigid-fit.js';

/** Faces whose nose points further aside than this share of the eye distance are left out. */
const frontalLimit = 0.15;
const rounds = 8;
const [noseTip, rightEye, leftEye] = [1, 33, 263];

const meshes = await measure(process.argv[2] ?? '.');
const frontal = meshes.map(normalise).filter(isFrontal);
const mean = symmetrical(frontal);
const file = new URL('../src/perception/mean-face.json', import.meta.url);
const provenance = `Mean of ${frontal.length} near-frontal of ${meshes.length} portraits of Labeled Faces in the Wild (Huang et al. 2007), measured with the face mesh in use, made symmetrical; x right, y down, z away, unit: root mean square radius.`;
const points = Array.from(mean, (value) => Number(value.toFixed(4)));
writeFileSync(file, `${JSON.stringify({ provenance, points })}\n`);
console.log(provenance);

async function measure(folder) {
  const perception = await createInlinePerception({
    modelsDir: '',
    modelPath: '',
    antiSpoofNets: [],
    embedder: 'dlib-resnet',
    executionProviders: ['cpu'],
    threads: 1,
    warmUp: false,
    maxImagePixels: 40_000_000,
    clip: { maxBytes: 0, maxMilliseconds: 0, maxPixels: 0, maxDecodeMilliseconds: 0 },
  });
  const found = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!/\.(jpe?g|png)$/i.test(entry.name)) continue;
    const bytes = readFileSync(path.join(entry.parentPath, entry.name));
    const { faces } = await perception.analyseImage(bytes, { measuredFaces: 1 });
    if (faces[0]?.mesh.status === 'measured') found.push(faces[0].mesh.value);
  }
  await perception.close();
  return found;
}

/** Centred, and of unit root mean square radius. */
function normalise(points) {
  const centre = [0, 0, 0];
  points.forEach((value, at) => {
    centre[at % 3] += (value * 3) / points.length;
  });
  const centred = points.map((value, at) => value - centre[at % 3]);
  const radius = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0) / (points.length / 3));
  return centred.map((value) => value / radius);
}

function isFrontal(points) {
  const [rx, ry] = points.slice(rightEye * 3, rightEye * 3 + 2);
  const [lx, ly] = points.slice(leftEye * 3, leftEye * 3 + 2);
  const [nx, ny] = points.slice(noseTip * 3, noseTip * 3 + 2);
  const square = (lx - rx) ** 2 + (ly - ry) ** 2;
  const along = ((nx - rx) * (lx - rx) + (ny - ry) * (ly - ry)) / square;
  return Math.abs(along - 0.5) < frontalLimit;
}

/** Alternates between turning every face onto the mean and averaging, mirrored copies included. */
function symmetrical(faces) {
  let mean = average(faces);
  for (let round = 0; round < rounds; round++) {
    const twin = mirrorImage(mean);
    mean = average([mean, twin]);
    mean = average(faces.map((face) => turn(fitRotation(face, mean), face)));
  }
  return average([mean, mirrorImage(mean)]);
}

function average(faces) {
  return normalise(faces[0].map((_, at) => faces.reduce((sum, face) => sum + face[at], 0) / faces.length));
}

function turn(rotation, face) {
  return face.map((_, at) => {
    const row = (at % 3) * 3;
    const from = at - (at % 3);
    return (
      rotation[row] * face[from] + rotation[row + 1] * face[from + 1] + rotation[row + 2] * face[from + 2]
    );
  });
}

/** The mirrored face, each point in the place of its twin; twins are the nearest pairs, best first. */
function mirrorImage(face) {
  const count = face.length / 3;
  const pairs = [];
  for (let one = 0; one < count; one++)
    for (let other = 0; other <= one; other++) {
      const distance = Math.hypot(
        face[one * 3] + face[other * 3],
        face[one * 3 + 1] - face[other * 3 + 1],
        face[one * 3 + 2] - face[other * 3 + 2],
      );
      pairs.push([distance, one, other]);
    }
  pairs.sort((first, second) => first[0] - second[0]);
  const mirrored = new Float32Array(face.length);
  const placed = new Set();
  for (const [, one, other] of pairs) {
    if (placed.has(one) || placed.has(other)) continue;
    placed.add(one).add(other);
    for (const [to, from] of [
      [one, other],
      [other, one],
    ]) {
      mirrored.set([-face[from * 3], face[from * 3 + 1], face[from * 3 + 2]], to * 3);
    }
  }
  return mirrored;
}

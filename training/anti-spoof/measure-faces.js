/**
 * Finds the largest face of each picture, and of frames of each clip, with the project's own engine, and keeps what the
 * net learns from: `node training/anti-spoof/measure-faces.js ROOT LIST OUT MODELS_DIR DETECTOR`, after `npm run build`.
 *
 * LIST holds one path below ROOT a line. DETECTOR is `blazeface` or `yunet`. OUT.jsonl gets one line a face: path
 * (`#milliseconds` behind a clip's), box, size of the image, the rectangle of the patch, the teachers' logits on the
 * picture as it is. OUT.u8 gets its patch: 192×192 RGB bytes, reduced by area, 1.4 times what the net sees where the
 * picture goes on; OUT-crops.u8 its crop as the product makes it, and the same resized bilinearly without smoothing, each
 * 96×96 RGB bytes. Pictures without a face get a line with `found: false`.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { decodeClip } from '../../dist/media/decode-clip.js';
import { decodeImage } from '../../dist/media/decode-image.js';
import { findUpright } from '../../dist/perception/find-upright.js';
import { loadEmbedded, loadStrong } from '../../dist/perception/load-model.js';
import { createBlazeFace } from '../../dist/perception/models/blazeface.js';
import { createFaceMesh } from '../../dist/perception/models/facemesh.js';
import { createMiniFasNet, shiftedRectangle } from '../../dist/perception/models/minifasnet.js';
import { createYuNet } from '../../dist/perception/models/yunet.js';
import { reduceByArea, resizeBilinear } from '../../dist/perception/resizing.js';
import { startStages } from '../../dist/perception/stages.js';

const side = 192;
const cropSide = 96;
const cropScale = 2.7;
const margin = 1.4;
const framesOfClip = 40;
const maxSide = 1920;
const [root, list, out, modelsDir, detectorName] = process.argv.slice(2);
const session = { executionProviders: ['cpu'], threads: 1 };
const silentFace = { crop: 'shifted', order: 'bgr', white: 255, liveClass: 1 };
const finder = {
  detector: (detectorName === 'yunet'
    ? await loadStrong('yunet', modelsDir, session, createYuNet)
    : await loadEmbedded('blazeface', session, createBlazeFace)
  ).model,
  mesh: (await loadEmbedded('facemesh', session, createFaceMesh)).model,
};
const teachers = {
  v2: await loadTeacher('minifasnet-v2', 2.7),
  v1se: await loadTeacher('minifasnet-v1se', 4),
};
const lines = openSync(`${out}.jsonl`, 'w');
const patches = openSync(`${out}.u8`, 'w');
const crops = openSync(`${out}-crops.u8`, 'w');
let faces = 0;
for (const file of readFileSync(list, 'utf8').split('\n').filter(Boolean)) {
  try {
    await (/\.(mp4|mov)$/i.test(file) ? measureClip(file) : measureStill(file));
  } catch (error) {
    console.error(`${file}: ${error.message}`);
  }
}
closeSync(lines);
closeSync(patches);
closeSync(crops);
console.log(`${faces} faces`);

async function loadTeacher(name, scale) {
  const create = (loaded) => createMiniFasNet(loaded, { ...silentFace, cropScale: scale });
  return (await loadStrong(name, modelsDir, session, create)).model;
}

async function measureStill(file) {
  const { image } = await decodeImage(readFileSync(path.join(root, file)), { maxPixels: 40e6, maxSide });
  await measure(file, image);
}

async function measureClip(file) {
  const limits = {
    maxBytes: 1e9,
    maxMilliseconds: 120_000,
    maxFrames: 20_000,
    maxPixels: 40e6,
    maxSide,
    shownFrames: framesOfClip,
    maxDecodeMilliseconds: 600_000,
  };
  const onFrame = ({ image, milliseconds }) => measure(`${file}#${Math.round(milliseconds)}`, image);
  await decodeClip(readFileSync(path.join(root, file)), limits, onFrame);
}

async function measure(name, sent) {
  const { stages } = startStages(() => false);
  const { pyramid, detections, largestMesh } = await findUpright(finder, sent, stages);
  const [detection] = detections;
  if (!detection || !(detection.score >= 0.7 || largestMesh.presence >= 0.5)) {
    writeSync(lines, `${JSON.stringify({ path: name, detector: detectorName, found: false })}\n`);
    return;
  }
  const [image] = pyramid;
  const { box } = detection;
  const crop = shiftedRectangle(image, box, cropScale);
  for (const resize of [reduceByArea, resizeBilinear])
    writeSync(crops, Uint8Array.from(resize(image, crop, cropSide, cropSide), Math.round));
  const patch = widened(crop, image);
  writeSync(patches, Uint8Array.from(reduceByArea(image, patch, side, side), Math.round));
  const row = {
    path: name,
    detector: detectorName,
    found: true,
    index: faces++,
    width: image.width,
    height: image.height,
    box,
    patch,
    faces: detections.length,
    score: detection.score,
    presence: largestMesh.presence,
    v2: await score(teachers.v2, image, box),
    v1se: await score(teachers.v1se, image, box),
  };
  writeSync(lines, `${JSON.stringify(row)}\n`);
}

/** A teacher's logit, the mean of the picture's and its mirror image's. */
async function score(teacher, image, box) {
  const mirroredBox = { ...box, x: image.width - box.x - box.width };
  const { logit } = await teacher(image, box);
  return (logit + (await teacher(mirrored(image), mirroredBox)).logit) / 2;
}

function mirrored({ width, height, data }) {
  const turned = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      const to = (y * width + width - 1 - x) * 3;
      turned[to] = data[from];
      turned[to + 1] = data[from + 1];
      turned[to + 2] = data[from + 2];
    }
  return { width, height, data: turned };
}

function widened({ x, y, width, height }, image) {
  const [left, right] = span(x, width, image.width);
  const [top, bottom] = span(y, height, image.height);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function span(start, length, limit) {
  const grown = (length * (margin - 1)) / 2;
  return [Math.max(Math.floor(start - grown), 0), Math.min(Math.ceil(start + length + grown), limit)];
}

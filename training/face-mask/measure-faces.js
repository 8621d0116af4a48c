/**
 * Finds the largest face of each picture of a list with the project's own engine and crops it as the product
 * does: `node training/face-mask/measure-faces.js ROOT LIST OUT [MODELS_DIR]`, after `npm run build`.
 *
 * LIST holds one path below ROOT a line. OUT.jsonl gets one line a face: path, detector, box, score,
 * presence, mesh; OUT.u8 its crop by the mesh and its crop by the box, each 96×96 RGB bytes, wider than what the net sees by 1.25.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { decodeImage } from '../../dist/media/decode-image.js';
import { findUpright } from '../../dist/perception/find-upright.js';
import { loadEmbedded, loadStrong } from '../../dist/perception/load-model.js';
import { createBlazeFace } from '../../dist/perception/models/blazeface.js';
import { cropByBox, cropByMesh } from '../../dist/perception/models/face-mask.js';
import { createFaceMesh } from '../../dist/perception/models/facemesh.js';
import { createYuNet } from '../../dist/perception/models/yunet.js';
import { sampleCrop } from '../../dist/perception/sampling.js';
import { startStages } from '../../dist/perception/stages.js';

const side = 96;
const margin = 1.25;
const [root, list, out, modelsDir] = process.argv.slice(2);
const session = { executionProviders: ['cpu'], threads: 1 };
const mesh = await loadEmbedded('facemesh', session, createFaceMesh);
const detector = modelsDir
  ? await loadStrong('yunet', modelsDir, session, createYuNet)
  : await loadEmbedded('blazeface', session, createBlazeFace);
if (!detector) throw new Error(`There is no YuNet in ${modelsDir}.`);
const finder = { detector: detector.model, mesh: mesh.model };
const lines = openSync(`${out}.jsonl`, 'w');
const crops = openSync(`${out}.u8`, 'w');
let faces = 0;
for (const file of readFileSync(list, 'utf8').split('\n').filter(Boolean)) await measure(file);
closeSync(lines);
closeSync(crops);
console.log(`${faces} faces`);

async function measure(file) {
  const { stages } = startStages(() => false);
  const bytes = readFileSync(path.join(root, file));
  let found;
  try {
    const { image } = await decodeImage(bytes, { maxPixels: 40e6, maxSide: 1920 });
    found = await findUpright(finder, image, stages);
  } catch (error) {
    console.error(`${file}: ${error.message}`);
    return;
  }
  const [detection] = found.detections;
  const face = found.largestMesh;
  const size = { width: found.pyramid[0].width, height: found.pyramid[0].height };
  if (!detection || !face) {
    writeSync(lines, `${JSON.stringify({ path: file, detector: detector.identity.name, found: false })}\n`);
    return;
  }
  writeSync(crops, sample(found.pyramid, cropByMesh(face.points, side, margin)));
  writeSync(crops, sample(found.pyramid, cropByBox(detection, side, margin)));
  const row = {
    path: file,
    detector: detector.identity.name,
    found: true,
    crop: faces++,
    turns: found.turns,
    ...size,
    box: detection.box,
    eyes: [detection.rightEye, detection.leftEye],
    score: detection.score,
    presence: face.presence,
    mesh: Array.from(face.points, (value) => Math.round(value * 100) / 100),
  };
  writeSync(lines, `${JSON.stringify(row)}\n`);
}

function sample(pyramid, transform) {
  const values = new Float32Array(side * side * 3);
  const format = { layout: 'nhwc', order: 'rgb', scale: 1, offset: 0 };
  sampleCrop(pyramid, transform, { width: side, height: side }, format, values);
  return Uint8Array.from(values, Math.round);
}

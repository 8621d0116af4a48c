/**
 * What MiniFASNet V2 says of crops themselves, as they are, whatever was done to them:
 * `node training/anti-spoof/score-crops.js CROPS.u8 OUT.f32 MODELS_DIR`, after `npm run build`.
 *
 * CROPS.u8 holds crops of 96×96 RGB bytes; OUT.f32 gets the log-odds of live of each.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { loadStrong } from '../../dist/perception/load-model.js';
import { createMiniFasNet } from '../../dist/perception/models/minifasnet.js';

const side = 96;
const [crops, out, modelsDir] = process.argv.slice(2);
const recipe = { cropScale: 1, crop: 'shifted', order: 'bgr', white: 255, liveClass: 1 };
const session = { executionProviders: ['cpu'], threads: 1 };
const teacher = await loadStrong('minifasnet-v2', modelsDir, session, (loaded) =>
  createMiniFasNet(loaded, recipe),
);
const bytes = readFileSync(crops);
const size = side * side * 3;
const logits = new Float32Array(bytes.length / size);
for (let index = 0; index < logits.length; index++) {
  const image = { width: side, height: side, data: bytes.subarray(index * size, (index + 1) * size) };
  logits[index] = (await teacher.model(image, { x: 0, y: 0, width: side, height: side })).logit;
}
writeFileSync(out, logits);

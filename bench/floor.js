// The floor: the engine in a loop, in a process of its own, without server, queue or messages.
import { createEngine } from '../dist/perception/load-engine.js';
import { serveHelper } from './helper.js';

/** What the passive check asks for. */
const request = { measuredFaces: 1, measure: ['eyes', 'texture', 'anti_spoof', 'embedding'] };

let engine;
let picture;

serveHelper(async (question) => {
  if (question.engine) {
    engine = await createEngine(question.engine);
    picture = question.picture;
    return engine.describe();
  }
  return loop(question.seconds);
});

/** Analyses the picture over and over; milliseconds of each stage and of the whole, image by image. */
async function loop(seconds) {
  const images = [];
  const before = process.cpuUsage();
  const start = performance.now();
  let now = start;
  while (now - start < seconds * 1000) {
    const { faces, timings } = await engine.analyseImage(picture, request, () => false);
    if (faces[0]?.mesh.status !== 'measured') throw new Error('The face of the picture was not measured.');
    const end = performance.now();
    images.push({ whole: end - now, stages: byStage(timings) });
    now = end;
  }
  const { user, system } = process.cpuUsage(before);
  return { images, perSecond: (images.length * 1000) / (now - start), cpu: (user + system) / 1000 };
}

/** A stage that ran more than once is summed up. */
function byStage(timings) {
  const stages = {};
  for (const { stage, milliseconds } of timings) stages[stage] = (stages[stage] ?? 0) + milliseconds;
  return stages;
}

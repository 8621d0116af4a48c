// A server reduced to its pool; prints the pids of its perception processes, then waits to be killed.
import { createPool } from '../../dist/perception/pool.js';

const [entry, job] = process.argv.slice(2);
const pids = [];
const pool = await createPool({
  engine: {
    modelsDir: '',
    modelPath: '',
    antiSpoofNets: [],
    embedder: 'dlib-resnet',
    executionProviders: ['cpu'],
    threads: 1,
    warmUp: false,
    maxImagePixels: 1e6,
    clip: { maxBytes: 1e6, maxMilliseconds: 1e4, maxPixels: 1e6, maxDecodeMilliseconds: 1e4 },
  },
  processes: 2,
  queueLimit: 0,
  deadlineMs: 60_000,
  clipDeadlineMs: 60_000,
  entry: new URL(entry),
  onEvent: (event) => event.type === 'started' && pids.push(event.pid),
});
pool.analyseImage(Buffer.from(job), { measuredFaces: 0 }).catch(() => undefined);
console.log(JSON.stringify(pids));

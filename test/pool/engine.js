// A perception process whose engine does what the bytes tell it to, so that the pool can be tested with
// real processes that sleep, spin, grow and die. Options of the start come in `modelsDir`, as JSON.
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { BonafideError } from '../../dist/errors.js';
import { serve } from '../../dist/perception/serve.js';

const hoard = [];

const jobs = {
  sleep: async ({ ms }, shouldStop) => {
    for (const end = Date.now() + ms; Date.now() < end; await sleep(5)) {
      if (shouldStop()) throw new BonafideError('cancelled');
    }
  },
  spin: ({ ms }) => {
    for (const end = Date.now() + ms; Date.now() < end; );
  },
  abort: () => process.abort(),
  segfault: () => process.kill(process.pid, 'SIGSEGV'),
  exit: () => process.exit(3),
  grow: ({ bytes }) => {
    hoard.push(Buffer.alloc(bytes, 1));
  },
  refuse: () => {
    throw new BonafideError('unsupported_format', 'Send a JPEG.');
  },
  fail: () => {
    throw new TypeError('a secret of the library');
  },
};

serve(async (options) => {
  const { fail, failWhileExists, die, models } = JSON.parse(options.modelsDir || '{}');
  if (fail) throw new Error(fail);
  if (failWhileExists && existsSync(failWhileExists)) throw new Error('The models are gone.');
  if (die) process.abort();
  const obey = async (bytes, shouldStop) => {
    const text = Buffer.from(bytes.subarray(0, 200)).toString();
    if (!text.startsWith('{')) return;
    const order = JSON.parse(text);
    await jobs[order.do](order, shouldStop);
  };
  return {
    describe: () => ({
      models: models ? JSON.parse(readFileSync(models, 'utf8')) : [],
      executionProviders: ['cpu'],
      notices: [JSON.stringify(process.env), JSON.stringify(process.execArgv)],
    }),
    async analyseImage(bytes, request, shouldStop) {
      await obey(bytes, shouldStop);
      return {
        width: bytes.length,
        height: process.pid,
        format: bytes.constructor.name,
        capturedAt: null,
        // Odd offsets make the receiver realign: what comes back must still be these very floats.
        faces: [{ mesh: { status: 'measured', value: Float32Array.from(bytes.subarray(-1404)) } }],
        models: [],
        timings: [{ stage: `measured ${request.measuredFaces}`, startedAt: 0, milliseconds: 0 }],
      };
    },
    async analyseClip(bytes, request, shouldStop) {
      await obey(bytes, shouldStop);
      return {
        container: 'mp4',
        codec: 'h264',
        decodedFrames: request.fullLookEvery,
        frames: [],
        timings: [],
      };
    },
  };
});

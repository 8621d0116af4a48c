import { Type } from 'typebox';
import { list } from './list.ts';

/** Perception: its models, its processes, and what a picture or a clip may cost. */
export const perception = {
  MODELS_DIR: Type.String({
    default: 'models',
    description: 'Folder of the strong pack (see `bonafide models pull`).',
  }),
  MODELS_AUTO_PULL: Type.Boolean({
    default: true,
    description:
      'Fetch at the start what MODELS_DIR lacks of the strong pack, checked against pinned hashes; where that fails, what is there serves. `--offline` on the command line turns it off, too.',
  }),
  MODELS_MIRROR: Type.String({
    default: '',
    description:
      "A folder, or an http or https address before /<file>, to fetch models from in place of each one's own address: at the start, and by `bonafide models pull`.",
  }),
  MODELS_PULL_TIMEOUT_MS: Type.Integer({
    default: 10_000,
    minimum: 100,
    maximum: 600_000,
    description:
      'Longest time the start spends on fetching models, in milliseconds; what has arrived by then is kept and resumed by the next start. A server that is silent for 5 s is given up at once.',
  }),
  MODEL_PATH: Type.String({
    default: '',
    description: 'One anti-spoof ONNX file named by hand; it takes the place of ANTISPOOF_NETS.',
  }),
  ANTISPOOF_NETS: list(
    'minifasnet-v2,minifasnet-v1se',
    'Anti-spoof nets to use where their files are present; where none of them is, our own experimental net, bonafide-antispoof, stands in. minifasnet-v2se is opt-in (its training data is non-commercial). `none`: no net at all.',
  ),
  EMBEDDER: Type.Enum(['dlib-resnet', 'mobilefacenet'], {
    default: 'dlib-resnet',
    description:
      'The model that tells people apart; mobilefacenet is better, but must be pulled (`bonafide models pull mobilefacenet`) and was trained on data for research only. Templates of one cannot be compared with those of another: whoever is enrolled must enrol again.',
  }),
  EXECUTION_PROVIDERS: list(
    'cpu',
    'ONNX Runtime execution providers in order of preference: cpu, or cuda,cpu.',
  ),
  ORT_THREADS: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 64,
    description: 'Threads of one model; parallelism comes from processes.',
  }),
  DISABLE_WARMUP: Type.Boolean({ default: false, description: 'Skip the first run of each model at start.' }),
  PERCEPTION_PROCESSES: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 256,
    description: 'Perception processes; 0: one for each core.',
  }),
  QUEUE_LIMIT: Type.Integer({
    default: 64,
    minimum: 0,
    maximum: 100_000,
    description: 'Jobs that may wait for a process; past it the answer is 503.',
  }),
  REQUEST_TIMEOUT_MS: Type.Integer({
    default: 15_000,
    minimum: 100,
    maximum: 600_000,
    description: 'Longest wait for one analysis, queue included, in milliseconds.',
  }),
  CLIP_TIMEOUT_MS: Type.Integer({
    default: 60_000,
    minimum: 100,
    maximum: 600_000,
    description: 'Longest wait for the analysis of one clip, queue included, in milliseconds.',
  }),
  MAX_PENDING_BYTES: Type.Integer({
    default: 200_000_000,
    minimum: 1_000,
    maximum: 100_000_000_000,
    description:
      'Bytes of request bodies (arriving, waiting or analysed) and of frames of WebSocket sessions (waiting or analysed) at once; past it the answer is 503, and a frame is dropped. The server holds up to three times as much memory. Messages of sessions that are still arriving come on top: see MAX_SESSIONS.',
  }),
  MAX_IMAGE_BYTES: Type.Integer({
    default: 10_000_000,
    minimum: 1_000,
    maximum: 100_000_000,
    description: 'Largest image file, in bytes.',
  }),
  MAX_IMAGE_PIXELS: Type.Integer({
    default: 25_000_000,
    minimum: 10_000,
    maximum: 200_000_000,
    description: 'Largest image, in pixels, read from its header before decoding.',
  }),
  MAX_CLIP_BYTES: Type.Integer({
    default: 20_000_000,
    minimum: 1_000,
    maximum: 1_000_000_000,
    description: 'Largest clip file, in bytes.',
  }),
  MAX_CLIP_SECONDS: Type.Number({
    default: 30,
    minimum: 1,
    maximum: 300,
    description: 'Longest clip, in seconds.',
  }),
  MAX_CLIP_PIXELS: Type.Integer({
    default: 9_000_000,
    minimum: 10_000,
    maximum: 50_000_000,
    description: "Largest frame of a clip, in pixels; the default admits phones' 4K.",
  }),
  CLIP_DECODE_TIMEOUT_MS: Type.Integer({
    default: 20_000,
    minimum: 100,
    maximum: 600_000,
    description: 'Longest time spent on decoding one clip, in milliseconds.',
  }),
} as const;

import { Type } from 'typebox';

/** A setting that is a comma-separated list in the environment. */
const list = (fallback: string, description: string) => Type.String({ default: fallback, description });

/** A weight or penalty of seed 004's heuristic. */
const weight = (fallback: number, what: string) =>
  Type.Number({
    default: fallback,
    minimum: 0,
    maximum: 10,
    description: `${what} in the heuristic score of /v1 (see docs/contracts/recognition.md).`,
  });

/** From where on a sign of an attack counts, in seed 004's heuristic. */
const suspect = (fallback: number, what: string) =>
  Type.Number({
    default: fallback,
    minimum: 0,
    maximum: 1,
    description: `From here on ${what} is a sign of an attack for /v1: it is penalised, and raises the threshold.`,
  });

/**
 * Every setting of the server, with its default. `.env.example` is printed from this schema and a
 * test keeps the two equal.
 */
export const settings = Type.Object({
  HOST: Type.String({
    default: '',
    description:
      'Address to listen on. Empty: 127.0.0.1 where there is no key at the start (neither API_KEY nor one in the database: the server is open then), else 0.0.0.0.',
  }),
  PORT: Type.Integer({
    default: 8000,
    minimum: 0,
    maximum: 65535,
    description: 'Port to listen on; 0 picks a free one.',
  }),
  PUBLIC_URL: Type.String({
    default: '',
    description:
      'Address clients reach this server at, https://liveness.example.com for instance; upload_url then is absolute.',
  }),
  API_KEY: list(
    '',
    'API keys, separated by commas, that may do everything; `bonafide keys create` makes others. While there is neither, every route is open but those of the KYC contract. Otherwise /, /health, /docs, /openapi.json, /test and /metrics stay open.',
  ),
  ALLOWED_ORIGINS: list(
    '',
    "Origins whose pages may open WebSockets, https://shop.example for instance, besides those at PUBLIC_URL; separated by commas, *: any. Programs that are no browsers send none and always may. So may the server's own pages, but without a key only at an IP address or localhost: a name can be made to point here by whoever owns it.",
  ),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'Log level: fatal, error, warn, info, debug, trace or silent.',
  }),
  LOG_FORMAT: Type.Enum(['json', 'text'], {
    default: 'json',
    description:
      'json: one object a line; text: lines as those of the server of seed 004, `2025-09-17 17:08:26,670 INFO api …`, in local time.',
  }),
  MODELS_DIR: Type.String({
    default: 'models',
    description: 'Folder of the strong pack (see `bonafide models pull`).',
  }),
  MODEL_PATH: Type.String({
    default: '',
    description: 'One anti-spoof ONNX file named by hand; it takes the place of ANTISPOOF_NETS.',
  }),
  ANTISPOOF_NETS: list(
    'minifasnet-v2,minifasnet-v1se',
    'Anti-spoof nets to use where their files are present. minifasnet-v2se is opt-in (its training data is non-commercial).',
  ),
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
  CLIP_TIMEOUT_MS: Type.Integer({
    default: 60_000,
    minimum: 100,
    maximum: 600_000,
    description: 'Longest wait for the analysis of one clip, queue included, in milliseconds.',
  }),
  REQUEST_TIMEOUT_MS: Type.Integer({
    default: 15_000,
    minimum: 100,
    maximum: 600_000,
    description: 'Longest wait for one analysis, queue included, in milliseconds.',
  }),
  MAX_IMAGE_BYTES: Type.Integer({
    default: 10_000_000,
    minimum: 1_000,
    maximum: 100_000_000,
    description: 'Largest image file, in bytes.',
  }),
  MAX_PENDING_BYTES: Type.Integer({
    default: 200_000_000,
    minimum: 1_000,
    maximum: 100_000_000_000,
    description:
      'Bytes of request bodies (arriving, waiting or analysed) and of frames of WebSocket sessions (waiting or analysed) at once; past it the answer is 503, and a frame is dropped. The server holds up to three times as much memory. Messages of sessions that are still arriving come on top: see MAX_SESSIONS.',
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
  LIVE_THRESHOLD: Type.Number({
    default: 0.9,
    minimum: 0,
    maximum: 1,
    description: 'Live probability from which a passive verdict is `real`.',
  }),
  ATTACK_THRESHOLD: Type.Number({
    default: 0.3,
    minimum: 0,
    maximum: 1,
    description:
      'Live probability up to which a passive verdict is `spoof`; between the two it is `inconclusive`.',
  }),
  REQUIRE_ANTI_SPOOF: Type.Boolean({
    default: false,
    description:
      'Without any anti-spoof net installed, nothing is ever called live: neither a session, nor posed frames, nor a blink. By default their movements alone decide then, and a replay of somebody who does as told passes.',
  }),
  BYSTANDER_RATIO: Type.Number({
    default: 0.5,
    minimum: 0,
    maximum: 1,
    description: 'A face lower than this share of the largest one is a bystander and does not count.',
  }),
  REQUIRED_SUCCESSES: Type.Integer({
    default: 3,
    minimum: 1,
    maximum: 20,
    description: 'Challenges to be passed in a WebSocket session.',
  }),
  CHALLENGE_TIMEOUT: Type.Number({
    default: 5,
    minimum: 1,
    maximum: 60,
    description: 'Longest time for one challenge, in seconds.',
  }),
  SESSION_TIMEOUT: Type.Number({
    default: 30,
    minimum: 1,
    maximum: 600,
    description: 'Longest time for a whole WebSocket session, in seconds.',
  }),
  MAX_WRONG_ATTEMPTS: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 20,
    description: 'Turns in a wrong direction at which a WebSocket session fails.',
  }),
  MAX_SESSIONS: Type.Integer({
    default: 200,
    minimum: 1,
    maximum: 100_000,
    description:
      'WebSocket sessions at once; past it a new one is refused. At worst each holds one unfinished message, MAX_FRAME_BYTES in base64: 560 MB in all with both defaults.',
  }),
  MAX_FRAME_BYTES: Type.Integer({
    default: 2_000_000,
    minimum: 1_000,
    maximum: 100_000_000,
    description: 'Largest frame of a WebSocket session, in bytes of JPEG.',
  }),
  MAX_FRAME_RATE: Type.Number({
    default: 60,
    minimum: 1,
    maximum: 1_000,
    description: 'Frames a second that a WebSocket session may send, late ones that are dropped included.',
  }),
  IDLE_TIMEOUT: Type.Number({
    default: 10,
    minimum: 1,
    maximum: 600,
    description: 'Longest silence of a WebSocket client, in seconds.',
  }),
  FRAMES_THRESHOLD: Type.Number({
    default: 0.7,
    minimum: 0,
    maximum: 1,
    description: 'Confidence from which posed frames show a real face.',
  }),
  FRAMES_ATTACK_VETO: Type.Boolean({
    default: true,
    description: 'Strong signs of an attack refuse posed frames, whatever their confidence.',
  }),
  DATA_DIR: Type.String({
    default: 'data',
    description: 'Folder of what the server keeps: the embedded database (in `db`) and the template key.',
  }),
  DATABASE_URL: Type.String({
    default: '',
    description:
      'PostgreSQL to keep everything in, postgres://user:password@host/database for instance; several servers may share one. Empty: an embedded database in DATA_DIR, for one server alone.',
  }),
  TEMPLATE_KEY: Type.String({
    default: '',
    description:
      'Key that templates are encrypted with: 32 bytes in base64 or hex (`openssl rand -base64 32`); older ones after it, separated by commas, until `bonafide embeddings rotate` has replaced them. Empty: a key file is made in DATA_DIR.',
  }),
  TEMPLATE_LIFETIME_DAYS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 36_500,
    description: 'Days after which an enrolment expires unless it says otherwise; 0: never.',
  }),
  TEMPLATE_SEARCH: Type.Enum(['auto', 'memory'], {
    default: 'auto',
    description:
      'What searches all templates: auto takes pgvector where the database has it, memory decrypts them into the memory of the server.',
  }),
  EMBEDDER: Type.Enum(['dlib-resnet', 'mobilefacenet'], {
    default: 'dlib-resnet',
    description:
      'The model that tells people apart; mobilefacenet is better, but must be pulled (`bonafide models pull mobilefacenet`) and was trained on data for research only. Templates of one cannot be compared with those of another: whoever is enrolled must enrol again.',
  }),
  KYC_FACE_THRESHOLD: Type.Number({
    default: 0.75,
    minimum: 0,
    maximum: 1,
    description: 'Detector score below which the KYC contract sees no face.',
  }),
  KYC_LIVENESS_THRESHOLD: Type.Number({
    default: 0.9,
    minimum: 0,
    maximum: 1,
    description: 'Live probability from which the KYC contract says that a face is live.',
  }),
  KYC_MIN_FACE_SIDE: Type.Integer({
    default: 80,
    minimum: 16,
    maximum: 4_000,
    description:
      'Shorter side of a face, or of the whole picture, in pixels, below which the KYC contract finds the resolution too low.',
  }),
  KYC_REQUIRE_SESSION: Type.Boolean({
    default: false,
    description: 'Ask for a session token of holders of API_KEY too, as the records of other keys may.',
  }),
  KYC_SESSION_USES: Type.Integer({
    default: 3,
    minimum: 1,
    maximum: 1_000_000,
    description: 'Checks that a session token is good for, unless the record of its key says otherwise.',
  }),
  KYC_SESSION_SECONDS: Type.Integer({
    default: 600,
    minimum: 1,
    maximum: 31_536_000,
    description: 'Lifetime of a session token, in seconds, unless the record of its key says otherwise.',
  }),
  TRAIN_DIR: Type.String({
    default: '',
    description: 'Folder of the data set that /v1/dataset/upload collects. Empty: `train` in DATA_DIR.',
  }),
  LIVENESS_CLF_PATH: Type.String({
    default: '',
    description: 'A classifier made by `bonafide train`: its probability then is the score of /v1.',
  }),
  LIVENESS_MIN_SIDE: Type.Integer({
    default: 224,
    minimum: 16,
    maximum: 4_000,
    description: 'Shorter side from which a face is no small one for /v1, in pixels.',
  }),
  LIVENESS_W_BLUR: weight(0.35, 'Weight of sharpness'),
  LIVENESS_W_SAT: weight(0.2, 'Weight of colour saturation'),
  LIVENESS_W_FREQ: weight(0.45, 'Weight of high frequencies'),
  LIVENESS_W_AXIS: weight(0.25, 'Penalty for the grid of a screen'),
  LIVENESS_W_GLARE: weight(0.12, 'Penalty for glare'),
  LIVENESS_W_LINES: weight(0.15, 'Penalty for straight lines'),
  LIVENESS_W_SHARP_SMALL: weight(0.12, 'Penalty for a small face that is too sharp'),
  LIVENESS_AXIS_SUSPECT: suspect(0.35, 'a grid'),
  LIVENESS_GLARE_SUSPECT: suspect(0.08, 'glare'),
  LIVENESS_LINES_SUSPECT: suspect(0.1, 'straight lines'),
  VIDEO_LIVENESS_MAX_FRAMES: Type.Integer({
    default: 24,
    minimum: 1,
    maximum: 240,
    description: 'Frames of a clip that /v1 looks at, spread evenly over it.',
  }),
  VIDEO_LIVENESS_MIN_FRAMES: Type.Integer({
    default: 8,
    minimum: 1,
    maximum: 240,
    description: 'Frames with a face that a clip must have for /v1 to call it live.',
  }),
  VIDEO_LIVENESS_PASS_RATIO: Type.Number({
    default: 0.6,
    minimum: 0,
    maximum: 1,
    description: 'Share of those frames that must be live.',
  }),
  MATCH_THRESHOLD: Type.Number({
    default: 0.35,
    minimum: 0,
    maximum: 2,
    description:
      'Cosine distance up to which /v1 takes two faces for one person, unless the request says otherwise.',
  }),
  ALLOW_HEURISTIC_ENROL: Type.Boolean({
    default: false,
    description:
      'Let /v1/register and /v1/verify go by the score of the heuristic where no anti-spoof net is installed. For demonstrations only: it tells next to nothing.',
  }),
  UNIQUE_FACES: Type.Boolean({
    default: false,
    description: 'Refuse to enrol a face that is enrolled under another id.',
  }),
  ENABLE_METRICS: Type.Boolean({ default: true, description: 'Serve Prometheus metrics at /metrics.' }),
  METRICS_NEED_KEY: Type.Boolean({
    default: false,
    description: 'Ask for a key at /metrics too; Prometheus can send it as a bearer token.',
  }),
  ENABLE_TRACING: Type.Boolean({ default: true, description: 'Export OpenTelemetry spans.' }),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.String({
    default: 'http://localhost:4318',
    description: 'OTLP/HTTP collector.',
  }),
});

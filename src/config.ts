import { availableParallelism } from 'node:os';
import { type Static, type TProperties, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { EngineOptions } from './perception/engine.ts';

/** A setting that is a comma-separated list in the environment. */
const list = (fallback: string, description: string) => Type.String({ default: fallback, description });

/**
 * Every setting of the server, with its default. `.env.example` is printed from this schema and a
 * test keeps the two equal.
 */
export const settings = Type.Object({
  HOST: Type.String({
    default: '',
    description:
      'Address to listen on. Empty: 127.0.0.1 while no API_KEY is set (the server is open then), else 0.0.0.0.',
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
    'API keys, separated by commas. Empty: every route is open. Otherwise /, /health, /docs, /openapi.json and /metrics stay open.',
  ),
  ALLOWED_ORIGINS: list(
    '',
    "Origins whose pages may open WebSockets, https://shop.example for instance, besides those at PUBLIC_URL; separated by commas, *: any. Programs that are no browsers send none and always may. So may the server's own pages, but while no API_KEY is set only at an IP address or localhost: a name can be made to point here by whoever owns it.",
  ),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'Log level: fatal, error, warn, info, debug, trace or silent.',
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
  ENABLE_METRICS: Type.Boolean({ default: true, description: 'Serve Prometheus metrics at /metrics.' }),
  METRICS_NEED_KEY: Type.Boolean({
    default: false,
    description: 'Ask for one of API_KEY at /metrics too; Prometheus can send it as a bearer token.',
  }),
  ENABLE_TRACING: Type.Boolean({ default: true, description: 'Export OpenTelemetry spans.' }),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.String({
    default: 'http://localhost:4318',
    description: 'OTLP/HTTP collector.',
  }),
});

type Settings = Static<typeof settings>;

/** The server's configuration, read once and frozen. */
export interface Config
  extends Readonly<Omit<Settings, 'API_KEY' | 'ALLOWED_ORIGINS' | 'ANTISPOOF_NETS' | 'EXECUTION_PROVIDERS'>> {
  readonly API_KEY: readonly string[];
  readonly ALLOWED_ORIGINS: readonly string[];
  readonly ANTISPOOF_NETS: readonly string[];
  readonly EXECUTION_PROVIDERS: readonly string[];
}

/**
 * Reads the configuration from environment variables.
 *
 * @throws Error with one sentence for each wrong setting
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const properties: TProperties = settings.properties;
  const problems: string[] = [];
  const read: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(properties)) {
    const text = env[name]?.trim();
    read[name] = text === undefined || text === '' ? defaultOf(schema) : parse(schema, text);
    if (!Value.Check(schema, read[name]))
      problems.push(`${name}=${name === 'API_KEY' ? '…' : text}: ${requirement(schema)}`);
  }
  const values = read as Settings;
  const keys = items(values.API_KEY);
  // An operator who sets a key, a blank secret for instance, does not mean an open server.
  if (env.API_KEY && keys.length === 0) problems.push('API_KEY is set, but holds no key.');
  if (env.ANTISPOOF_NETS?.trim() && items(values.ANTISPOOF_NETS).length === 0)
    problems.push('ANTISPOOF_NETS is set, but names no net.');
  if (values.PUBLIC_URL && !isBaseUrl(values.PUBLIC_URL))
    problems.push(`PUBLIC_URL=${values.PUBLIC_URL}: must be an http or https address without a query.`);
  if (values.ATTACK_THRESHOLD > values.LIVE_THRESHOLD)
    problems.push('ATTACK_THRESHOLD must not be above LIVE_THRESHOLD.');
  if (problems.length > 0) throw new Error(`The configuration is wrong.\n  ${problems.join('\n  ')}`);
  return Object.freeze({
    ...values,
    HOST: values.HOST || (keys.length > 0 ? '0.0.0.0' : '127.0.0.1'),
    PERCEPTION_PROCESSES: values.PERCEPTION_PROCESSES || availableParallelism(),
    API_KEY: keys,
    ALLOWED_ORIGINS: items(values.ALLOWED_ORIGINS),
    ANTISPOOF_NETS: items(values.ANTISPOOF_NETS),
    EXECUTION_PROVIDERS: items(values.EXECUTION_PROVIDERS),
  });
}

/** The part of the configuration that the perception engine needs. */
export function engineOptions(config: Config): EngineOptions {
  return {
    modelsDir: config.MODELS_DIR,
    modelPath: config.MODEL_PATH,
    antiSpoofNets: config.ANTISPOOF_NETS,
    executionProviders: config.EXECUTION_PROVIDERS,
    threads: config.ORT_THREADS,
    warmUp: !config.DISABLE_WARMUP,
    maxImagePixels: config.MAX_IMAGE_PIXELS,
    clip: {
      maxBytes: config.MAX_CLIP_BYTES,
      maxMilliseconds: config.MAX_CLIP_SECONDS * 1000,
      maxPixels: config.MAX_CLIP_PIXELS,
      maxDecodeMilliseconds: config.CLIP_DECODE_TIMEOUT_MS,
    },
  };
}

/** The text of `.env.example`: every setting with its description and default. */
export function envExample(): string {
  const blocks = Object.entries(settings.properties).map(([name, schema]) => {
    const { description } = schema as { description?: string };
    return `# ${description}\n# ${name}=${defaultOf(schema)}\n`;
  });
  return `# Every setting of the server with its default. Printed by \`npm run env-example\`.\n\n${blocks.join('\n')}`;
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && search === '' && hash === '';
}

function defaultOf(schema: TSchema): unknown {
  return (schema as { default?: unknown }).default;
}

function parse(schema: TSchema, text: string): unknown {
  const { type } = schema as { type?: string };
  if (type === 'integer' || type === 'number') return Number(text);
  if (type === 'boolean') return { true: true, '1': true, false: false, '0': false }[text.toLowerCase()];
  return text;
}

function requirement(schema: TSchema): string {
  const {
    type,
    minimum,
    maximum,
    enum: choices,
  } = schema as { type?: string; minimum?: number; maximum?: number; enum?: string[] };
  if (choices) return `must be one of ${choices.join(', ')}`;
  if (type === 'boolean') return 'must be true or false';
  const range = minimum === undefined ? '' : ` from ${minimum} to ${maximum}`;
  return `must be ${type === 'integer' ? 'a whole number' : `a ${type}`}${range}`;
}

function items(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

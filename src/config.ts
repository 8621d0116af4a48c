import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { IsOptional, type Static, type TProperties, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { EngineOptions } from './perception/engine.ts';
import { settings } from './settings.ts';
import { parseTemplateKeys } from './stores/templates/template-keys.ts';

type Settings = Static<typeof settings>;

/** The server's configuration, read once and frozen. */
export interface Config
  extends Readonly<
    Omit<
      Settings,
      'API_KEY' | 'ALLOWED_ORIGINS' | 'STREAM_ORIGINS' | 'ANTISPOOF_NETS' | 'EXECUTION_PROVIDERS'
    >
  > {
  readonly API_KEY: readonly string[];
  readonly ALLOWED_ORIGINS: readonly string[];
  readonly STREAM_ORIGINS: readonly string[];
  /** Empty where the setting says `none`. */
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
    if (read[name] === undefined && IsOptional(schema)) continue;
    if (!Value.Check(schema, read[name]))
      problems.push(`${name}=${secrets.has(name) ? '…' : text}: ${requirement(schema)}`);
  }
  const values = read as Settings;
  const keys = items(values.API_KEY);
  // An operator who sets a key, a blank secret for instance, does not mean an open server.
  if (env.API_KEY && keys.length === 0) problems.push('API_KEY is set, but holds no key.');
  if (env.ANTISPOOF_NETS?.trim() && items(values.ANTISPOOF_NETS).length === 0)
    problems.push('ANTISPOOF_NETS is set, but names no net.');
  if (items(values.ANTISPOOF_NETS).length > 1 && items(values.ANTISPOOF_NETS).includes('none'))
    problems.push('ANTISPOOF_NETS names `none` and others: name the nets, or `none` alone.');
  if (values.PUBLIC_URL && !isBaseUrl(values.PUBLIC_URL))
    problems.push(`PUBLIC_URL=${values.PUBLIC_URL}: must be an http or https address without a query.`);
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(values.MODELS_MIRROR) && !isPlainUrl(values.MODELS_MIRROR))
    problems.push(
      'MODELS_MIRROR must be a folder, or an http or https address without user, password and query.',
    );
  if (values.VIDEO_LIVENESS_MIN_FRAMES > values.VIDEO_LIVENESS_MAX_FRAMES)
    problems.push(
      'VIDEO_LIVENESS_MIN_FRAMES must not be above VIDEO_LIVENESS_MAX_FRAMES: no clip would be live.',
    );
  if ((values.ATTACK_THRESHOLD ?? 0) > (values.LIVE_THRESHOLD ?? 1))
    problems.push('ATTACK_THRESHOLD must not be above LIVE_THRESHOLD.');
  if (values.REQUIRE_ANTI_SPOOF && values.ALLOW_HEURISTIC_ENROL)
    problems.push(
      'REQUIRE_ANTI_SPOOF and ALLOW_HEURISTIC_ENROL contradict each other: unset the one that you do not mean.',
    );
  if (values.REQUIRE_ANTI_SPOOF && values.ALLOW_EXPERIMENTAL)
    problems.push(
      'REQUIRE_ANTI_SPOOF and ALLOW_EXPERIMENTAL contradict each other: unset the one that you do not mean.',
    );
  problems.push(...problemsOfTemplateKey(env.TEMPLATE_KEY, values.TEMPLATE_KEY));
  if (problems.length > 0) throw new Error(`The configuration is wrong.\n  ${problems.join('\n  ')}`);
  return Object.freeze({
    ...values,
    PERCEPTION_PROCESSES: values.PERCEPTION_PROCESSES || availableParallelism(),
    TRAIN_DIR: values.TRAIN_DIR || join(values.DATA_DIR, 'train'),
    API_KEY: keys,
    ALLOWED_ORIGINS: items(values.ALLOWED_ORIGINS),
    STREAM_ORIGINS: items(values.STREAM_ORIGINS),
    ANTISPOOF_NETS: items(values.ANTISPOOF_NETS).filter((name) => name !== 'none'),
    EXECUTION_PROVIDERS: items(values.EXECUTION_PROVIDERS),
  });
}

/** Settings that no message may show. */
const secrets: ReadonlySet<string> = new Set(['API_KEY', 'DATABASE_URL', 'TEMPLATE_KEY']);

/** The part of the configuration that the perception engine needs. */
export function engineOptions(config: Config): EngineOptions {
  return {
    modelsDir: config.MODELS_DIR,
    modelPath: config.MODEL_PATH,
    antiSpoofNets: config.ANTISPOOF_NETS,
    embedder: config.EMBEDDER,
    executionProviders: config.EXECUTION_PROVIDERS,
    threads: config.ORT_THREADS,
    warmUp: !config.DISABLE_WARMUP,
    smallFaceSide: config.LIVENESS_MIN_SIDE,
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
    return `# ${description}\n# ${name}=${defaultOf(schema) ?? ''}\n`;
  });
  return `# Every setting of the server with its default. Printed by \`npm run env-example\`.\n\n${blocks.join('\n')}`;
}

/** Long before the database is open, which may take seconds. */
function problemsOfTemplateKey(given: string | undefined, text: string): readonly string[] {
  try {
    const isBlank = parseTemplateKeys(text).length === 0 && given;
    return isBlank ? ['TEMPLATE_KEY is set, but holds no key.'] : [];
  } catch (error) {
    return [`TEMPLATE_KEY: ${(error as Error).message}`];
  }
}

/** Logs name the mirror, so that it must hold no secret. */
function isPlainUrl(text: string): boolean {
  return isBaseUrl(text) && new URL(text).username === '' && new URL(text).password === '';
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

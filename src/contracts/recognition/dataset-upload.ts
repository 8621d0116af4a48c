import type { FastifyRequest } from 'fastify';
import { BonafideError } from '../../errors.ts';
import { type Language, say } from '../../messages.ts';
import type { SampleUpload } from '../../services/collect-samples.ts';
import { decodeBase64 } from '../base64.ts';
import { readForm } from '../form.ts';
import { backendOf, mergeParameters, numberOf, type Parameters, userIdOf } from './parameters.ts';

const names = ['label', 'user_id', 'detector_backend', 'threshold'] as const;

/** Longest text of a parameter, in bytes: what is longer is refused as such before anybody looks at it. */
const longestText = 16_384;

const defaultThreshold = 0.5;

/** What an upload may be, and how it is spoken of. */
export interface UploadLimits {
  readonly maxImageBytes: number;
  readonly language: Language;
  /** Of liveness, unless the request says otherwise. */
  readonly threshold?: number;
}

/**
 * Reads an upload: multipart with a file in the field `image`, or JSON with `image_base64`; parameters in the body or
 * the query.
 *
 * @throws BonafideError `invalid_request`, `invalid_base64`, `payload_too_large`
 */
export async function readUpload(request: FastifyRequest, limits: UploadLimits): Promise<SampleUpload> {
  const { language } = limits;
  const { bytes, texts } = request.isMultipart()
    ? await readMultipart(request, limits)
    : readJson(request.body, limits);
  const parameters = mergeParameters(request.query, texts, names, language);
  const { label, user_id: userId } = parameters;
  if (label !== 'live' && label !== 'spoof')
    throw new BonafideError('invalid_request', say('recognition.bad_label', language));
  backendOf(parameters, language);
  return {
    label,
    // Forms send fields that nobody has filled in as empty text.
    userId: userId === undefined || userId === '' ? null : userIdOf(parameters, language),
    bytes,
    threshold:
      numberOf(parameters, 'threshold', { from: 0, to: 1 }, language) ?? limits.threshold ?? defaultThreshold,
  };
}

interface UploadBody {
  readonly bytes: Uint8Array;
  readonly texts: Parameters;
}

async function readMultipart(
  request: FastifyRequest,
  { maxImageBytes, language }: UploadLimits,
): Promise<UploadBody> {
  const { file, texts } = await readForm(request, {
    files: { image: maxImageBytes },
    texts: Object.fromEntries(names.map((name) => [name, longestText])),
    others: 'skip',
  });
  if (!file) throw new BonafideError('invalid_request', say('recognition.no_image', language));
  return { bytes: file.bytes, texts };
}

function readJson(body: unknown, { maxImageBytes, language }: UploadLimits): UploadBody {
  const fields = (typeof body === 'object' ? body : null) as Readonly<Record<string, unknown>> | null;
  const image = fields?.image_base64;
  if (typeof image !== 'string')
    throw new BonafideError('invalid_request', say('recognition.no_image', language));
  const texts = names.map((name) => [name, textOf(name, fields?.[name] ?? undefined, language)] as const);
  return { bytes: decodeBase64(image, maxImageBytes), texts: Object.fromEntries(texts) };
}

/** Numbers may come as numbers in JSON. */
function textOf(name: string, value: unknown, language: Language): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  if (typeof value === 'number') return `${value}`;
  throw new BonafideError('invalid_request', say('recognition.not_text', language, { name }));
}

import type { FastifyRequest } from 'fastify';
import { BonafideError } from '../../errors.ts';
import { type Language, say } from '../../messages.ts';
import type { Picture } from '../../services/judge-picture.ts';
import { decodeBase64 } from '../base64.ts';
import { readForm } from '../form.ts';
import { mergeParameters, type Parameters } from './parameters.ts';

/** What a request of this contract may hold. */
interface RequestShape {
  /** Parameters of the route, in the query or the body. */
  readonly names: readonly string[];
  /** Largest image file, in bytes. */
  readonly maxImageBytes: number;
  /** Largest clip file, in bytes; undefined where none is taken. */
  readonly maxClipBytes?: number;
}

/** What a request held. */
interface PictureRequest {
  readonly parameters: Parameters;
  readonly picture: Picture;
}

/** Longest parameter that is read at all, in bytes, as much as a query may have; what is too long is said by name. */
const maxTextBytes = 16_384;

/**
 * Reads a picture and the parameters that go with it: multipart with a file in the field `video` or `image`, or JSON
 * with `image_base64`; parameters in the query or beside the picture.
 *
 * @throws BonafideError `invalid_request`, `invalid_base64`, `payload_too_large`
 */
export async function readPictureRequest(
  request: FastifyRequest,
  shape: RequestShape,
  language: Language,
): Promise<PictureRequest> {
  const { texts, picture } = request.isMultipart()
    ? await readMultipart(request, shape)
    : readJson(request.body, shape, language);
  if (!picture) {
    const missing = shape.maxClipBytes === undefined ? 'recognition.no_image' : 'recognition.no_picture';
    throw new BonafideError('invalid_request', say(missing, language));
  }
  return { parameters: mergeParameters(request.query, texts, shape.names, language), picture };
}

interface Body {
  readonly texts: Parameters;
  readonly picture: Picture | undefined;
}

async function readMultipart(request: FastifyRequest, shape: RequestShape): Promise<Body> {
  const { names, maxImageBytes, maxClipBytes } = shape;
  const { file, texts } = await readForm(request, {
    files: { image: maxImageBytes, ...(maxClipBytes !== undefined && { video: maxClipBytes }) },
    texts: Object.fromEntries(names.map((name) => [name, maxTextBytes])),
    // Clients of such servers send fields of others along.
    others: 'skip',
  });
  const kind = file?.field === 'video' ? 'video' : 'image';
  return { texts, picture: file && { kind, bytes: file.bytes } };
}

/** What names somebody or something: a number must not have become another one. */
const references: ReadonlySet<string> = new Set(['user_id', 'consent']);

function readJson(body: unknown, { names, maxImageBytes }: RequestShape, language: Language): Body {
  const fields = typeof body === 'object' && body !== null && !Array.isArray(body) ? body : {};
  const textOf = (name: string): string | undefined => {
    const value: unknown = Object.hasOwn(fields, name) ? fields[name as keyof typeof fields] : undefined;
    if (value === undefined || value === null) return undefined;
    // Ids and thresholds are numbers to many a client; but past 2^53 JSON's are no longer the one that was sent.
    if (Number.isSafeInteger(value) || (typeof value === 'number' && !references.has(name)))
      return String(value);
    if (typeof value === 'string') return value;
    throw new BonafideError('invalid_request', say('recognition.not_text', language, { name }));
  };
  const image = textOf('image_base64');
  const texts = Object.fromEntries(names.map((name) => [name, textOf(name)]));
  const picture: Picture | undefined =
    image === undefined ? undefined : { kind: 'image', bytes: decodeBase64(image, maxImageBytes) };
  return { texts, picture };
}

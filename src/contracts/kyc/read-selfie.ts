import { isAscii } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import { BonafideError } from '../../errors.ts';
import { bodyLimit, decodeBase64 } from '../base64.ts';
import { readForm } from '../form.ts';

/** The fields that hold a picture: seed 003 has files in `image` and text in `image_bytes`, clients mix them up. */
const fields = ['image_bytes', 'image'] as const;

/** Longest body of a request with a picture of so many bytes: in a form, some digits of base64 become three (%2B). */
export function selfieBodyLimit(maxImageBytes: number): number {
  return Math.ceil(bodyLimit(maxImageBytes) * 1.1);
}

/**
 * The bytes of the one picture in a body of any kind.
 *
 * @throws BonafideError `invalid_request`, `invalid_base64`, `payload_too_large`
 */
export async function readSelfie(request: FastifyRequest, maxImageBytes: number): Promise<Uint8Array> {
  if (!request.isMultipart()) return decodeBase64(pickText(request.body), maxImageBytes);
  const limitOf = (bytes: number) => Object.fromEntries(fields.map((field) => [field, bytes]));
  const { file, texts } = await readForm(request, {
    files: limitOf(bodyLimit(maxImageBytes)),
    texts: limitOf(bodyLimit(maxImageBytes)),
    others: 'skip',
  });
  const hasText = fields.some((field) => texts[field] !== undefined);
  if (file && hasText) throw new BonafideError('invalid_request');
  return file ? readFile(file.bytes, maxImageBytes) : decodeBase64(pickText(texts), maxImageBytes);
}

/**
 * The picture in a file, which may hold it in base64: `requests` of Python sends any text among its `files` as a file.
 * No format of pictures is ASCII throughout, so nothing is taken for the other.
 */
function readFile(bytes: Buffer, maxImageBytes: number): Uint8Array {
  if (bytes.length > 0 && isAscii(bytes)) {
    try {
      return decodeBase64(bytes.toString('latin1'), maxImageBytes);
    } catch (error) {
      if (!(error instanceof BonafideError && error.code === 'invalid_base64')) throw error;
    }
  }
  if (bytes.length > maxImageBytes)
    throw new BonafideError('payload_too_large', `The image is larger than ${maxImageBytes} bytes.`);
  return bytes;
}

/** The text of the one field that is there. */
function pickText(body: unknown): string {
  const record = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const [text, ...more] = fields.map((field) => record[field]).filter((value) => value !== undefined);
  if (typeof text !== 'string' || more.length > 0) throw new BonafideError('invalid_request');
  return text;
}

/**
 * The picture's field of an urlencoded form; nothing where it is not there once and well. A `+` stays one: it is
 * a digit of base64, which has no spaces, and many clients forget to escape it. Other fields are not even split:
 * millions of them fit into one picture's place, and going from one to the next stops the server for seconds.
 */
export function readUrlEncoded(body: string): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  for (const [, field, escaped] of `&${body}`.matchAll(/&(image_bytes|image)=([^&]*)/g)) {
    const text = decode(escaped!);
    if (text === undefined || found.has(field!)) return {};
    found.set(field!, text);
  }
  return Object.fromEntries(found);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

import type { FastifyRequest } from 'fastify';
import { BonafideError } from '../errors.ts';

/** Bytes of a multipart body beside its files: boundaries, headers and small fields. */
export const multipartOverhead = 16_384;

/** What a multipart body may hold. */
export interface FormShape {
  /** The largest file, in bytes, for each field that takes one; one file is read in all. */
  readonly files: Readonly<Record<string, number>>;
  /** The longest text, in bytes, for each field that takes one. */
  readonly texts?: Readonly<Record<string, number>>;
  /** Other fields are refused, unless clients of this contract are known to send some: then they are skipped. */
  readonly others?: 'refuse' | 'skip';
}

/** What a multipart body held. */
export interface Form {
  /** The one file and its field. Its name is the client's and is not kept: nothing may be stored under it. */
  readonly file: { readonly field: string; readonly bytes: Buffer } | undefined;
  readonly texts: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads a multipart body.
 *
 * @throws BonafideError `invalid_request`: a field it may not hold, a field or file too many, a text where a
 *   file belongs or the other way round, or no valid multipart; `payload_too_large` past a limit
 */
export async function readForm(request: FastifyRequest, shape: FormShape): Promise<Form> {
  if (!request.isMultipart()) throw new BonafideError('invalid_request', 'Send multipart/form-data.');
  const { files, texts: textLimits = {}, others = 'refuse' } = shape;
  let file: Form['file'];
  const texts: Record<string, string> = {};
  const limits = {
    // One more than is allowed, so that it can be named in the refusal.
    files: 2,
    fields: Object.keys(textLimits).length + 16,
    parts: Object.keys(textLimits).length + 18,
    fileSize: Math.max(...Object.values(files)),
    fieldSize: Math.max(1_000, ...Object.values(textLimits)),
    headerPairs: 50,
  };
  try {
    for await (const part of request.parts({ limits })) {
      const { fieldname: field } = part;
      if (part.type === 'file' && Object.hasOwn(files, field)) {
        if (file) throw new BonafideError('invalid_request', 'Send one file, not more.');
        const bytes = await part.toBuffer();
        refuseLarger(bytes.length, files[field]!, field);
        file = { field, bytes };
      } else if (part.type === 'field' && Object.hasOwn(textLimits, field)) {
        if (texts[field] !== undefined)
          throw new BonafideError('invalid_request', `Send the field ${field} once.`);
        texts[field] = readText(part, textLimits[field]!);
      } else if (Object.hasOwn(files, field)) {
        throw new BonafideError('invalid_request', `The field ${field} must be a file (with a filename).`);
      } else if (Object.hasOwn(textLimits, field)) {
        throw new BonafideError('invalid_request', `The field ${field} must be text (without a filename).`);
      } else if (others === 'refuse') {
        const known = [...Object.keys(files), ...Object.keys(textLimits)].join(', ');
        throw new BonafideError('invalid_request', `Only the field ${known} is known here.`);
      } else if (part.type === 'file') {
        part.file.resume();
      }
    }
  } catch (error) {
    throw toBonafideError(error, Math.max(...Object.values(files)));
  }
  return { file, texts };
}

function readText(
  { fieldname, value, valueTruncated }: { fieldname: string; value: unknown; valueTruncated: boolean },
  maxBytes: number,
): string {
  const text = String(value);
  if (valueTruncated) throw new BonafideError('payload_too_large', `The field ${fieldname} is too long.`);
  refuseLarger(Buffer.byteLength(text), maxBytes, fieldname);
  return text;
}

function refuseLarger(bytes: number, maxBytes: number, field: string): void {
  if (bytes > maxBytes)
    throw new BonafideError('payload_too_large', `The field ${field} is larger than ${maxBytes} bytes.`);
}

function toBonafideError(error: unknown, maxBytes: number): BonafideError {
  if (error instanceof BonafideError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_REQ_FILE_TOO_LARGE')
    return new BonafideError('payload_too_large', `The file is larger than ${maxBytes} bytes.`);
  return new BonafideError('invalid_request', 'The body is not valid multipart/form-data.', { cause: error });
}

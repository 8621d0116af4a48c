import type { MultipartFile, MultipartValue } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { BonafideError } from '../../errors.ts';

/** Bytes of a multipart body beside its one file: boundaries and headers. */
export const multipartOverhead = 16_384;

/**
 * Reads the one file of a multipart body, in the field `field`.
 *
 * @throws BonafideError `invalid_request`: no such file, a second one, another field, or no valid multipart;
 *   `payload_too_large` past `maxBytes`
 */
export async function readUpload(request: FastifyRequest, field: string, maxBytes: number): Promise<Buffer> {
  if (!request.isMultipart())
    throw new BonafideError('invalid_request', `Send multipart/form-data with a file in the field ${field}.`);
  let upload: Buffer | undefined;
  try {
    for await (const part of request.parts({ limits: { ...partLimits, fileSize: maxBytes } })) {
      refuseOthers(part, field, upload !== undefined);
      upload = await part.toBuffer();
    }
  } catch (error) {
    throw toBonafideError(error, maxBytes);
  }
  if (!upload) throw new BonafideError('invalid_request', `The file in the field ${field} is missing.`);
  return upload;
}

/** One part more than is allowed, so that it can be named in the refusal. */
const partLimits = { files: 2, fields: 2, parts: 2, fieldSize: 1_000, headerPairs: 50 };

function refuseOthers(
  part: MultipartFile | MultipartValue,
  field: string,
  hasUpload: boolean,
): asserts part is MultipartFile {
  if (part.fieldname !== field)
    throw new BonafideError('invalid_request', `Only the field ${field} is known here.`);
  if (part.type !== 'file')
    throw new BonafideError('invalid_request', `The field ${field} must be a file (with a filename).`);
  if (hasUpload) throw new BonafideError('invalid_request', `Send one file in the field ${field}, not more.`);
}

function toBonafideError(error: unknown, maxBytes: number): BonafideError {
  if (error instanceof BonafideError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_REQ_FILE_TOO_LARGE')
    return new BonafideError('payload_too_large', `The file is larger than ${maxBytes} bytes.`);
  return new BonafideError('invalid_request', 'The body is not valid multipart/form-data.', { cause: error });
}

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Enrolment, Template } from '../ports.ts';
import type { TemplateKey } from './template-keys.ts';

const algorithm = 'aes-256-gcm';

/** Bytes of a nonce: the length GCM is made for (NIST SP 800-38D, section 8.2). */
const nonceBytes = 12;

/** Bytes of the tag, the longest there is. */
const tagBytes = 16;

/** A template could not be opened: it is damaged, was moved to another row, or that row was changed. */
export class SealedTemplateError extends Error {}

/**
 * Encrypts a template's vector: nonce, ciphertext, tag. Whatever else the row says is bound to it (associated data), so
 * that it opens in its own, unchanged row alone.
 *
 * @param nonce random and never used twice with one key; by chance alone that is one in 2³² after 2³² templates
 */
export function sealTemplate(template: Template, key: TemplateKey, nonce = randomBytes(nonceBytes)): Buffer {
  const cipher = createCipheriv(algorithm, key.encryption, nonce, { authTagLength: tagBytes });
  cipher.setAAD(associatedData(template, key));
  const sealed = cipher.update(vectorBytes(template.vector));
  return Buffer.concat([nonce, sealed, cipher.final(), cipher.getAuthTag()]);
}

/**
 * Decrypts what {@link sealTemplate} made of the template of this row.
 *
 * @throws SealedTemplateError, which names no secret
 */
export function openTemplate(enrolment: Enrolment, key: TemplateKey, sealed: Uint8Array): Template {
  try {
    const nonce = sealed.subarray(0, nonceBytes);
    const decipher = createDecipheriv(algorithm, key.encryption, nonce, { authTagLength: tagBytes });
    decipher.setAAD(associatedData(enrolment, key));
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    const opened = Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
    return { ...enrolment, vector: readVector(opened) };
  } catch (error) {
    throw new SealedTemplateError(
      'A template does not open: it is damaged, or its row is not as it was written.',
      { cause: error },
    );
  }
}

/** Unambiguous: no two rows have the same. */
function associatedData(enrolment: Enrolment, key: TemplateKey): Buffer {
  const { userId, model, modelHash, recipe, frames, consent, createdAt, expiresAt } = enrolment;
  const times = [createdAt.getTime(), expiresAt?.getTime() ?? null];
  return Buffer.from(
    JSON.stringify(['1', key.id, userId, model, modelHash, recipe, frames, consent, ...times]),
  );
}

/** Little-endian floats of 32 bits, whatever machine this is. */
function vectorBytes(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4);
  return bytes;
}

function readVector(bytes: Buffer): Float32Array {
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
}

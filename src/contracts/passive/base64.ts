import { BonafideError } from '../../errors.ts';

/**
 * The bytes of a picture sent as text: base64 or base64url, padded or not, white space anywhere, with
 * or without a `data:…;base64,` prefix. Anything else is refused: Node's own decoder would skip over it.
 *
 * @throws BonafideError `invalid_base64`, or `payload_too_large` past `maxBytes`
 */
export function decodeBase64(text: string, maxBytes: number): Uint8Array {
  const digits = withoutPrefix(text).replace(/\s+/g, '');
  const [, body = '', padding = ''] = /^([\w+/-]*)(={0,2})$/.exec(digits) ?? [];
  if (body === '') throw new BonafideError('invalid_base64');
  // Four digits carry three bytes: one left over carries none, and padding fills the last four up.
  const rest = body.length % 4;
  if (rest === 1 || (padding !== '' && rest + padding.length !== 4))
    throw new BonafideError('invalid_base64');
  if (Math.floor((body.length * 3) / 4) > maxBytes)
    throw new BonafideError('payload_too_large', `The image is larger than ${maxBytes} bytes.`);
  return Buffer.from(body, 'base64');
}

function withoutPrefix(text: string): string {
  const prefix = /^\s*data:([^,]{0,200}),/i.exec(text);
  if (!prefix) return text;
  if (!/;\s*base64\s*$/i.test(prefix[1]!))
    throw new BonafideError('invalid_base64', 'A data URL must be base64: data:image/jpeg;base64,…');
  return text.slice(prefix[0].length);
}

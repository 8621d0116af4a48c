import { hkdfSync } from 'node:crypto';

/** Bytes of a key. */
const keyBytes = 32;

/** A key of templates, and what is derived from it; the key itself is kept by nobody. */
export interface TemplateKey {
  /** Names the key in the database, and gives nothing of it away: 16 hex digits. */
  readonly id: string;
  /** AES-256 key of the templates. */
  readonly encryption: Buffer;
  /** AES-256 key of the stream that the search's rotation is drawn from. */
  readonly rotation: Buffer;
}

/** The keys that are here: the first one encrypts, all of them decrypt. */
export interface TemplateKeys {
  readonly current: TemplateKey;
  readonly all: readonly TemplateKey[];
  find(id: string): TemplateKey | undefined;
}

/**
 * Derives what one key is used for (HKDF with SHA-256, RFC 5869), so that no two uses share key material.
 *
 * @param secret 32 bytes
 */
export function deriveTemplateKey(secret: Uint8Array): TemplateKey {
  const derive = (use: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `bonafide template ${use}`, bytes));
  return {
    id: derive('key id', 8).toString('hex'),
    encryption: derive('encryption', keyBytes),
    rotation: derive('rotation', keyBytes),
  };
}

/** @throws Error where there is no key, or one stands there twice */
export function createTemplateKeys(secrets: readonly Uint8Array[]): TemplateKeys {
  const all = secrets.map(deriveTemplateKey);
  const [current] = all;
  if (!current) throw new Error('There is no template key.');
  const byId = new Map(all.map((key) => [key.id, key]));
  if (byId.size < all.length) throw new Error('The same template key is named twice.');
  return { current, all, find: (id) => byId.get(id) };
}

/**
 * Reads keys as an operator writes them: 32 bytes in hex, base64 or base64url, separated by commas, the one that
 * encrypts first.
 *
 * @throws Error that says what is wrong with which of them, and nothing of the keys
 */
export function parseTemplateKeys(text: string): readonly Buffer[] {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
  return items.map((item, index) => {
    const secret = decode(item);
    if (secret?.length === keyBytes) return secret;
    const what = isLikeHex(item)
      ? `has ${item.length} characters, which in hex must be 64, each of 0-9 and a-f`
      : secret
        ? `holds ${secret.length} bytes`
        : 'is neither hex nor base64';
    throw new Error(
      `Template key ${index + 1} of ${items.length} ${what}: 32 bytes in base64 or hex are needed, as \`openssl rand -base64 32\` prints them.`,
    );
  });
}

/** Whether a key is meant in hex: in base64 it has 44 characters at most. */
const isLikeHex = (text: string) => text.length > 50 && text.length < 80 && /^[0-9a-f]{8}/i.test(text);

function decode(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  return /^[\w+/-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}

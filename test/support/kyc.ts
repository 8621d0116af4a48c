import { afterAll, beforeAll } from 'vitest';
import type { AppParts } from '../../src/app.ts';
import { kycErrors } from '../../src/contracts/kyc/errors.ts';
import type { FaceFacts } from '../../src/decisions/facts.ts';
import { BonafideError, type ErrorCode } from '../../src/errors.ts';
import type { ApiKeyTerms } from '../../src/services/create-api-key.ts';
import type { Stores } from '../../src/stores/ports.ts';
import { makeApiKey } from './api-keys.ts';
import { listeningApp, scriptedPerception } from './app.ts';
import { faceFacts, frameFacts } from './facts.ts';
import { memoryStores } from './stores.ts';

/** The first of two keys in API_KEY; the other is `another-key`. */
export const key = 'key-of-the-settings';
/** A picture that scripted perception never looks at. */
export const base64 = Buffer.from('a picture').toString('base64');
export const json = { 'content-type': 'application/json' };
export const urlEncoded = { 'content-type': 'application/x-www-form-urlencoded' };

/** Stores for the tests of one file, and what is done with them; to be called at its top. */
export function kycServer() {
  let stores: Stores;
  beforeAll(async () => {
    stores = await memoryStores();
  });
  afterAll(() => stores.close());
  return {
    /** Serves the app; returns its address. */
    serve: ({
      settings = {},
      ...parts
    }: Partial<AppParts> & { readonly settings?: Readonly<Record<string, string>> } = {}) =>
      listeningApp({ API_KEY: `${key},another-key`, ...settings }, { stores, ...parts }),
    /** Makes a stored key. */
    makeKey: async (changes: Partial<ApiKeyTerms> = {}) => (await makeApiKey(stores, changes)).key,
  };
}

/** Perception that sees these faces in whatever it is shown. */
export const seeing = (...faces: readonly Partial<FaceFacts>[]) =>
  scriptedPerception(async () => frameFacts(...faces.map(faceFacts)));

/** Perception that fails so. */
export const failing = (code: ErrorCode) =>
  scriptedPerception(async () => {
    throw new BonafideError(code);
  });

/** An answer, its body parsed. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server says
  readonly body: any;
}

/** Posts a body, JSON with a picture unless told otherwise, with the first key of the settings. */
export async function post(
  url: string,
  body?: RequestInit['body'],
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    body: body ?? JSON.stringify({ image_bytes: base64 }),
    headers: { 'x-api-key': key, ...(body === undefined && json), ...headers },
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

/** The exact body of a failed request. */
export function failure(code: keyof typeof kycErrors, status: number = kycErrors[code].status) {
  return { status, body: { success: false, error_message: kycErrors[code].message, error_code: code } };
}

/** A multipart body. */
export function form(...parts: readonly (readonly [string, Blob | string])[]): FormData {
  const data = new FormData();
  for (const [name, value] of parts) data.append(name, value as string);
  return data;
}

/** Opens a session and returns its token. */
export const openSession = async (url: string, headers: Record<string, string> = {}): Promise<string> =>
  (await post(`${url}/session/`, '', headers)).body.result.session_token;

import { askInTime } from '../ask-in-time.ts';
import { hideCheck, redact } from './redact.ts';

/** A question and its answer as they are shown: without keys, pictures as sizes. */
export interface Exchange {
  /** `POST /liveness` for instance. */
  readonly title: string;
  readonly question: unknown;
  /** Undefined until it is there. */
  readonly answer?: unknown;
  readonly status?: number;
  readonly milliseconds?: number;
}

/** What is asked of the server. */
export interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** From the server's own root, without a slash before: the page may lie under a proxy's path. */
  readonly path: string;
  readonly json?: object;
  readonly form?: Readonly<Record<string, Blob>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** What the server said, whether it could help or not. */
export interface Answer {
  readonly status: number;
  readonly ok: boolean;
  /** From the question to the whole of the answer. */
  readonly milliseconds: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of five contracts; what is read of them is looked for first
  readonly body: any;
}

/** The server did not answer. */
export class ServerGone extends Error {}

export interface Server {
  /** @throws ServerGone; the signal's reason */
  ask(question: Question): Promise<Answer>;
}

/** Where what is asked for comes from, and goes to. */
export interface ServerOptions {
  readonly key: () => string | undefined;
  /** In which the server says its sentences. */
  readonly language: () => string;
  /** Hears of each exchange when it begins, and again when it is over: `id` is the same. */
  readonly onExchange: (id: number, exchange: Exchange) => void;
  /** The key is not valid, or missing. */
  readonly onRefused: () => void;
}

/** Nothing waits for ever: the longest clip on a small machine, in milliseconds. */
const patience = 90_000;

/** A proxy before the server may answer in other words than JSON, but an answer that breaks off is none. */
async function read(response: Response): Promise<Omit<Answer, 'milliseconds'>> {
  const text = await response.text();
  return { status: response.status, ok: response.ok, body: parse(text) };
}

function parse(text: string): Answer['body'] {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** The server of this page, asked as a relying party's backend asks it. */
export function createServer({ key, language, onExchange, onRefused }: ServerOptions): Server {
  let count = 0;

  /** The key goes into a header alone: addresses end up in logs. */
  async function send({ method, path, json, form, headers, signal }: Question) {
    const given = key();
    const body = new FormData();
    for (const [name, value] of Object.entries(form ?? {})) body.append(name, value, name);
    try {
      return await askInTime(path, {
        method,
        patience,
        read,
        headers: {
          'accept-language': language(),
          ...(json && { 'content-type': 'application/json' }),
          ...(given !== undefined && { 'x-api-key': given }),
          ...headers,
        },
        ...(json && { body: JSON.stringify(json) }),
        ...(form && { body }),
        ...(signal && { signal }),
      });
    } catch {
      signal?.throwIfAborted();
      throw new ServerGone();
    }
  }

  return {
    async ask(question) {
      const id = count++;
      const { method, path, json, form, headers } = question;
      const shownKey = key() === undefined ? {} : { 'X-API-KEY': '•••' };
      const shown = redact({ ...shownKey, ...headers, ...json, ...form });
      const exchange: Exchange = { title: `${method} /${hideCheck(path)}`, question: shown };
      onExchange(id, exchange);
      const sentAt = performance.now();
      const { status, ok, body } = await send(question);
      const milliseconds = performance.now() - sentAt;
      onExchange(id, { ...exchange, answer: redact(body), status, milliseconds });
      if (status === 401 && body.error_code !== '061') onRefused();
      return { status, ok, milliseconds, body };
    },
  };
}

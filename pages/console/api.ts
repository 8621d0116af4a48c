import { askInTime } from '../ask-in-time.ts';

/** What went wrong with a question, in words for people. */
export class ConsoleError extends Error {
  /** The stable name of the error; `unreachable` where the server did not answer. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ConsoleError';
    this.code = code;
  }
}

/** Parts of a question that narrow it; what is undefined or empty is left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** The data routes of the console, asked with one key. */
export interface Api {
  /** @throws ConsoleError; the reason of `signal` where it was aborted */
  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>;
  patch<T>(path: string, body: object): Promise<T>;
  picture(path: string, signal: AbortSignal): Promise<Blob>;
}

/** Nothing waits for ever, in milliseconds. */
const patience = 20_000;

/** What the API needs to know. */
export interface ApiOptions {
  readonly key: string;
  /** In which errors are said. */
  readonly language: string;
  /** Said where the server does not answer. */
  readonly unreachable: string;
  /** Is told that the key is not valid any more. */
  readonly onRefused?: (error: ConsoleError) => void;
}

export function createApi({ key, language, unreachable, onRefused }: ApiOptions): Api {
  /** The key goes into a header alone: addresses end up in logs. */
  async function ask<T>(
    path: string,
    read: (response: Response) => Promise<T>,
    init: RequestInit = {},
  ): Promise<T> {
    const headers = { ...init.headers, 'x-api-key': key, 'accept-language': language };
    const readIfFine = async (response: Response) => {
      if (!response.ok) throw await toError(response, unreachable);
      return read(response);
    };
    try {
      return await askInTime(`console/api/${path}`, { ...init, headers, patience, read: readIfFine });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      if (!(error instanceof ConsoleError)) throw new ConsoleError('unreachable', unreachable);
      if (error.code === 'unauthorised' || error.code === 'forbidden_contract') onRefused?.(error);
      throw error;
    }
  }

  return {
    get: (path, query, signal) => ask(`${path}${parametersOf(query)}`, json, signal ? { signal } : {}),
    patch: (path, body) =>
      ask(path, json, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    picture: (path, signal) => ask(path, (response) => response.blob(), { signal }),
  };
}

const json = (response: Response) => response.json();

function parametersOf(query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

/** A proxy before the server may answer in other words than the server's. */
async function toError(response: Response, unreachable: string): Promise<ConsoleError> {
  const problem = (await response.json().catch(() => ({}))) as {
    code?: string;
    title?: string;
    detail?: string;
  };
  return new ConsoleError(problem.code ?? 'unreachable', problem.detail ?? problem.title ?? unreachable);
}

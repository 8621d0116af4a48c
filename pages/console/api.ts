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
  /** @throws ConsoleError; AbortError where `signal` was aborted */
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
  async function ask(path: string, init: RequestInit = {}, query: Query = {}): Promise<Response> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
    const parameters = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    const headers = { ...init.headers, 'x-api-key': key, 'accept-language': language };
    const late = AbortSignal.timeout(patience);
    const signal = init.signal ? AbortSignal.any([init.signal, late]) : late;
    let response: Response;
    try {
      response = await fetch(`console/api/${path}${parameters.size > 0 ? `?${parameters}` : ''}`, {
        ...init,
        headers,
        signal,
      });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new ConsoleError('unreachable', unreachable);
    }
    if (response.ok) return response;
    const error = await toError(response, unreachable);
    if (error.code === 'unauthorised' || error.code === 'forbidden_contract') onRefused?.(error);
    throw error;
  }

  return {
    get: async (path, query, signal) => (await ask(path, signal ? { signal } : {}, query)).json(),
    patch: async (path, body) =>
      (
        await ask(path, {
          method: 'PATCH',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      ).json(),
    picture: async (path, signal) => (await ask(path, { signal })).blob(),
  };
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

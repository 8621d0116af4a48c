import type { Api } from './api.ts';

/** Pictures that were fetched with the key, as addresses that an `<img>` takes. */
export interface Pictures {
  /** The address; undefined while it is on its way, null where it could not be had. */
  get(path: string): string | null | undefined;
  /** Asks for a picture unless it is here, or on its way. */
  want(path: string): void;
  /** Those that could not be had may be asked for again. */
  forgetFailures(): void;
  close(): void;
}

/** Pictures that are on their way at once: the server has other things to do. */
const atOnce = 4;

export function createPictures(api: Api, onChange: () => void): Pictures {
  const known = new Map<string, string | null | undefined>();
  const waiting: string[] = [];
  const closed = new AbortController();
  let underWay = 0;

  async function fetchNext(): Promise<void> {
    const path = waiting.shift();
    if (path === undefined || underWay >= atOnce) {
      if (path !== undefined) waiting.unshift(path);
      return;
    }
    underWay++;
    try {
      const blob = await api.picture(path, closed.signal);
      if (!closed.signal.aborted) known.set(path, URL.createObjectURL(blob));
    } catch {
      known.set(path, null);
    }
    underWay--;
    if (closed.signal.aborted) return;
    onChange();
    void fetchNext();
  }

  return {
    get: (path) => known.get(path),
    want(path) {
      if (known.has(path)) return;
      known.set(path, undefined);
      waiting.push(path);
      void fetchNext();
    },
    forgetFailures() {
      for (const [path, address] of known) if (address === null) known.delete(path);
    },
    close() {
      closed.abort();
      for (const address of known.values()) if (address) URL.revokeObjectURL(address);
    },
  };
}

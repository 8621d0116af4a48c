/** A question to a server. */
export interface TimedQuestion<T> extends RequestInit {
  /** Milliseconds for all of it, the answer's body included. */
  readonly patience: number;
  /** Takes from the answer what is wanted of it. */
  readonly read: (response: Response) => Promise<T>;
}

/**
 * `fetch` that does not wait for ever: an answer may begin and never end. Written out, for `AbortSignal.any` is younger
 * than browsers that have the rest.
 *
 * @throws the signal's reason; what `fetch` throws, AbortError when it takes too long
 */
export async function askInTime<T>(
  address: string,
  { patience, read, signal, ...init }: TimedQuestion<T>,
): Promise<T> {
  const over = new AbortController();
  const late = setTimeout(() => over.abort(), patience);
  const stop = () => over.abort();
  signal?.addEventListener('abort', stop);
  try {
    signal?.throwIfAborted();
    return await read(await fetch(address, { ...init, signal: over.signal }));
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', stop);
  }
}

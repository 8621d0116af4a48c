/** A controller that is aborted with the first of `signals`, and may be by itself; `AbortSignal.any` is too young. */
export function follow(...signals: readonly AbortSignal[]): AbortController {
  const controller = new AbortController();
  for (const signal of signals) {
    const abort = () => controller.abort(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { signal: controller.signal });
  }
  return controller;
}

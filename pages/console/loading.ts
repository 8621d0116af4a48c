/** Something that is asked for, as it stands. */
export interface Loaded<T> {
  readonly value: T | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  /** Asks anew; an answer to an older question counts no more. Gives whether this one was answered, and counted. */
  load(): Promise<boolean>;
  stop(): void;
}

/** Asks for one thing. The last value stays until a new one is there. */
export function createLoader<T>(ask: (signal: AbortSignal) => Promise<T>, onChange: () => void): Loaded<T> {
  let question: AbortController | undefined;
  const state = {
    value: undefined as T | undefined,
    error: undefined as unknown,
    isLoading: false,
    async load() {
      question?.abort();
      const mine = new AbortController();
      question = mine;
      state.isLoading = true;
      onChange();
      try {
        const value = await ask(mine.signal);
        if (question !== mine) return false;
        state.value = value;
        state.error = undefined;
      } catch (error) {
        if (question !== mine || mine.signal.aborted) return false;
        state.error = error;
      }
      state.isLoading = false;
      onChange();
      return state.error === undefined;
    },
    stop() {
      question?.abort();
      question = undefined;
    },
  };
  return state;
}

/** A part of a list, and where the next one begins. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** A list that grows page by page. */
export interface LoadedList<T> extends Omit<Loaded<readonly T[]>, 'value'> {
  readonly items: readonly T[] | undefined;
  readonly hasMore: boolean;
  more(): Promise<boolean>;
  /** Takes what `change` makes of the items that are there. */
  edit(change: (items: readonly T[]) => readonly T[]): void;
}

export function createList<T>(
  ask: (after: string | undefined, signal: AbortSignal) => Promise<ListPage<T>>,
  onChange: () => void,
): LoadedList<T> {
  let items: readonly T[] | undefined;
  let next: string | null = null;
  let after: string | undefined;
  const loader = createLoader(async (signal) => {
    const from = after;
    const page = await ask(from, signal);
    items = from === undefined ? page.items : [...(items ?? []), ...page.items];
    next = page.next;
    return page;
  }, onChange);
  return {
    get items() {
      return items;
    },
    get error() {
      return loader.error;
    },
    get isLoading() {
      return loader.isLoading;
    },
    get hasMore() {
      return next !== null;
    },
    load() {
      after = undefined;
      return loader.load();
    },
    more() {
      after = next ?? undefined;
      return loader.load();
    },
    edit(change) {
      items = change(items ?? []);
      onChange();
    },
    stop: loader.stop,
  };
}

import { expect, it } from 'vitest';
import { createList, createLoader } from './loading.ts';

/** Answers that a test gives when it likes. */
function questions<T>() {
  const open: { readonly signal: AbortSignal; answer(value: T): void; fail(error: unknown): void }[] = [];
  const ask = (signal: AbortSignal) =>
    new Promise<T>((answer, fail) => {
      open.push({ signal, answer, fail });
    });
  return { open, ask };
}

it('counts the answer to the last question alone', async () => {
  const { open, ask } = questions<string>();
  const loader = createLoader(ask, () => {});
  const [first, second] = [loader.load(), loader.load()];
  expect(open[0]!.signal.aborted).toBe(true);
  open[1]!.answer('new');
  open[0]!.answer('old');
  expect(await Promise.all([first, second])).toEqual([false, true]);
  expect(loader).toMatchObject({ value: 'new', isLoading: false, error: undefined });
});

it('keeps what it had when asking anew fails, and forgets the error once that succeeds', async () => {
  const { open, ask } = questions<string>();
  const loader = createLoader(ask, () => {});
  const ended = [loader.load()];
  open[0]!.answer('here');
  await ended[0];
  ended.push(loader.load());
  open[1]!.fail(new Error('away'));
  expect(await ended[1]).toBe(false);
  expect(loader).toMatchObject({ value: 'here', error: new Error('away'), isLoading: false });
  ended.push(loader.load());
  open[2]!.answer('again');
  await ended[2];
  expect(loader).toMatchObject({ value: 'again', error: undefined });
});

it('says nothing more once it was stopped', async () => {
  const { open, ask } = questions<string>();
  let changes = 0;
  const loader = createLoader(ask, () => {
    changes++;
  });
  const ended = loader.load();
  loader.stop();
  const before = changes;
  open[0]!.answer('late');
  await ended;
  expect(changes).toBe(before);
  expect(loader.value).toBeUndefined();
});

it('grows a list page by page, and begins anew', async () => {
  const asked: (string | undefined)[] = [];
  const pages = { start: { items: [1, 2], next: 'b' }, b: { items: [3], next: null } };
  const list = createList<number>(
    async (after) => {
      asked.push(after);
      return pages[(after ?? 'start') as keyof typeof pages];
    },
    () => {},
  );
  expect(list.items).toBeUndefined();
  await list.load();
  expect(list).toMatchObject({ items: [1, 2], hasMore: true });
  await list.more();
  expect(list).toMatchObject({ items: [1, 2, 3], hasMore: false });
  list.edit((items) => items.filter((item) => item !== 2));
  expect(list.items).toEqual([1, 3]);
  await list.load();
  expect(list.items).toEqual([1, 2]);
  expect(asked).toEqual([undefined, 'b', undefined]);
});

import { once } from 'node:events';

/**
 * A forked process that answers one message at a time, from outside.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
export function createHelper(child) {
  child.stderr?.pipe(process.stderr);
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`A process of the benchmark ended (code ${code}).`);
  });
  gone.catch(() => undefined);
  return {
    pid: child.pid,
    /** Sends a question and waits for its answer. */
    async ask(question) {
      child.send(question);
      const [answer] = await Promise.race([once(child, 'message'), gone]);
      return answer;
    },
    /** Lets the process go. */
    dismiss: () => child.disconnect(),
  };
}

/**
 * The same from inside: answers each message with what `answer` makes of it; ends with its parent.
 *
 * @param {(question: any) => Promise<unknown>} answer
 */
export function serveHelper(answer) {
  process.on('message', async (question) => process.send(await answer(question)));
  process.on('disconnect', () => process.exit());
}

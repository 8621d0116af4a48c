import cliProgress from 'cli-progress';

/** How far a long command is. */
export interface Progress {
  show(done: number): void;
  end(): void;
}

/**
 * A bar for people, a line at each tenth for logs; both on stderr.
 *
 * @param what `pictures` for instance
 * @param done what was done before
 */
export function showProgress(total: number, what: string, done = 0): Progress {
  if (!process.stderr.isTTY) {
    const step = Math.max(1, Math.ceil(total / 10));
    return {
      show: (count) => {
        if (count % step === 0 || count === total) console.error(`${count} of ${total} ${what} measured`);
      },
      end() {},
    };
  }
  const bar = new cliProgress.SingleBar({
    format: `[{bar}] {value} of {total} ${what}, {eta_formatted} left`,
    hideCursor: true,
    gracefulExit: false,
  });
  bar.start(total, done);
  return { show: (count) => bar.update(count), end: () => bar.stop() };
}

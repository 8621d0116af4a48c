import { type Deadlines, within } from './deadlines.ts';

/** Waits until the page is in sight; at once where it is. @throws TroubleError `tab_hidden` after too long */
export function inSight({ hidden }: Deadlines, signal: AbortSignal): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  const shown = new Promise<void>((resolve) => {
    const look = () => {
      if (document.hidden) return;
      document.removeEventListener('visibilitychange', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look, { signal });
  });
  return within(shown, hidden, 'tab_hidden', signal);
}

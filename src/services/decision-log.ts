import { BonafideError } from '../errors.ts';
import type { Decision, Decisions } from '../stores/ports.ts';

/** What the decision log is made of. */
export interface DecisionLogParts {
  readonly store: Pick<Decisions, 'add'>;
  /**
   * Is told, once each time, that decisions cannot be written, and how many were lost since the last time they could:
   * those that the store refused for another reason than its absence, and the oldest of too many.
   */
  readonly onTrouble: (error: unknown) => void;
  readonly onLost: (decisions: number) => void;
}

/** Notes what the contracts decide, without anybody waiting for it. */
export interface DecisionLog {
  /** Returns at once and never throws; it is written within a second or so. */
  note(decision: Decision): void;
  /** Writes what is still to be written, if that can be done now. */
  close(): Promise<void>;
}

/** Milliseconds from a decision to its write: the embedded database takes a few for one write, of many as of one. */
const patience = 1_000;
/** The same after a write that failed. */
const retryAfter = 10_000;
/** Decisions in one write. */
const batch = 500;
/** Decisions that wait at most, some 10 MB: where the database is away for longer, the oldest are lost. */
const mostWaiting = 20_000;

/** A log that writes into a store, many decisions at a time. */
export function createDecisionLog({ store, onTrouble, onLost }: DecisionLogParts): DecisionLog {
  const waiting: Decision[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let isTroubled = false;
  let lost = 0;

  function schedule(milliseconds: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      writing = write().finally(() => {
        writing = undefined;
        if (waiting.length > 0) schedule(isTroubled ? retryAfter : 0);
      });
    }, milliseconds).unref();
  }

  async function write(): Promise<void> {
    const decisions = waiting.splice(0, batch);
    try {
      await store.add(decisions);
      isTroubled = false;
      if (lost > 0) onLost(lost);
      lost = 0;
    } catch (error) {
      // What the store will never take must not hold up all that comes after it.
      if (error instanceof BonafideError && error.code === 'store_unavailable') waiting.unshift(...decisions);
      else lost += decisions.length;
      discardOldest();
      if (!isTroubled) onTrouble(error);
      isTroubled = true;
    }
  }

  function discardOldest(): void {
    const tooMany = waiting.length - mostWaiting;
    if (tooMany > 0) lost += waiting.splice(0, tooMany).length;
  }

  return {
    note(decision) {
      waiting.push(decision);
      discardOldest();
      if (!writing) schedule(patience);
    },
    async close() {
      clearTimeout(timer);
      await writing;
      clearTimeout(timer);
      isTroubled = false;
      while (waiting.length > 0 && !isTroubled) await write();
      if (waiting.length + lost > 0) onLost(waiting.length + lost);
    },
  };
}

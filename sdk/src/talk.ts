import type { Loss } from './connection.ts';
import type { TroubleError } from './troubles.ts';
import { answersFrame, type Contract, isLast, type ServerMessage } from './wire.ts';

/** How a talk over one connection ended: by the server's last message, without one, or before it began. */
export type End =
  | { readonly message: ServerMessage }
  | { readonly loss: Loss }
  | { readonly refusal: TroubleError };

/** What is said over one connection: a first word, answers to frames one at a time, an end. */
export interface Talk {
  hear(message: ServerMessage): void;
  lose(loss: Loss): void;
  refuse(refusal: TroubleError): void;
  readonly first: Promise<void>;
  readonly end: Promise<End>;
  /** The answer to the frame that is sent next; ask before sending. */
  nextAnswer(): Promise<ServerMessage>;
}

export function createTalk(contract: Contract): Talk {
  let settleFirst = () => {};
  let settleEnd = (_end: End) => {};
  let settleAnswer: ((answer: ServerMessage) => void) | null = null;
  const first = new Promise<void>((resolve) => {
    settleFirst = resolve;
  });
  const end = new Promise<End>((resolve) => {
    settleEnd = resolve;
  });
  return {
    first,
    end,
    hear(message) {
      settleFirst();
      if (isLast(message)) return settleEnd({ message });
      if (!answersFrame(contract, message)) return;
      settleAnswer?.(message);
      settleAnswer = null;
    },
    lose: (loss) => settleEnd({ loss }),
    refuse: (refusal) => settleEnd({ refusal }),
    nextAnswer: () =>
      new Promise((resolve) => {
        settleAnswer = resolve;
      }),
  };
}

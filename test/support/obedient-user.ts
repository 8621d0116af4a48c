import { type Behaviour, cooperative } from './challenge-client.ts';
import type { PoseBank } from './pose-bank.ts';

/** Somebody before the camera of a client that a test does not drive: they hear what it shows, and do as told. */
export interface ObedientUser {
  hear(instruction: Parameters<Behaviour>[0]['instruction']): void;
  /** What the camera sees now: a JPEG. */
  picture(): Buffer;
}

export function createObedientUser(bank: PoseBank): ObedientUser {
  const behaviour = cooperative(bank);
  const startedAt = performance.now();
  let instructedAt = startedAt;
  let instruction: Parameters<Behaviour>[0]['instruction'] = 'CENTER';
  let turns = 0;
  return {
    hear(next) {
      if (next === instruction) return;
      if (instruction !== 'CENTER') turns++;
      instruction = next;
      instructedAt = performance.now();
    },
    picture() {
      const now = performance.now();
      return behaviour({ instruction, success: turns, since: now - instructedAt, elapsed: now - startedAt });
    },
  };
}

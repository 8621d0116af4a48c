import { Value } from 'typebox/value';
import { expect, onTestFinished } from 'vitest';
import type { OpenedSession, SessionRequest } from '../../src/contracts/sessions/schemas.ts';
import { streamMessage } from '../../src/contracts/sessions/schemas.ts';
import type { FrameFacts } from '../../src/decisions/facts.ts';
import { scriptedPerception } from './app.ts';
import { makeSession, openStream, type Stream } from './session-client.ts';

/** Makes a session and opens its stream, which has greeted when this returns. */
export async function begin(url: string, wish: SessionRequest = {}) {
  const session = await makeSession(url, { language: 'en', ...wish });
  const stream = await join(url, session);
  return { ...stream, session };
}

/** Opens a stream, which has greeted when this returns. */
export async function join(url: string, session: OpenedSession): Promise<Stream> {
  const stream = watch(openStream(url, session));
  await expect.poll(() => stream.messages.length).toBe(1);
  return stream;
}

/** Holds what a stream says to its schema, and ends it with the test. */
export function watch(stream: Stream): Stream {
  onTestFinished(() => {
    stream.socket.terminate();
    for (const message of stream.messages) expect(Value.Errors(streamMessage, message)).toEqual([]);
  });
  return stream;
}

/** What is said to somebody whose stream is not opened. */
export async function refusal(url: string, session: Pick<OpenedSession, 'stream' | 'client_token'>) {
  const stream = watch(openStream(url, session));
  const [code, reason] = await stream.closed;
  expect(stream.messages).toHaveLength(1);
  expect(stream.last()).toMatchObject({ type: 'failed', reason, message: expect.any(String) });
  return { code, reason, message: stream.last()! };
}

/** Perception whose answers the test gives, one at a time. */
export function patientPerception() {
  const jobs: { resolve: (facts: FrameFacts) => void; reject: (error: Error) => void }[] = [];
  const perception = scriptedPerception(
    () => new Promise((resolve, reject) => void jobs.push({ resolve, reject })),
    { processes: 1 },
  );
  return { perception, jobs };
}

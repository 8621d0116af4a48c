import type { EngineOptions, Perception } from '../../src/perception/engine.ts';
import { createInlinePerception } from '../../src/perception/inline.ts';
import { listeningApp } from './app.ts';
import type { Session } from './challenge-client.ts';
import { loadSampleFaces } from './faces.ts';
import { type Direction, type PoseBank, renderPoseBank } from './pose-bank.ts';

/** Two people as puppets. */
export async function renderTwoPeople(engine: EngineOptions): Promise<readonly [PoseBank, PoseBank]> {
  const inline = await createInlinePerception(engine);
  const [one, other] = await loadSampleFaces(inline);
  await inline.close();
  return Promise.all([renderPoseBank(one!), renderPoseBank(other!)]);
}

/** A server that asks for these directions, again and again; it ends with the test. */
export function serverAsking(
  perception: Perception,
  asked: readonly Direction[],
  settings: Readonly<Record<string, string>> = {},
): Promise<string> {
  let next = 0;
  const drawDirections = (count: number) =>
    Array.from({ length: count }, () => asked[next++ % asked.length]!);
  return listeningApp(settings, { perception, drawDirections });
}

/** So many sessions, a few at a time: more would only wait for each other. */
export async function takeChallenges(
  count: number,
  take: (index: number) => Promise<Session>,
  atOnce = 6,
): Promise<Session[]> {
  const sessions: Session[] = [];
  const waiting = Array.from({ length: count }, (_, index) => index);
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let index = waiting.shift(); index !== undefined; index = waiting.shift())
        sessions[index] = await take(index);
    }),
  );
  return sessions;
}

/** How sessions ended: `live`, or why not. */
export function endsOf(sessions: readonly Session[]): string[] {
  return sessions.map(({ last }) => last.reason ?? (last.live ? 'live' : last.type));
}

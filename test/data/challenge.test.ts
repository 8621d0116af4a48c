import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AppParts } from '../../src/app.ts';
import { engineOptions, readConfig } from '../../src/config.ts';
import type { Perception } from '../../src/perception/engine.ts';
import { listeningApp } from '../support/app.ts';
import { takeChallenge } from '../support/challenge-client.ts';
import { clipPlayer, cutClip } from '../support/clip-bank.ts';
import { startPool } from '../support/pool.ts';

// Seed 001 with the strong pack: people who do as told pass, and a screen that shows one of them does not.
// The clips are cut into their turns and played as the server asks: an attacker who answers in time.

const shared = join(import.meta.dirname, '../../../shared');
const engine = engineOptions(readConfig({ MODELS_DIR: join(shared, 'models') }));

let pool: Perception;
beforeAll(async () => {
  pool = await startPool(engine);
});
afterAll(() => pool?.close());

/** What came of sessions, one after the other, that were answered with a clip. */
async function play(clip: string, count: number, parts: Partial<AppParts> = {}): Promise<string[]> {
  const bank = await cutClip(pool, readFileSync(join(shared, 'data/B', clip)));
  const url = await listeningApp({}, { perception: pool, ...parts });
  const ends: string[] = [];
  for (let session = 0; session < count; session++) {
    const { messages, last } = await takeChallenge(url, clipPlayer(bank));
    const asked = messages.filter(({ type }) => type === 'challenge').map(({ instruction }) => instruction);
    const end = last.reason ?? `${last.type} ${last.live}`;
    ends.push(`${end} (${asked.join(', ')})`);
  }
  return ends;
}

it.each([
  'tranvanluyt/real.mp4',
  'td_real/0001e96803--621f73fc7c3ae23005b89f74/live_video.MOV',
  'td_real/0001e96803--6238f1fa0478c01e4272b19c/live_video.MOV',
])('the person of %s is live', async (clip) => {
  for (const end of await play(clip, 4)) expect(end).toMatch(/^complete true/);
});

it('a monitor that shows a person who does as told never is', async () => {
  // All but DOWN, in which the mesh is lost on this clip: it shall fail for what it is.
  const shown = ['LEFT', 'RIGHT', 'UP'] as const;
  const drawDirections = (count: number) =>
    Array.from({ length: count }, () => shown[randomInt(shown.length)]!);
  const ends = await play('tranvanluyt/fake.mp4', 8, { drawDirections });
  for (const end of ends) expect(end).toMatch(/^(spoof_detected|inconclusive)/);
});

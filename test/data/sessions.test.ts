import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { engineOptions, readConfig } from '../../src/config.ts';
import { sessionResult } from '../../src/contracts/sessions/schemas.ts';
import type { Perception } from '../../src/perception/engine.ts';
import type { Stores } from '../../src/stores/ports.ts';
import { listeningApp } from '../support/app.ts';
import { type ClipBank, clipPlayer, cutClip } from '../support/clip-bank.ts';
import { startPool } from '../support/pool.ts';
import { enrol, makeSession, readSession, takeSession } from '../support/session-client.ts';
import { memoryStores } from '../support/stores.ts';

// Native sessions with the strong pack, from the backend's first word to its last: what it reads of people who do as told,
// of a person who is somebody else, and of a monitor that shows the very person who is expected.

const shared = join(import.meta.dirname, '../../../shared');
const engine = engineOptions(readConfig({ MODELS_DIR: join(shared, 'models') }));

let pool: Perception;
let stores: Stores;
const banks: Record<string, ClipBank> = {};
const clips = {
  someone: 'tranvanluyt/real.mp4',
  monitor: 'tranvanluyt/fake.mp4',
  another: 'td_real/0001e96803--6238f1fa0478c01e4272b19c/live_video.MOV',
} as const;

beforeAll(async () => {
  [pool, stores] = await Promise.all([startPool(engine), memoryStores()]);
  for (const [name, clip] of Object.entries(clips))
    banks[name] = await cutClip(pool, readFileSync(join(shared, 'data/B', clip)));
  await enrol(stores, pool, 'someone', banks.someone!.centre[0]!.picture);
});
afterAll(async () => {
  await pool?.close();
  await stores?.close();
});

/** What the backend reads of a session that was answered with a clip; and the evidence that the stream told last. */
async function hold(who: keyof typeof clips) {
  // All but DOWN, in which the mesh is lost on the clip of the monitor.
  const shown = ['LEFT', 'RIGHT', 'UP'] as const;
  const drawDirections = (count: number) => Array.from({ length: count }, (_, at) => shown[at % 3]!);
  // A busy machine shall not fail those who do as told.
  const patience = { CHALLENGE_TIMEOUT: '30', SESSION_TIMEOUT: '120' };
  const url = await listeningApp(patience, { perception: pool, stores, drawDirections });
  const session = await makeSession(url, { user_id: 'someone', detail: true, language: 'en' });
  const { messages, last } = await takeSession(url, session, clipPlayer(banks[who]!));
  const result = await readSession(url, session.id);
  expect(Value.Errors(sessionResult, result)).toEqual([]);
  const evidence = messages.findLast(({ detail }) => detail)?.detail?.evidence;
  return { result, last, evidence };
}

it('the person of a clip passes as themselves, with a probability that follows from what the nets saw', async () => {
  const { result, last, evidence } = await hold('someone');
  expect(result).toMatchObject({ status: 'passed', reasons: [], match: { match: true } });
  expect(last).toMatchObject({ type: 'complete' });
  // Calibrated: the log-odds of all looks together, as a probability.
  expect(result.live_probability).toBeCloseTo(1 / (1 + Math.exp(-evidence!)), 2);
  expect(result.live_probability).toBeGreaterThan(0.9);
  expect(result.models.map(({ role }) => role)).toEqual(
    expect.arrayContaining(['detector', 'mesh', 'anti-spoof', 'embedding']),
  );
});

it('another person, as live as they are, is not the one who was expected', async () => {
  const { result, last } = await hold('another');
  expect(result).toMatchObject({
    status: 'failed',
    reason: 'no_match',
    reasons: [{ code: 'no_match' }],
    match: { match: false },
  });
  expect(result.live_probability).toBeGreaterThan(0.9);
  expect(last).toMatchObject({ type: 'failed', reason: 'no_match' });
});

it('a monitor that shows the person who was expected never passes, and is compared with nobody', async () => {
  for (let session = 0; session < 3; session++) {
    const { result, last } = await hold('monitor');
    expect(['spoof_detected', 'inconclusive']).toContain(result.reason);
    expect(result.status).toBe(result.reason === 'inconclusive' ? 'inconclusive' : 'failed');
    expect(result.reasons[0]!.code).toBe(result.reason);
    expect(result).not.toHaveProperty('match');
    expect(result.live_probability).toBeLessThan(0.5);
    expect(last.type).toBe('failed');
  }
});

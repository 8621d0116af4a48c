import sharp from 'sharp';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineOptions, readConfig } from '../src/config.ts';
import { sessionResult, streamMessage } from '../src/contracts/sessions/schemas.ts';
import type { Perception } from '../src/perception/engine.ts';
import type { Stores } from '../src/stores/ports.ts';
import { listeningApp } from './support/app.ts';
import { cooperative, still } from './support/challenge-client.ts';
import { renderTwoPeople } from './support/challenge-server.ts';
import { startPool } from './support/pool.ts';
import type { Direction, PoseBank } from './support/pose-bank.ts';
import {
  enrol,
  makeSession,
  openStream,
  readSession,
  type StreamedSession,
  takeSession,
} from './support/session-client.ts';
import { memoryStores } from './support/stores.ts';

// Native sessions with the real models, the real pool and puppets for users.

const engine = engineOptions(readConfig({ MODELS_DIR: 'none', ANTISPOOF_NETS: 'none' }));

/** A busy machine shall not fail those who do as told. */
const patience = { CHALLENGE_TIMEOUT: '30', SESSION_TIMEOUT: '120', RECONNECT_SECONDS: '30' };

let pool: Perception;
let stores: Stores;
let someone: PoseBank;
let another: PoseBank;
beforeAll(async () => {
  [someone, another] = await renderTwoPeople(engine);
  [pool, stores] = await Promise.all([startPool(engine), memoryStores()]);
});
afterAll(async () => {
  await pool?.close();
  await stores?.close();
});

/** A server that asks for these directions, again and again. */
function serverAsking(asked: readonly Direction[], settings: Readonly<Record<string, string>> = patience) {
  let next = 0;
  const drawDirections = (count: number) =>
    Array.from({ length: count }, () => asked[next++ % asked.length]!);
  return listeningApp(settings, { perception: pool, stores, drawDirections });
}

function expectMessagesAsDescribed({ messages }: StreamedSession): void {
  for (const message of messages) expect(Value.Errors(streamMessage, message)).toEqual([]);
}

describe('somebody who does as told', () => {
  it('passes, and the backend is told so', async () => {
    const url = await serverAsking(['LEFT', 'UP', 'RIGHT']);
    const session = await makeSession(url, { language: 'en' });
    const streamed = await takeSession(url, session, cooperative(someone));
    expectMessagesAsDescribed(streamed);
    expect(streamed.last).toMatchObject({ type: 'complete', instruction: 'VERIFIED', success: 3, total: 3 });
    expect(streamed.closed).toEqual([1000, '']);
    const asked = streamed.messages.filter(({ type }) => type === 'challenge');
    expect(asked.map(({ instruction }) => instruction)).toEqual(['LEFT', 'UP', 'RIGHT']);
    // The clock of a turn runs while it is asked for, and only then.
    for (const { state, turn_remaining_ms: turn, type } of streamed.messages)
      if (type !== 'complete') expect(turn === null).toBe(state === 'WAITING_CENTER');
    const result = await readSession(url, session.id);
    expect(Value.Errors(sessionResult, result)).toEqual([]);
    expect(result).toMatchObject({
      status: 'passed',
      // No anti-spoof net serves here, and the result does not hide it.
      reasons: [{ code: 'turns_alone' }],
      live_probability: null,
      directions: 3,
    });
    expect(result.frames).toBe(streamed.messages.filter(({ frame }) => frame !== undefined).length);
    expect(result.models.map(({ role }) => role)).toEqual(expect.arrayContaining(['detector', 'mesh']));
  });

  it('is shown what the server sees, where the backend asked for it', async () => {
    const url = await serverAsking(['RIGHT']);
    const session = await makeSession(url, { directions: 1, detail: true });
    const streamed = await takeSession(url, session, cooperative(someone));
    expect(streamed.last.type).toBe('complete');
    expectMessagesAsDescribed(streamed);
    const details = streamed.messages.flatMap(({ detail }) => detail ?? []);
    expect(details.length).toBe(streamed.messages.length - 1);
    const seen = details.filter(({ mesh }) => mesh !== null);
    expect(seen.length).toBeGreaterThan(3);
    for (const { mesh, pose, eyes, evidence } of seen) {
      expect(mesh).toHaveLength(936);
      // The face is in the picture.
      expect(mesh!.every((share) => share > -0.2 && share < 1.2)).toBe(true);
      expect(pose).not.toBeNull();
      expect(eyes!.left.lid_gap).toBeGreaterThan(0);
      expect(evidence).toBeNull();
    }
    expect(Math.max(...seen.map(({ pose }) => pose!.yaw))).toBeGreaterThan(15);
  });

  it('passes after their connection was lost in a turn, which is drawn anew and costs one more', async () => {
    const url = await serverAsking(['LEFT', 'UP', 'RIGHT', 'DOWN', 'LEFT', 'RIGHT', 'UP']);
    const session = await makeSession(url, { reconnect: true });
    const lost = await takeSession(url, session, cooperative(someone), {
      until: ({ instruction }) => instruction === 'UP',
    });
    expect(lost.last).toMatchObject({ type: 'challenge', instruction: 'UP', success: 1 });
    expect(await readSession(url, session.id)).toMatchObject({ status: 'running' });
    const streamed = await takeSession(url, session, cooperative(someone));
    expect(streamed.messages[0]).toMatchObject({
      type: 'start',
      instruction: 'CENTER',
      success: 1,
      total: 4,
    });
    expect(streamed.messages[0]!.session_remaining_ms).toBeLessThan(lost.last.session_remaining_ms);
    const asked = streamed.messages.filter(({ type }) => type === 'challenge');
    expect(asked.map(({ instruction }) => instruction)).toEqual(['DOWN', 'LEFT', 'RIGHT']);
    expect(streamed.last).toMatchObject({ type: 'complete', success: 4, total: 4 });
    expect(await readSession(url, session.id)).toMatchObject({ status: 'passed', directions: 3 });
  });
});

describe('nobody passes who', () => {
  it('comes back as somebody else', async () => {
    const url = await serverAsking(['LEFT', 'UP', 'RIGHT', 'DOWN']);
    const session = await makeSession(url);
    await takeSession(url, session, cooperative(someone), { until: ({ success }) => success === 1 });
    const { last } = await takeSession(url, session, cooperative(another));
    expect(last).toMatchObject({ type: 'failed', reason: 'face_changed' });
    const result = await readSession(url, session.id);
    expect(result).toMatchObject({
      status: 'failed',
      reason: 'face_changed',
      reasons: [{ code: 'face_changed' }],
    });
  });

  it('holds still', async () => {
    const url = await serverAsking(['LEFT'], { ...patience, CHALLENGE_TIMEOUT: '3' });
    const session = await makeSession(url);
    const { last } = await takeSession(url, session, still(someone));
    expect(last).toMatchObject({ type: 'failed', reason: 'challenge_timeout' });
    expect(await readSession(url, session.id)).toMatchObject({
      status: 'failed',
      reason: 'challenge_timeout',
    });
  });
});

describe('a person who was enrolled', () => {
  it('passes as themselves, and nobody else does', async () => {
    const url = await serverAsking(['LEFT']);
    await enrol(stores, pool, 'someone', someone.centre[0]!);
    const wish = { user_id: 'someone', directions: 1, language: 'en' as const };
    const [own, foreign] = [await makeSession(url, wish), await makeSession(url, wish)];
    const [mine, theirs] = [
      await takeSession(url, own, cooperative(someone)),
      await takeSession(url, foreign, cooperative(another)),
    ];
    expect(mine.last.type).toBe('complete');
    expect(await readSession(url, own.id)).toMatchObject({
      status: 'passed',
      match: { match: true, threshold: 0.35 },
    });
    expect(theirs.last).toMatchObject({ type: 'failed', reason: 'no_match', instruction: 'CENTER' });
    expect(theirs.last.message).toBe('This is not the person who was expected.');
    const result = await readSession(url, foreign.id);
    expect(result).toMatchObject({ status: 'failed', reason: 'no_match', match: { match: false } });
    expect(result.match!.distance).toBeGreaterThan(0.35);
    // Nothing that is kept says who was to be compared.
    expect(await stores.sessions.find(own.id, null)).toMatchObject({ userId: null });
    expect(JSON.stringify(await stores.sessions.find(foreign.id, null))).not.toContain('someone');
  });

  it('and was erased meanwhile leaves no session that could pass without them', async () => {
    const url = await serverAsking(['LEFT']);
    await enrol(stores, pool, 'leaver', someone.centre[0]!);
    const session = await makeSession(url, { user_id: 'leaver', directions: 1 });
    expect((await fetch(`${url}/v1/users/leaver`, { method: 'DELETE' })).status).toBe(200);
    expect((await fetch(`${url}/v2/sessions/${session.id}`)).status).toBe(404);
    const stream = openStream(url, session);
    expect(await stream.closed).toEqual([4401, 'session_unknown']);
  });
});

it('a picture that is none, and one without anybody, are answered as such', async () => {
  const url = await serverAsking(['LEFT']);
  const stream = openStream(url, await makeSession(url, { language: 'en' }));
  await expect.poll(() => stream.messages.length).toBe(1);
  expect(await stream.show(Buffer.from('no picture at all'))).toMatchObject({
    frame: 1,
    type: 'waiting',
    error: 'invalid_image',
  });
  const wall = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#888' } })
    .jpeg()
    .toBuffer();
  expect(await stream.show(wall)).toMatchObject({ frame: 2, type: 'no_face' });
  stream.socket.terminate();
});

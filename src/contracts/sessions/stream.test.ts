import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { listeningApp, scriptedPerception } from '../../../test/support/app.ts';
import { faceFacts, frameFacts } from '../../../test/support/facts.ts';
import { frameOf, makeSession, openStream, readSession } from '../../../test/support/session-client.ts';
import { begin, join, patientPerception, refusal, watch } from '../../../test/support/stream-wire.ts';
import { BonafideError } from '../../errors.ts';
import type { Perception } from '../../perception/engine.ts';

// The wire of the stream, with scripted perception; real sessions are held in test/sessions.test.ts.

const picture = Buffer.from('a picture');

const failing = (code: ConstructorParameters<typeof BonafideError>[0]): Perception =>
  scriptedPerception(() => Promise.reject(new BonafideError(code)));

describe('a stream', () => {
  it('greets, answers each frame by its number, and names the subprotocol alone', async () => {
    const stream = await begin(await listeningApp(), { directions: 4 });
    expect(stream.socket.protocol).toBe('bonafide');
    expect(stream.messages).toEqual([
      {
        type: 'start',
        state: 'WAITING_CENTER',
        instruction: 'CENTER',
        success: 0,
        total: 4,
        turn_remaining_ms: null,
        session_remaining_ms: expect.closeTo(30_000, -3),
      },
    ]);
    for (const frame of [1, 2, 3]) {
      const answer = await stream.show(picture);
      expect(answer).toMatchObject({ type: 'waiting', frame, turn_remaining_ms: null });
      expect(answer.session_remaining_ms).toBeLessThan(30_000);
      expect(answer).not.toHaveProperty('live');
      expect(answer).not.toHaveProperty('detail');
    }
  });

  it('tells what the server sees to those alone whose backend asked for it', async () => {
    const asked: unknown[] = [];
    const perception: Perception = {
      ...scriptedPerception(),
      analyseImage: async (_bytes, { measure }) => {
        asked.push(measure);
        return frameFacts(faceFacts());
      },
    };
    const stream = await begin(await listeningApp({}, { perception }), { detail: true });
    const { detail } = await stream.show(picture);
    expect(detail?.mesh).toHaveLength(468 * 2);
    expect(Math.max(...detail!.mesh!)).toBeLessThan(2);
    expect(detail).toMatchObject({ faces: 1, pose: { yaw: expect.any(Number) }, looks: expect.any(Number) });
    expect(asked[0]).toContain('eyes');
  });

  it('speaks the language of the session', async () => {
    const stream = await begin(await listeningApp({ SESSION_TIMEOUT: '1' }), { language: 'pt' });
    await stream.closed;
    expect(stream.last()!.message).toContain('O tempo');
  });
});

describe('a token', () => {
  it('that is wrong, of another session or missing opens nothing', async () => {
    const url = await listeningApp();
    const [one, two] = [await makeSession(url), await makeSession(url)];
    const guess = `${one.id}.${randomBytes(32).toString('base64url')}`;
    for (const token of [two.client_token, guess, one.id, '', 'x'.repeat(5_000)]) {
      const answer = await refusal(url, { ...one, client_token: token });
      expect(answer).toMatchObject({ code: 4401, reason: 'session_unknown' });
    }
    // Nothing of that has used it up.
    await join(url, one);
  });

  it('that has expired opens nothing, and the session says so', async () => {
    let now = Date.now();
    const url = await listeningApp({}, { today: () => new Date(now) });
    const session = await makeSession(url, { expires_in: 10 });
    now += 10_000;
    expect(await refusal(url, session)).toMatchObject({ code: 4401, reason: 'session_unknown' });
    expect(await readSession(url, session.id)).toMatchObject({ status: 'expired', started_at: null });
  });

  it('opens one stream at a time: a second one is refused, and the first goes on', async () => {
    const url = await listeningApp();
    const { session, ...stream } = await begin(url);
    expect(await refusal(url, session)).toMatchObject({ code: 4409, reason: 'session_in_use' });
    expect(await stream.show(picture)).toMatchObject({ frame: 1, type: 'waiting' });
  });

  it('of many that come at once lets exactly one in', async () => {
    const url = await listeningApp();
    const session = await makeSession(url);
    const streams = Array.from({ length: 8 }, () => watch(openStream(url, session)));
    await expect
      .poll(() => streams.every(({ messages }) => messages.length > 0), { timeout: 20_000 })
      .toBe(true);
    expect(streams.filter(({ messages }) => messages[0]!.type === 'start')).toHaveLength(1);
    const refused = streams.filter(({ messages }) => messages[0]!.type === 'failed');
    expect(new Set(refused.map(({ messages }) => messages[0]!.reason))).toEqual(new Set(['session_in_use']));
  });

  it('is used up when its session has ended', async () => {
    const url = await listeningApp({ SESSION_TIMEOUT: '1' });
    const { session, closed } = await begin(url);
    expect(await closed).toEqual([1000, 'session_timeout']);
    expect(await refusal(url, session)).toMatchObject({ code: 4429, reason: 'session_used_up' });
  });

  it('is not used up by a server that is full', async () => {
    const url = await listeningApp({ MAX_SESSIONS: '1' });
    const first = await begin(url, { reconnect: false });
    const session = await makeSession(url);
    const { message, ...answer } = await refusal(url, session);
    expect(answer).toEqual({ code: 1013, reason: 'too_many_sessions' });
    expect(message.retry_after_ms).toBe(5_000);
    first.socket.terminate();
    await expect.poll(() => readSession(url, first.session.id)).toMatchObject({ status: 'failed' });
    await join(url, session);
  });

  it('is for WebSockets only', async () => {
    const url = await listeningApp();
    const { stream } = await makeSession(url);
    const response = await fetch(`${url}${stream}`);
    expect([response.status, response.headers.get('upgrade')]).toEqual([426, 'websocket']);
  });
});

describe('frames', () => {
  it('that come before the answer to the one before are refused, each with an answer', async () => {
    const { perception, jobs } = patientPerception();
    const stream = await begin(await listeningApp({}, { perception }));
    const [first, second, third] = [1, 2, 3].map(() => stream.show(picture));
    expect(await second).toMatchObject({ frame: 2, error: 'frame_in_flight', type: 'waiting' });
    expect(await third).toMatchObject({ frame: 3, error: 'frame_in_flight' });
    jobs[0]!.resolve(frameFacts(faceFacts()));
    expect(await first).toMatchObject({ frame: 1 });
    expect(await first).not.toHaveProperty('error');
    expect(jobs).toHaveLength(1);
  });

  it.each<[string, string | Buffer, string]>([
    ['text', 'hello', 'invalid_request'],
    ['seed 001’s frames', JSON.stringify({ frame: picture.toString('base64') }), 'invalid_request'],
    ['empty', Buffer.alloc(0), 'invalid_request'],
    ['a time alone', frameOf(Buffer.alloc(0), 1), 'invalid_request'],
    ['of no time', frameOf(picture, Number.NaN), 'invalid_request'],
    ['of an endless time', frameOf(picture, Number.POSITIVE_INFINITY), 'invalid_request'],
    ['of a time before time', frameOf(picture, -1), 'invalid_request'],
    ['too large', frameOf(Buffer.alloc(1_001), 1), 'payload_too_large'],
  ])('that are %s are answered, and the session goes on', async (_, message, code) => {
    const stream = await begin(await listeningApp({ MAX_FRAME_BYTES: '1000' }));
    stream.socket.send(message);
    await expect
      .poll(stream.last)
      .toMatchObject({ type: 'waiting', frame: 1, error: code, message: expect.any(String) });
    stream.socket.send(frameOf(picture, 5));
    await expect.poll(stream.last).toMatchObject({ frame: 2, type: 'waiting' });
    expect(stream.last()).not.toHaveProperty('error');
  });

  it('whose time does not go on are refused', async () => {
    const stream = await begin(await listeningApp());
    const errors: unknown[] = [];
    for (const time of [7, 7, 6.5, 7.5]) {
      stream.socket.send(frameOf(picture, time));
      await expect.poll(() => stream.messages.length).toBe(errors.length + 2);
      errors.push(stream.last()!.error);
    }
    expect(errors).toEqual([undefined, 'invalid_request', 'invalid_request', undefined]);
  });

  it('that are garbage again and again end the session', async () => {
    const url = await listeningApp({}, { perception: failing('invalid_image') });
    const stream = await begin(url);
    for (let sent = 0; sent < 4; sent++)
      expect(await stream.show(picture)).toMatchObject({ error: 'invalid_image' });
    expect(await stream.show(picture)).toMatchObject({ type: 'failed', reason: 'invalid_frame', frame: 5 });
    expect(await stream.closed).toEqual([1000, 'invalid_frame']);
    expect(await readSession(url, stream.session.id)).toMatchObject({
      status: 'failed',
      reason: 'invalid_frame',
    });
  });

  it('that come too fast end the session', async () => {
    const url = await listeningApp({ MAX_FRAME_RATE: '5' });
    const stream = await begin(url);
    for (let sent = 0; sent < 8; sent++) stream.socket.send(frameOf(picture, sent));
    expect(await stream.closed).toEqual([1008, 'too_many_frames']);
    expect(await readSession(url, stream.session.id)).toMatchObject({ reason: 'too_many_frames' });
  });

  it('larger than any message may be end the session, which does not wait for another stream', async () => {
    const url = await listeningApp({ MAX_FRAME_BYTES: '1000' });
    const stream = await begin(url);
    stream.socket.send(frameOf(Buffer.alloc(100_000), 1));
    expect((await stream.closed)[0]).toBe(1009);
    await expect
      .poll(() => readSession(url, stream.session.id))
      .toMatchObject({ status: 'failed', reason: 'invalid_frame' });
  });

  it('that perception cannot take are answered with when to try again', async () => {
    const stream = await begin(await listeningApp({}, { perception: failing('busy') }));
    for (const frame of [1, 2, 3])
      expect(await stream.show(picture)).toMatchObject({ frame, error: 'busy', retry_after_ms: 100 });
  });

  it('that show several faces are hinted at, by the name that says so', async () => {
    const perception = scriptedPerception(async () => frameFacts(faceFacts(), faceFacts()));
    const stream = await begin(await listeningApp({}, { perception }));
    expect(await stream.show(picture)).toMatchObject({ type: 'waiting', hint: 'several_faces' });
  });
});

describe('a session ends', () => {
  it('when its client is silent', async () => {
    const url = await listeningApp({ IDLE_TIMEOUT: '1' });
    const stream = await begin(url);
    expect(await stream.closed).toEqual([1000, 'idle_timeout']);
    expect(stream.last()).toMatchObject({ type: 'failed', reason: 'idle_timeout' });
    expect(stream.last()).not.toHaveProperty('frame');
    expect(await readSession(url, stream.session.id)).toMatchObject({
      status: 'failed',
      reason: 'idle_timeout',
    });
  });

  it('when its time is over, with the frame under way unanswered but by the end', async () => {
    const { perception, jobs } = patientPerception();
    const url = await listeningApp({ SESSION_TIMEOUT: '1' }, { perception });
    const stream = await begin(url);
    stream.socket.send(frameOf(picture, 1));
    expect(await stream.closed).toEqual([1000, 'session_timeout']);
    jobs[0]!.resolve(frameFacts(faceFacts()));
    expect(stream.messages.map(({ type }) => type)).toEqual(['start', 'failed']);
  });

  it('when its backend deletes it, and then nothing is known of it', async () => {
    const url = await listeningApp();
    const stream = await begin(url);
    const response = await fetch(`${url}/v2/sessions/${stream.session.id}`, { method: 'DELETE' });
    expect(response.status).toBe(204);
    expect(await stream.closed).toEqual([1000, 'cancelled']);
    expect(stream.last()).toMatchObject({ type: 'failed', reason: 'cancelled' });
    expect((await fetch(`${url}/v2/sessions/${stream.session.id}`)).status).toBe(404);
    expect(await refusal(url, stream.session)).toMatchObject({ reason: 'session_unknown' });
  });

  it('when the server makes a mistake, which the client is told nothing of', async () => {
    const url = await listeningApp(
      {},
      { perception: scriptedPerception(() => Promise.reject(new Error('a secret'))) },
    );
    const stream = await begin(url);
    expect(await stream.show(picture)).toMatchObject({ type: 'failed', reason: 'internal_error' });
    expect(await stream.closed).toEqual([1011, 'internal_error']);
    expect(JSON.stringify(stream.messages)).not.toContain('secret');
    expect(await readSession(url, stream.session.id)).toMatchObject({
      status: 'failed',
      reason: 'internal_error',
    });
  });
});

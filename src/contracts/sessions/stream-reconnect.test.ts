import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { listeningApp } from '../../../test/support/app.ts';
import { faceFacts, frameFacts } from '../../../test/support/facts.ts';
import { frameOf, openStream, readSession } from '../../../test/support/session-client.ts';
import { begin, join, patientPerception, refusal, watch } from '../../../test/support/stream-wire.ts';

// Connections that are lost, and come back; people who do are tried in test/sessions.test.ts.

const picture = Buffer.from('a picture');

describe('a stream that is lost', () => {
  it('is opened again: frames are counted anew, the time of the session runs on', async () => {
    const url = await listeningApp();
    const { session, ...stream } = await begin(url);
    await stream.show(picture);
    await pause(300);
    stream.socket.terminate();
    const again = await join(url, session);
    expect(again.messages[0]).toMatchObject({ type: 'start', success: 0, total: 3 });
    expect(again.messages[0]!.session_remaining_ms).toBeLessThan(29_800);
    expect(await again.show(picture)).toMatchObject({ frame: 1, type: 'waiting' });
    expect(await readSession(url, session.id)).toMatchObject({ status: 'running', ended_at: null });
  });

  it('ends the session when nobody comes back in time', async () => {
    const url = await listeningApp({ RECONNECT_SECONDS: '1' });
    const { session, ...stream } = await begin(url);
    stream.socket.terminate();
    await expect
      .poll(() => readSession(url, session.id), { timeout: 5_000 })
      .toMatchObject({ status: 'failed', reason: 'connection_lost' });
    expect(await refusal(url, session)).toMatchObject({ reason: 'session_used_up' });
  });

  it('ends the session at once that is not to reconnect', async () => {
    const url = await listeningApp();
    const { session, ...stream } = await begin(url, { reconnect: false });
    stream.socket.close();
    await expect
      .poll(() => readSession(url, session.id))
      .toMatchObject({ status: 'failed', reason: 'connection_lost' });
  });

  it('without a word is given up for one that shows the token', async () => {
    const url = await listeningApp();
    const { session, ...deaf } = await begin(url);
    // Reads nothing, so it answers no ping either: a phone that has changed its network.
    deaf.socket.pause();
    const again = watch(openStream(url, session));
    await expect.poll(() => again.messages.length, { timeout: 5_000 }).toBe(1);
    expect(again.last()).toMatchObject({ type: 'start' });
    expect(await again.show(picture)).toMatchObject({ frame: 1 });
  });

  it('takes the answers with it that it waited for', async () => {
    const { perception, jobs } = patientPerception();
    const url = await listeningApp({}, { perception });
    const { session, ...stream } = await begin(url);
    stream.socket.send(frameOf(picture, 1));
    await expect.poll(() => jobs.length).toBe(1);
    stream.socket.terminate();
    const again = await join(url, session);
    const answer = again.show(picture);
    jobs[0]!.resolve(frameFacts());
    await expect.poll(() => jobs.length).toBe(2);
    jobs[1]!.resolve(frameFacts(faceFacts()));
    expect(await answer).toMatchObject({ frame: 1, type: 'waiting' });
    expect(again.messages).toHaveLength(2);
  });

  it('answers the next frame, too, while the one before still holds all the memory there is', async () => {
    const { perception, jobs } = patientPerception();
    const url = await listeningApp({ MAX_PENDING_BYTES: '2000000' }, { perception });
    const { session, ...stream } = await begin(url);
    const large = Buffer.alloc(1_500_000, 1);
    stream.socket.send(frameOf(large, 1));
    await expect.poll(() => jobs.length).toBe(1);
    stream.socket.terminate();
    const again = await join(url, session);
    const answer = again.show(large);
    // It may arrive after the first has its result, and is looked at then: it takes a while.
    await pause(300);
    jobs[0]!.resolve(frameFacts());
    expect(await answer).toMatchObject({ frame: 1, error: 'busy' });
  });

  it('leaves behind no work: what waited is not looked at', async () => {
    const { perception, jobs } = patientPerception();
    const url = await listeningApp({}, { perception });
    const busy = await begin(url);
    busy.socket.send(frameOf(picture, 1));
    await expect.poll(() => jobs.length).toBe(1);
    const { session, ...stream } = await begin(url);
    stream.socket.send(frameOf(picture, 1));
    // Once it is refused a second the first waits for its turn.
    stream.socket.send(frameOf(picture, 2));
    await expect.poll(() => stream.last()).toMatchObject({ frame: 2, error: 'frame_in_flight' });
    stream.socket.terminate();
    const again = await join(url, session);
    jobs[0]!.resolve(frameFacts());
    const answer = again.show(picture);
    await expect.poll(() => jobs.length).toBe(2);
    jobs[1]!.resolve(frameFacts());
    expect(await answer).toMatchObject({ frame: 1 });
    expect(jobs).toHaveLength(2);
  });
});

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ChallengeSessions } from '../services/challenge-sessions.ts';
import type { LivenessSessions } from '../services/liveness-sessions.ts';
import type { SessionStreams } from '../services/session-streams.ts';

/** Seconds; two of them are what a user may be asked to wait. */
const waitBuckets = [0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5];

/** WebSocket sessions and their frames; what is counted is read off the service when a scraper asks. */
export function observeSessions(
  registry: Registry,
  { figures, onAnswer }: Pick<ChallengeSessions, 'figures' | 'onAnswer'>,
): void {
  const registers = [registry];
  const wait = new Histogram({
    name: 'liveness_challenge_frame_wait_seconds',
    help: 'From the arrival of a frame that is looked at to its answer.',
    buckets: waitBuckets,
    registers,
  });
  onAnswer((milliseconds) => wait.observe(milliseconds / 1000));
  new Gauge({
    name: 'liveness_challenge_sessions_open',
    help: 'WebSocket sessions under way.',
    registers,
    collect() {
      this.set(figures().open);
    },
  });
  new Counter({
    name: 'liveness_challenge_sessions_total',
    help: 'WebSocket sessions that have ended, by outcome (left: the client went away) and reason.',
    labelNames: ['outcome', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const { outcome, reason = '', sessions } of figures().ended)
        this.inc({ outcome, reason }, sessions);
    },
  });
  new Counter({
    name: 'liveness_challenge_frames_total',
    help: 'Frames of WebSocket sessions: taken (looked at), dropped (late), refused (taken, but not readable).',
    labelNames: ['fate'],
    registers,
    collect() {
      this.reset();
      for (const [fate, frames] of Object.entries(figures().frames)) this.inc({ fate }, frames);
    },
  });
}

/** Both sides of the native sessions, as far as they are counted. */
export interface NativeSessions {
  readonly sessions: Pick<LivenessSessions, 'opened'>;
  readonly streams: Pick<SessionStreams, 'ended'>;
}

/** Native sessions; those of them that run, and their frames, are counted among the WebSocket sessions. */
export function observeNativeSessions(registry: Registry, { sessions, streams }: NativeSessions): void {
  const registers = [registry];
  new Counter({
    name: 'liveness_sessions_opened_total',
    help: 'Sessions that were made by POST /v2/sessions.',
    registers,
    collect() {
      this.reset();
      this.inc(sessions.opened());
    },
  });
  new Counter({
    name: 'liveness_sessions_ended_total',
    help: 'Sessions of /v2/sessions that have ended here, by status (passed, failed, inconclusive) and reason.',
    labelNames: ['status', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const { status, reason, sessions } of streams.ended())
        this.inc({ status, reason: reason ?? '' }, sessions);
    },
  });
}

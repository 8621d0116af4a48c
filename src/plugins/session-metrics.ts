import { Counter, Gauge, type Registry } from 'prom-client';
import type { ChallengeFigures } from '../services/challenge-sessions.ts';

/** WebSocket sessions and their frames, read off the service when a scraper asks. */
export function observeSessions(registry: Registry, figures: () => ChallengeFigures): void {
  const registers = [registry];
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

import type { FastifyInstance, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { DecisionLog } from '../services/decision-log.ts';
import type { ContractName, Decision } from '../stores/ports.ts';
import { onSettled, type SettledRequest } from './lifecycle.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Notes what came of something that may outlast its requests, a session for instance. */
    noteDecision(decision: Omit<Decision, 'at' | 'models'>): void;
  }
  interface FastifyRequest {
    /** The contract of the route that was asked; null for what belongs to none. */
    contract: ContractName | null;
  }
}

/** What the log is written with. */
export interface DecisionLogOptions {
  readonly log: DecisionLog;
  readonly today: () => Date;
  /** The nets that judge. */
  readonly models: readonly { readonly role: string; readonly name: string; readonly sha256: string }[];
}

/** Notes every request that somebody was looked at in, when it is over: neither slower nor failing for it. */
export const decisionLog = fastifyPlugin(async (app: FastifyInstance, options: DecisionLogOptions) => {
  const judging = options.models.filter(({ role }) => role === 'anti-spoof' || role === 'detector');
  const models = judging.map(({ name, sha256 }) => `${name}@${sha256.slice(0, 8)}`);
  const note = (decision: Omit<Decision, 'at' | 'models'>, at = options.today()) =>
    options.log.note({ ...decision, at, models });
  app.decorate('noteDecision', (decision) => note(decision));
  app.decorateRequest('contract', null);
  onSettled(app, (request, settled) => {
    const at = options.today();
    // A WebSocket tells that its client has left only after the connection under it has.
    setImmediate(() => {
      const decision = toDecision(request, { ...settled, findings: request.findings });
      if (decision) note(decision, at);
    });
  });
  app.addHook('onClose', () => options.log.close());
});

function toDecision(
  { contract, caller, failure }: FastifyRequest,
  { method, endpoint, milliseconds, findings, status }: SettledRequest,
): Omit<Decision, 'at' | 'models'> | undefined {
  // Without findings nobody was looked at: what is wrong then is counted by the metrics.
  if (contract === null || findings === null) return undefined;
  const error = failure ?? (status === 499 ? 'cancelled' : null);
  const { verdict = null, outcome, reasons = [], sampleId = null } = findings;
  return {
    contract,
    route: `${status === 101 ? 'WS' : method} ${endpoint}`,
    outcome: error === null ? (outcome ?? 'unanswered') : 'unanswered',
    verdict: error === null ? verdict : null,
    reasons: error === null ? [...new Set(reasons)] : [error],
    keyId: caller?.id ?? null,
    milliseconds,
    sampleId,
    sessionId: null,
  };
}

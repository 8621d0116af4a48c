import type { AuditTrail, DecisionFilter, Decisions, SampleStats, Stores } from '../stores/ports.ts';
import { type DecisionRates, decisionRates } from './decision-rates.ts';

export type { DecisionFilter } from '../stores/ports.ts';

/** What the console reads, pictures aside. */
export interface ConsoleData {
  readonly listDecisions: Decisions['list'];
  readonly rates: (filter: DecisionFilter) => Promise<DecisionRates>;
  readonly listEvents: AuditTrail['ofConsole'];
  readonly countSamples: () => Promise<SampleStats['counts']>;
}

/** What the console reads, from the stores. */
export function createConsoleData(stores: Pick<Stores, 'decisions' | 'auditTrail' | 'samples'>): ConsoleData {
  return {
    listDecisions: (filter, page) => stores.decisions.list(filter, page),
    rates: (filter) => decisionRates(stores.decisions, filter),
    listEvents: (page) => stores.auditTrail.ofConsole(page),
    countSamples: async () => (await stores.samples.stats(0)).counts,
  };
}

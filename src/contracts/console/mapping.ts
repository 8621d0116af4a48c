import type { SampleBrowser } from '../../services/browse-samples.ts';
import type { ConsoleData } from '../../services/console-data.ts';
import type { ErrorRate, LabelRates } from '../../services/decision-rates.ts';
import type { ConsoleDecision, ConsoleSample, EventsResponse, RatesResponse } from './schemas.ts';

type Kept = Awaited<ReturnType<ConsoleData['listDecisions']>>['items'][number];
type Sample = Awaited<ReturnType<SampleBrowser['list']>>['items'][number];
type Event = Awaited<ReturnType<ConsoleData['listEvents']>>['items'][number];

/** A kept decision on the wire: whole milliseconds, times as ISO 8601 in UTC. */
export function toDecision(kept: Kept): ConsoleDecision {
  const { id, contract, route, outcome, verdict, reasons, milliseconds, models, sampleId, label } = kept;
  return {
    id,
    at: kept.at.toISOString(),
    contract,
    route,
    outcome,
    verdict,
    reasons: [...reasons],
    key: kept.keyId === null ? null : { id: kept.keyId, label: kept.keyLabel },
    milliseconds: Math.round(milliseconds),
    models: [...models],
    sample: sampleId === null ? null : { id: sampleId, label },
    session_id: kept.sessionId,
  };
}

/** The record of a picture on the wire, with the time of its upload as ISO 8601 in UTC. */
export function toSample({ id, label, createdAt, extension, hasFace, outcome }: Sample): ConsoleSample {
  return {
    id,
    label,
    created_at: createdAt.toISOString(),
    format: extension,
    has_face: hasFace,
    outcome,
  };
}

/** An event of the audit trail on the wire: who it was, and the picture that was viewed or the new label. */
export function toEvent({ at, event, details }: Event): EventsResponse['events'][number] {
  const text = (name: string) => String(details[name] ?? '');
  return {
    at: at.toISOString(),
    event: event === 'sample_relabelled' ? event : 'sample_viewed',
    by: text('by'),
    key: text('key'),
    sample_id: text('sample_id'),
    what: text(event === 'sample_relabelled' ? 'label' : 'picture'),
  };
}

/** Error rates of a day, or of all days, on the wire. */
export function toLabelled(rates: LabelRates): RatesResponse['labelled'][number] {
  const copy = (rate: ErrorRate) => ({ ...rate });
  return {
    day: rates.day,
    attacks_called_live: copy(rates.attacksCalledLive),
    live_not_called_live: copy(rates.liveNotCalledLive),
    unanswered: copy(rates.unanswered),
  };
}

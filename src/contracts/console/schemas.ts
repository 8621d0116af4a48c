import { type Static, Type } from 'typebox';
import { nullable, share } from '../numbers.ts';

const contract = Type.Enum(['passive', 'challenge', 'frames', 'kyc', 'recognition', 'sessions', 'console'], {
  description: 'As keys are limited to them.',
});
const outcome = Type.Enum(['live', 'attack', 'refused', 'inconclusive', 'unanswered'], {
  description:
    '`refused`: not accepted, without a claim that it was an attack; `unanswered`: somebody was looked at, and there was no verdict.',
});
const label = Type.Enum(['live', 'spoof']);
const time = (description: string) => Type.String({ format: 'date-time', description });
const day = (description: string) => Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description });
const next = nullable(Type.String(), 'Ask for it as `after` to get the next page; null at the end.');
/** Items of a page, where nobody says how many. */
export const defaultLimit = 50;

const paging = {
  after: Type.Optional(Type.String({ maxLength: 64, description: '`next` of the page before.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: defaultLimit })),
};

/** Which decisions are asked for; each part that is there narrows it. */
const filter = {
  contract: Type.Optional(contract),
  outcome: Type.Optional(outcome),
  key: Type.Optional(Type.String({ maxLength: 64, description: 'The id of an API key, or `API_KEY`.' })),
  from: Type.Optional(day('First day, UTC.')),
  to: Type.Optional(day('Last day, UTC.')),
};

export const statusResponse = Type.Object(
  {
    decisions_days: Type.Integer({ description: 'Days for which decisions are kept; 0: none are.' }),
    may_relabel: Type.Boolean({ description: '`CONSOLE_RELABEL`.' }),
    samples: Type.Object({ live: Type.Integer(), spoof: Type.Integer() }),
    key: Type.String({ description: 'The label of the key that asks.' }),
  },
  { description: 'What the console can show.' },
);

export const decisionsQuery = Type.Object({ ...filter, ...paging });

const decision = Type.Object({
  id: Type.String(),
  at: time('When it was over.'),
  contract,
  route: Type.String({ description: '`POST /liveness` for instance.' }),
  outcome,
  verdict: nullable(Type.String(), "In the contract's own words; null where there was none."),
  reasons: Type.Array(Type.String({ description: 'Codes.' })),
  key: nullable(
    Type.Object({ id: Type.String(), label: nullable(Type.String(), 'Null for `API_KEY`.') }),
    'Null where none was needed.',
  ),
  milliseconds: Type.Number(),
  models: Type.Array(Type.String({ description: 'Name and the first digits of the hash.' })),
  sample: nullable(
    Type.Object({ id: Type.String(), label: nullable(label, 'Null where it is there no more.') }),
    'The picture of the data set that was judged as it was uploaded.',
  ),
  session_id: nullable(Type.String(), 'Of the native session API.'),
});

export const decisionsResponse = Type.Object(
  { decisions: Type.Array(decision), next },
  { description: 'The newest first. No picture, no address, nobody’s id.' },
);

export const ratesQuery = Type.Object(filter);

const errorRate = Type.Object({
  errors: Type.Integer(),
  of: Type.Integer(),
  rate: nullable(share('errors / of'), 'Null where `of` is 0.'),
  low: nullable(share('Lower bound, 95 %, Clopper–Pearson.'), 'Null where `of` is 0.'),
  high: nullable(share('Upper bound.'), 'Null where `of` is 0.'),
});

export const ratesResponse = Type.Object(
  {
    days: Type.Array(
      Type.Object({
        day: day('UTC.'),
        contract,
        outcomes: Type.Object({
          live: Type.Integer(),
          attack: Type.Integer(),
          refused: Type.Integer(),
          inconclusive: Type.Integer(),
          unanswered: Type.Integer(),
        }),
      }),
    ),
    labelled: Type.Array(
      Type.Object({
        day: nullable(day('UTC.'), 'Null: all days together.'),
        attacks_called_live: errorRate,
        live_not_called_live: errorRate,
        unanswered: errorRate,
      }),
      {
        description:
          'How pictures were judged as they were uploaded to the data set, against their labels of today.',
      },
    ),
  },
  { description: 'What the contracts came to, day by day.' },
);

const latency = Type.Object({
  labels: Type.Record(Type.String(), Type.String()),
  count: Type.Integer(),
  mean: Type.Number({ description: 'Milliseconds.' }),
  median: Type.Number({ description: 'Estimated from the buckets of the metrics.' }),
  p95: Type.Number({ description: 'Estimated, as the median.' }),
});

export const latenciesResponse = Type.Object(
  {
    at: time('Now, by the clock of the server.'),
    queue: Type.Object({
      waiting: Type.Integer(),
      running: Type.Integer(),
      processes: Type.Integer(),
      full: Type.Boolean(),
    }),
    sessions_open: Type.Integer({ description: 'WebSocket sessions under way.' }),
    metrics: nullable(
      Type.Object({
        stages: Type.Array(latency),
        requests: Type.Array(latency),
        frames: Type.Array(latency),
      }),
      'Null with ENABLE_METRICS=false. Since the server started.',
    ),
  },
  { description: 'How busy this server is, and how long it takes.' },
);

export const samplesQuery = Type.Object({ label, ...paging });
export const sampleParams = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{32}$' }) });
export const pictureParams = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  picture: Type.Enum(['raw', 'face']),
});
export const relabelBody = Type.Object({ label });

export const sample = Type.Object(
  {
    id: Type.String(),
    label,
    created_at: time('When it was uploaded.'),
    format: Type.String({ description: 'Of the raw picture: `jpg` for instance.' }),
    has_face: Type.Boolean({ description: 'Whether there is a crop of its face.' }),
    outcome: nullable(outcome, 'How it was judged as it was uploaded, as long as that is kept.'),
  },
  { description: 'A picture of the data set, without the picture.' },
);

export const samplesResponse = Type.Object(
  { samples: Type.Array(sample), next },
  { description: 'The newest first.' },
);

export const eventsQuery = Type.Object(paging);

export const eventsResponse = Type.Object(
  {
    events: Type.Array(
      Type.Object({
        at: time('When.'),
        event: Type.Enum(['sample_viewed', 'sample_relabelled']),
        by: Type.String({ description: 'The label of the key, `API_KEY` for all keys of that setting.' }),
        key: Type.String({ description: 'Its id.' }),
        sample_id: Type.String(),
        what: Type.String({ description: 'Which picture was viewed, or the new label.' }),
      }),
    ),
    next,
  },
  { description: 'Who has looked at pictures, or given them another label; the newest first.' },
);

/** A decision of a contract, as the console lists it. */
export type ConsoleDecision = Static<typeof decision>;
/** A picture of the data set, without the picture. */
export type ConsoleSample = Static<typeof sample>;
/** What the console can show. */
export type StatusResponse = Static<typeof statusResponse>;
/** A page of decisions, the newest first. */
export type DecisionsResponse = Static<typeof decisionsResponse>;
/** What the contracts came to by day, and how often they erred where a label says so. */
export type RatesResponse = Static<typeof ratesResponse>;
/** How busy this server is, and how long it takes, in milliseconds. */
export type LatenciesResponse = Static<typeof latenciesResponse>;
/** A page of pictures, the newest first. */
export type SamplesResponse = Static<typeof samplesResponse>;
/** A page of looks at pictures and of new labels, the newest first. */
export type EventsResponse = Static<typeof eventsResponse>;

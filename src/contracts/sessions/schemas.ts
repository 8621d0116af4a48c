import { type Static, Type } from 'typebox';
import { liveProbability } from '../live-probability.ts';
import { nullable } from '../numbers.ts';
import { turnMessageFields } from '../turn-message-fields.ts';

/** The languages of `message`. */
const language = Type.Enum(['en', 'id', 'pt', 'uz']);

const checks = Type.Array(Type.Enum(['challenge']), {
  minItems: 1,
  uniqueItems: true,
  description: '`challenge`: the user turns their head as told, with all that is judged beside it.',
});

const time = (description: string) => Type.String({ format: 'date-time', description });

const models = Type.Array(
  Type.Object({
    role: Type.String(),
    name: Type.String(),
    sha256: Type.String({ description: 'SHA-256 of the weights, lower-case hex.' }),
  }),
  { description: 'The models that have looked.' },
);

/** Body of `POST /v2/sessions`; without one, everything is as it is by default. */
export const sessionRequest = Type.Object(
  {
    checks: Type.Optional(checks),
    directions: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 8,
        description: 'How many turns are asked for; default: REQUIRED_SUCCESSES.',
      }),
    ),
    language: Type.Optional(
      Type.Union([language], {
        description: "Of the stream's `message`; default: what `Accept-Language` of the stream asks for.",
      }),
    ),
    user_id: Type.Optional(
      Type.String({
        description:
          "Compare the session's face with this enrolled person: who is somebody else fails, and the result has a `match`.",
      }),
    ),
    reconnect: Type.Optional(
      Type.Boolean({
        description:
          'Whether a stream that is lost may be opened again within RECONNECT_SECONDS; default: true.',
      }),
    ),
    detail: Type.Optional(
      Type.Boolean({
        description:
          'The stream tells what the server sees: mesh, pose, eyes, evidence. For demonstrations; an attacker learns from it. Default: false.',
      }),
    ),
    expires_in: Type.Optional(
      Type.Integer({
        minimum: 10,
        maximum: 86_400,
        description: 'Seconds within which the stream must be opened first; default: 600.',
      }),
    ),
  },
  { additionalProperties: false, examples: [{ directions: 3, language: 'en', reconnect: true }] },
);

export type SessionRequest = Static<typeof sessionRequest>;

/** Answer of `POST /v2/sessions`. */
export const openedSession = Type.Object(
  {
    id: Type.String({ description: 'For the backend: what the result is asked for by.' }),
    client_token: Type.String({
      description: 'For the client: opens the stream, and nothing else. Told once; only its hash is kept.',
    }),
    stream: Type.String({ description: 'Path of the stream on this server, /v2/sessions/{id}/stream.' }),
    expires_at: time('Until then the stream must be opened first.'),
  },
  { description: 'The session; it begins when its stream is opened.' },
);

export type OpenedSession = Static<typeof openedSession>;

/** `created`: not yet begun; `expired`: never begun. */
export const sessionStatuses = ['created', 'running', 'passed', 'failed', 'inconclusive', 'expired'] as const;

/** Answer of `GET /v2/sessions/{id}`: the only word that counts. */
export const sessionResult = Type.Object(
  {
    id: Type.String(),
    status: Type.Enum([...sessionStatuses], {
      description:
        '`passed` alone means a living person who did as told, and, where `user_id` was named, that very one. `inconclusive`: that could not be told.',
    }),
    reason: Type.Optional(
      Type.String({
        description: 'Why it is `failed`, `inconclusive`, for programs: `face_changed` for instance.',
      }),
    ),
    reasons: Type.Array(Type.Object({ code: Type.String(), text: Type.String() }), {
      description: '`reason`, and what kept the face from being judged, in words too; empty for `passed`.',
    }),
    live_probability: Type.Optional(liveProbability(' Missing until the session has ended.')),
    match: Type.Optional(
      Type.Object(
        {
          match: Type.Boolean({ description: 'Whether it is the person of `user_id`.' }),
          distance: Type.Number({ description: 'From the template, on the scale of /v1: 0 is the same.' }),
          similarity: Type.Number({ description: '1 − `distance`.' }),
          threshold: Type.Number({ description: 'The largest distance of a match: MATCH_THRESHOLD.' }),
        },
        { description: 'Only where `user_id` was named, and the face was compared.' },
      ),
    ),
    checks,
    directions: Type.Integer({
      description: 'How many turns were asked for, those after reconnections aside.',
    }),
    created_at: time('When it was made.'),
    expires_at: time('Until when the stream must be opened first.'),
    started_at: nullable(time('When the stream was first opened.'), 'Null before the stream was opened.'),
    ended_at: nullable(time('When it ended.'), 'Null before its end.'),
    frames: Type.Integer({ description: 'Frames that were looked at; 0 until the end.' }),
    models,
  },
  { description: 'How the session stands.' },
);

export type SessionResult = Static<typeof sessionResult>;

const eye = Type.Object({
  aspect_ratio: Type.Number({ description: 'Lid distance over corner distance of the face mesh.' }),
  lid_gap: Type.Number({ description: "The same of the iris net's finer contour." }),
});

/** What the server saw in the frame that a message answers, for sessions with `detail`. */
export const streamDetail = Type.Object({
  faces: Type.Integer({ description: 'Faces in the frame; a frame in which one is followed shows one.' }),
  mesh: nullable(
    Type.Array(Type.Number()),
    '468 points, [x0, y0, x1, y1, …], from 0 to 1 of the width and the height of the image. Null without a face.',
  ),
  pose: nullable(
    Type.Object({ yaw: Type.Number(), pitch: Type.Number(), roll: Type.Number() }),
    "Degrees; yaw is negative towards the subject's own left, pitch positive up, roll positive towards the own left. Null where it was not measured.",
  ),
  eyes: nullable(
    Type.Object({ left: eye, right: eye }),
    "How open the subject's own left and right eye are. Null where that was not measured.",
  ),
  evidence: nullable(
    Type.Number(),
    'What the anti-spoof nets have said so far, all looks together: the calibrated log-odds that the face is live, positive for live. Null before the first look that counts.',
  ),
  looks: Type.Integer({ description: 'Looks that `evidence` rests on.' }),
  models,
});

/** Everything the server says on a stream: `complete` and `failed` come last. */
export const streamMessage = Type.Object(
  {
    ...turnMessageFields,
    frame: Type.Optional(
      Type.Integer({
        description:
          'Which frame of this connection it answers, counted from 1. Missing where no frame brought it about: in `start`, and in a `failed` by time, for instance.',
      }),
    ),
    total: Type.Integer({
      description: 'Turns to be passed: one more after each reconnection while a turn was asked for.',
    }),
    retry_after_ms: Type.Optional(
      Type.Integer({
        description:
          'With `error`: milliseconds before the next frame makes sense; with `failed`: before the stream may be opened again.',
      }),
    ),
    turn_remaining_ms: nullable(Type.Integer(), 'For the turn that is asked for now; null while none is.'),
    session_remaining_ms: Type.Integer({ description: 'For the whole session.' }),
    detail: Type.Optional(streamDetail),
  },
  {
    additionalProperties: false,
    examples: [
      {
        type: 'start',
        state: 'WAITING_CENTER',
        instruction: 'CENTER',
        success: 0,
        total: 3,
        turn_remaining_ms: null,
        session_remaining_ms: 30000,
      },
    ],
  },
);

export type StreamMessage = Static<typeof streamMessage>;
export type StreamDetail = Static<typeof streamDetail>;

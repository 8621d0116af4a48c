import { type Static, Type } from 'typebox';

/** A frame as text. Binary messages are the bytes of the image themselves. */
export const frameMessage = Type.Object({
  frame: Type.String({ description: 'The picture as base64, with or without a data URL prefix.' }),
});

const direction = Type.Enum(['LEFT', 'RIGHT', 'UP', 'DOWN']);

/** Everything the server says in a session. */
export const serverMessage = Type.Object(
  {
    type: Type.Enum(['start', 'waiting', 'challenge', 'success', 'complete', 'failed', 'no_face']),
    state: Type.Enum(['WAITING_CENTER', 'WAITING_ACTION', 'COMPLETE']),
    instruction: Type.Enum(['CENTER', 'LEFT', 'RIGHT', 'UP', 'DOWN', 'VERIFIED'], {
      description: "What to do now; sides are the subject's own.",
    }),
    success: Type.Integer({ description: 'Challenges passed so far.' }),
    total: Type.Integer({ description: 'Challenges to be passed.' }),
    yaw: Type.Optional(
      Type.Number({
        description: "Degrees; negative: towards the subject's own left. Missing without a face.",
      }),
    ),
    pitch: Type.Optional(Type.Number({ description: 'Degrees; positive: up.' })),
    live: Type.Optional(
      Type.Boolean({
        description:
          'The verdict: true in a `complete` alone. In every message but `start`; false until then.',
      }),
    ),
    wrong_direction: Type.Optional(direction),
    reason: Type.Optional(Type.String({ description: 'In `failed`: why, for programs.' })),
    hint: Type.Optional(
      Type.String({
        description:
          'What keeps the face from being judged, `face_too_small` for instance: in `waiting`, and in a `failed` by `session_timeout`.',
      }),
    ),
    error: Type.Optional(
      Type.String({ description: 'What was wrong with the frame that this answers; the session goes on.' }),
    ),
    message: Type.Optional(
      Type.String({
        description: 'In words: `reason`, `hint` or `error`, in the language of `Accept-Language`.',
      }),
    ),
  },
  {
    additionalProperties: false,
    examples: [{ type: 'start', state: 'WAITING_CENTER', instruction: 'CENTER', success: 0, total: 3 }],
  },
);

export type ServerMessage = Static<typeof serverMessage>;

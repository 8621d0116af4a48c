import { Type } from 'typebox';

/** What a session on a WebSocket says, on every contract: seed 001's vocabulary. */
export const turnMessageFields = {
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
  wrong_direction: Type.Optional(Type.Enum(['LEFT', 'RIGHT', 'UP', 'DOWN'])),
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
    Type.String({ description: 'In words: `reason`, `hint` or `error`, in the language of the session.' }),
  ),
} as const;

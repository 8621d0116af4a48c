import { type Static, Type } from 'typebox';
import { turnMessageFields } from '../turn-message-fields.ts';

/** A frame as text. Binary messages are the bytes of the image themselves. */
export const frameMessage = Type.Object({
  frame: Type.String({ description: 'The picture as base64, with or without a data URL prefix.' }),
});

/** Everything the server says in a session. */
export const serverMessage = Type.Object(
  {
    ...turnMessageFields,
    live: Type.Optional(
      Type.Boolean({
        description:
          'The verdict: true in a `complete` alone. In every message but `start`; false until then.',
      }),
    ),
  },
  {
    additionalProperties: false,
    examples: [{ type: 'start', state: 'WAITING_CENTER', instruction: 'CENTER', success: 0, total: 3 }],
  },
);

export type ServerMessage = Static<typeof serverMessage>;

import { type Static, Type } from 'typebox';
import { latency, models, orNull, reasons, requestId } from './schemas.ts';

/** Query of `POST /active/blink`. */
export const blinkQuery = Type.Object({
  check: Type.Optional(
    Type.String({
      description:
        'The id of the passive check that asked for this one, as in its `upload_url`: the face must be the same. Whoever presents it first has it, from the moment the request arrives: until then it lives for five minutes. It is used up once a clip is judged, not by an upload that fails.',
    }),
  ),
});

/** Body of `POST /active/blink` (seed 000), as the document shows it. */
export const blinkRequest = Type.Object({
  video: Type.Unsafe<unknown>({
    type: 'string',
    format: 'binary',
    description: 'The clip: MP4, QuickTime, WebM, Matroska or AVI.',
  }),
});

/** Answer of `POST /active/blink`: seed 000's field, and everything it stands on under `details`. */
export const blinkResponse = Type.Object(
  {
    active_passed: Type.Boolean({
      description: 'Whether one living person, the one of the passive check where there is one, blinked.',
    }),
    details: Type.Object({
      blink_count: Type.Integer({ description: 'How many times both eyes closed and reopened.' }),
      blink_times_s: Type.Array(Type.Number(), {
        description: 'When the eyes were shut, in seconds since the first frame.',
      }),
      frames: Type.Integer({ description: 'Frames in the clip.' }),
      frame_rate: orNull(Type.Number(), 'Frames a second, on average.'),
      duration_s: Type.Number({ description: 'Seconds from the first frame to the last.' }),
      check: Type.Union([Type.Literal('used'), Type.Null()], {
        description:
          'Whether the face was to be that of a passive check, whose id is used up now. Null where the request named none: then the verdict is about whoever is in the clip.',
      }),
      reasons,
      models,
      latency_ms: latency,
      request_id: requestId,
    }),
  },
  { description: 'The verdict.' },
);

export type BlinkResponse = Static<typeof blinkResponse>;

import { type Static, Type } from 'typebox';
import { liveProbability } from '../live-probability.ts';
import { nullable, share } from '../numbers.ts';

/**
 * Most frames of a blink. Seed 002 asks for three to five; twice as many leave room for clients that send what
 * their camera gave, and bound what one request may hold.
 */
export const maxBlinkFrames = 10;

/** Most frames of a request. */
export const maxFrames = 3 + maxBlinkFrames;

const frame = (description: string) =>
  Type.Optional(
    Type.Union([Type.String(), Type.Null()], {
      description: `${description} Base64 (or base64url) of the picture's file, or a base64 data URL.`,
    }),
  );

/** Body of `POST /api/liveness/validate` (seed 002). */
export const framesRequest = Type.Object(
  {
    frames: Type.Object(
      {
        left: frame("The face turned to the person's own left."),
        right: frame("The face turned to the person's own right."),
        center: frame('The face looking at the camera.'),
        blink: Type.Optional(
          Type.Union(
            [Type.Array(Type.Union([Type.String(), Type.Null()]), { maxItems: maxBlinkFrames }), Type.Null()],
            {
              description: `Three to five frames of a blink, in the order they were taken; at most ${maxBlinkFrames}.`,
            },
          ),
        ),
      },
      { description: 'A frame that is left out, null or empty fails its own check.' },
    ),
  },
  {
    examples: [{ frames: { left: '<base64>', right: '<base64>', center: '<base64>', blink: ['<base64>'] } }],
  },
);

const orNull = <T extends Type.TSchema>(schema: T, description: string) =>
  nullable(schema, `${description} Null where \`error\` says why not.`);

const valid = Type.Boolean({ description: 'The check is passed.' });

const error = Type.Optional(
  Type.Enum(['no_face', 'decode_error', 'no_pose', 'Frame not provided'], {
    description: 'Why the check could not be made; missing where it was.',
  }),
);

const pose = (expected: 'left' | 'right' | 'center') =>
  Type.Object({
    valid,
    expected: Type.Literal(expected),
    actual: orNull(Type.Enum(['left', 'right', 'center', 'up', 'down']), 'Where the face looks.'),
    confidence: share('Grows with a turn, and towards the centre; 0 where the check is not passed.'),
    yaw: orNull(Type.Number(), "Degrees; negative towards the person's own left."),
    pitch: orNull(Type.Number(), 'Degrees; positive up.'),
    error,
  });

const blink = Type.Object({
  valid,
  blink_count: Type.Integer({ description: 'Times that both eyes, open before, are closed.' }),
  frames_processed: Type.Integer({ description: 'Frames of the blink in which the eyes were measured.' }),
  confidence: share('Grows with how far the eyes close; 0 without a blink.'),
  error,
});

const consistency = Type.Object({
  valid,
  confidence: share('Falls with the variation; 0 where the check is not passed.'),
  variation: orNull(
    Type.Number(),
    "Standard deviation over mean of the faces' areas; under 0.5 is consistent.",
  ),
  avg_face_size: orNull(Type.Number(), "Mean area of the faces' boxes, in square pixels."),
  error,
});

const details = Type.Object({
  total_checks: Type.Integer(),
  passed_checks: Type.Integer(),
  threshold: share('Confidence from which the face is real.'),
  anti_spoofing: Type.Object({
    head_movement: Type.Boolean({ description: 'Both turns are seen.' }),
    blink_detected: Type.Boolean(),
    face_consistency: Type.Boolean(),
  }),
  evidence: Type.Object(
    {
      one_person: Type.Union([Type.Boolean(), Type.Null()], {
        description: 'All frames show one person. Null where fewer than two faces can be compared.',
      }),
      flat_motion: Type.Union([Type.Boolean(), Type.Null()], {
        description:
          'The face becomes narrower as it turns, as a photograph does. Null without a turn to judge.',
      }),
      repeated_picture: Type.Boolean({ description: 'Two frames are one picture.' }),
      live_probability: Type.Union([Type.Number(), Type.Null()], {
        description:
          'What the anti-spoof nets say of all usable frames together, as that of each frame; as frames of one person err alike, several say little more than one. Null without a usable frame.',
      }),
      frames: Type.Array(
        Type.Object({
          frame: Type.String({ description: 'left, right, center, blink 1, blink 2, …' }),
          live_probability: liveProbability(
            ' Nor is there one of a frame that is not usable: without a face, or with one that nets cannot judge, which is blurred, dark or turned away for instance.',
          ),
        }),
      ),
      veto: Type.Boolean({
        description:
          'A strong sign of an attack refused the frames (FRAMES_ATTACK_VETO turns this off), or a missing anti-spoof model did (REQUIRE_ANTI_SPOOF turns this on).',
      }),
      reasons: Type.Array(
        Type.Object({
          code: Type.String({ description: 'Stable name, for programs.' }),
          text: Type.String({ description: 'Plain words, in the language of `message`.' }),
        }),
        {
          description:
            'The strong signs of an attack that were found; and `no_anti_spoof_model` where nothing is installed that looks for some of them, or `experimental_net` where only the experimental net does, which refuse the frames with REQUIRE_ANTI_SPOOF alone.',
        },
      ),
    },
    { description: 'What the frames show beyond the five checks.' },
  ),
  request_id: Type.String({ description: 'As in the `X-Request-Id` header and the log.' }),
});

/** Answer of `POST /api/liveness/validate`: seed 002's fields, and what they stand on in `details`. */
export const framesResponse = Type.Object(
  {
    success: Type.Literal(true),
    is_real: Type.Boolean({ description: 'The confidence reaches the threshold.' }),
    confidence: share(
      "Mean of the checks' confidences times the share of checks that are passed; with a veto at most half the threshold.",
    ),
    message: Type.String({
      description: 'For people; Indonesian unless `Accept-Language` asks for another.',
    }),
    checks: Type.Object({
      pose_left: pose('left'),
      pose_right: pose('right'),
      pose_center: pose('center'),
      blink,
      face_consistency: consistency,
    }),
    details,
  },
  { description: 'The verdict.' },
);

/** What seed 002 answers where there is no verdict; `code` and `detail` are ours. */
export const framesError = Type.Object({
  success: Type.Literal(false),
  is_real: Type.Literal(false),
  confidence: Type.Literal(0),
  checks: Type.Object({}),
  message: Type.String({ description: 'For people; Indonesian unless `Accept-Language` asks for another.' }),
  code: Type.String({ description: 'The stable name of the error, for programs.' }),
  detail: Type.Optional(Type.String({ description: 'What is wrong with this request; English.' })),
});

export type FramesRequest = Static<typeof framesRequest>;
export type FramesResponse = Static<typeof framesResponse>;
export type FramesError = Static<typeof framesError>;

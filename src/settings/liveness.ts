import { Type } from 'typebox';

/** What is live: passive checks, blinks, posed frames, challenges. */
export const liveness = {
  CALIBRATION_PATH: Type.String({
    default: '',
    description:
      'A calibration of your own cameras, made by `bonafide calibrate` with the models of this server. Empty: the one that ships for these models (see docs/accuracy.md).',
  }),
  LIVE_THRESHOLD: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      description:
        'Live probability from which a face is live. Empty: as the models in use were calibrated (see docs/accuracy.md).',
    }),
  ),
  ATTACK_THRESHOLD: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      description:
        'Live probability up to which a face is an attack; between the two the verdict is `inconclusive`. Empty: as the models in use were calibrated.',
    }),
  ),
  REQUIRE_ANTI_SPOOF: Type.Boolean({
    default: false,
    description:
      'Without any anti-spoof net installed but the experimental one, nothing is ever called live: neither a session, nor posed frames, nor a blink, nor a face of /v1. By default movements alone decide then, or the heuristic of /v1, and a replay of somebody who does as told passes. Contradicts ALLOW_HEURISTIC_ENROL and ALLOW_EXPERIMENTAL.',
  }),
  ALLOW_EXPERIMENTAL: Type.Boolean({
    default: false,
    description:
      'Where the experimental net serves alone, let its word enrol and match (/v1) and confirm a selfie (KYC). By default it does neither: it errs far more often than the strong pack (see docs/accuracy.md).',
  }),
  BYSTANDER_RATIO: Type.Number({
    default: 0.5,
    minimum: 0,
    maximum: 1,
    description: 'A face lower than this share of the largest one is a bystander and does not count.',
  }),
  REQUIRED_SUCCESSES: Type.Integer({
    default: 3,
    minimum: 1,
    maximum: 20,
    description: 'Challenges to be passed in a WebSocket session.',
  }),
  CHALLENGE_TIMEOUT: Type.Number({
    default: 5,
    minimum: 1,
    maximum: 60,
    description: 'Longest time for one challenge, in seconds.',
  }),
  SESSION_TIMEOUT: Type.Number({
    default: 30,
    minimum: 1,
    maximum: 600,
    description: 'Longest time for a whole WebSocket session, in seconds.',
  }),
  MAX_WRONG_ATTEMPTS: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 20,
    description: 'Turns in a wrong direction at which a WebSocket session fails.',
  }),
  MAX_SESSIONS: Type.Integer({
    default: 200,
    minimum: 1,
    maximum: 100_000,
    description:
      'WebSocket sessions at once; past it a new one is refused. At worst each holds one unfinished message, MAX_FRAME_BYTES in base64: 560 MB in all with both defaults.',
  }),
  MAX_FRAME_BYTES: Type.Integer({
    default: 2_000_000,
    minimum: 1_000,
    maximum: 100_000_000,
    description: 'Largest frame of a WebSocket session, in bytes of JPEG.',
  }),
  MAX_FRAME_RATE: Type.Number({
    default: 60,
    minimum: 1,
    maximum: 1_000,
    description: 'Frames a second that a WebSocket session may send, late ones that are dropped included.',
  }),
  IDLE_TIMEOUT: Type.Number({
    default: 10,
    minimum: 1,
    maximum: 600,
    description: 'Longest silence of a WebSocket client, in seconds.',
  }),
  FRAMES_THRESHOLD: Type.Number({
    default: 0.7,
    minimum: 0,
    maximum: 1,
    description: 'Confidence from which posed frames show a real face.',
  }),
  FRAMES_ATTACK_VETO: Type.Boolean({
    default: true,
    description: 'Strong signs of an attack refuse posed frames, whatever their confidence.',
  }),
} as const;

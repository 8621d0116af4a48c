import { Type } from 'typebox';

/** The KYC contract (seed 003). */
export const kyc = {
  KYC_FACE_THRESHOLD: Type.Number({
    default: 0.75,
    minimum: 0,
    maximum: 1,
    description: 'Detector score below which the KYC contract sees no face.',
  }),
  KYC_LIVENESS_THRESHOLD: Type.Number({
    default: 0.9,
    minimum: 0,
    maximum: 1,
    description: 'Live probability from which the KYC contract says that a face is live.',
  }),
  KYC_MIN_FACE_SIDE: Type.Integer({
    default: 80,
    minimum: 16,
    maximum: 4_000,
    description:
      'Shorter side of a face, or of the whole picture, in pixels, below which the KYC contract finds the resolution too low.',
  }),
  KYC_REQUIRE_SESSION: Type.Boolean({
    default: false,
    description: 'Ask for a session token of holders of API_KEY too, as the records of other keys may.',
  }),
  KYC_SESSION_USES: Type.Integer({
    default: 3,
    minimum: 1,
    maximum: 1_000_000,
    description: 'Checks that a session token is good for, unless the record of its key says otherwise.',
  }),
  KYC_SESSION_SECONDS: Type.Integer({
    default: 600,
    minimum: 1,
    maximum: 31_536_000,
    description: 'Lifetime of a session token, in seconds, unless the record of its key says otherwise.',
  }),
} as const;

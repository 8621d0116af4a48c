import type { BonafideError, ErrorCode } from '../../errors.ts';

/** What seed 003 answers for each error: its code, its message, always in these words, and the HTTP status. */
export const kycErrors = {
  '001': { status: 401, message: 'API key is either missing or incorrect.' },
  '061': { status: 401, message: 'Session key is not found, please try again.' },
  '062': { status: 429, message: 'Session key limit reached, please try restart.' },
  '002': { status: 400, message: 'Error reading image, please check the request format.' },
  '003': { status: 413, message: 'Image file size is too large.' },
  '004': { status: 400, message: 'Request is not in the correct format.' },
  '005': { status: 500, message: 'Server internal error, please try again.' },
  '007': { status: 400, message: 'Image resolution too low!' },
  '051': { status: 422, message: 'No face, or more than one face is detected in the selfie.' },
  '052': {
    status: 422,
    message: 'Face mask is detected, please remove the face mask and try again.',
  },
} as const;

export type KycErrorCode = keyof typeof kycErrors;

/** Which of them stands for an error of the catalogue; those that are missing are `004` below 500, else `005`. */
const codes: Partial<Record<ErrorCode, KycErrorCode>> = {
  unauthorised: '001',
  forbidden_contract: '001',
  session_unknown: '061',
  session_used_up: '062',
  rate_limited: '062',
  invalid_base64: '002',
  invalid_image: '002',
  unsupported_format: '002',
  payload_too_large: '003',
  too_many_pixels: '003',
  low_resolution: '007',
  no_face: '051',
  several_faces: '051',
  face_masked: '052',
};

/** An error of the catalogue in seed 003's words. */
export function toKycError({ code, status }: BonafideError) {
  const kycCode = codes[code] ?? (status < 500 ? '004' : '005');
  const known = kycErrors[kycCode];
  // The document knows no key that is not for this contract, and no server that is busy: their statuses say so.
  const isMoreExact = code === 'forbidden_contract' || status === 503;
  return { code: kycCode, message: known.message, status: isMoreExact ? status : known.status };
}

/**
 * Whether a request that ends so has used its session up: the picture was looked at, and the answer tells something
 * about it. Nothing else is worth a use.
 */
export function countsAsUse({ code }: BonafideError): boolean {
  const kycCode = codes[code];
  return kycCode === '007' || kycCode === '051' || kycCode === '052';
}

/** What a client may be told: nothing here comes from a stack trace or a library's message. */
export interface CatalogueEntry {
  readonly status: number;
  readonly title: string;
  /** Seconds after which trying again makes sense; sent as `Retry-After`. */
  readonly retryAfter?: number;
  /** What a WebSocket that ends with this error is closed with (RFC 6455, section 7.4.1). */
  readonly closeCode?: number;
}

/**
 * Every error the server can answer with: a stable code, its HTTP status, for those that end a WebSocket its
 * close code, and a safe English text.
 * Contracts with words of their own (seeds 002, 003) map these codes to them.
 */
export const catalogue = {
  bad_http: { status: 400, title: 'The request is not valid HTTP.' },
  invalid_json: { status: 400, title: 'The body is not valid JSON.' },
  invalid_request: { status: 400, title: 'The request does not have the documented shape.' },
  invalid_base64: { status: 400, title: 'The image is not valid base64.' },
  invalid_image: { status: 400, title: 'The image is damaged, truncated or not an image at all.' },
  invalid_clip: { status: 400, title: 'The clip is damaged, truncated or not a clip at all.' },
  unauthorised: { status: 401, title: 'A valid API key is required.' },
  session_unknown: {
    status: 401,
    title: 'There is no such session, or it has expired.',
    closeCode: 4401,
  },
  forbidden_contract: { status: 403, title: 'This API key may not be used here.' },
  console_read_only: { status: 403, title: 'The console of this server only reads: CONSOLE_RELABEL is off.' },
  forbidden_origin: {
    status: 403,
    title: 'Pages of this origin may not open sessions on this server.',
    closeCode: 4403,
  },
  not_found: { status: 404, title: 'There is nothing at this address.' },
  console_closed: {
    status: 404,
    title: 'There is no console while the server has no API key: set API_KEY, or run `bonafide keys create`.',
  },
  check_not_found: { status: 404, title: 'There is no open active check with this id.' },
  session_not_found: { status: 404, title: 'There is no session with this id, or it is forgotten.' },
  sample_not_found: { status: 404, title: 'There is no such picture in the data set.' },
  user_not_found: { status: 404, title: 'Nobody is enrolled under this id.' },
  method_not_allowed: { status: 405, title: 'This address does not answer to this method.' },
  request_timeout: { status: 408, title: 'The request did not arrive in time.' },
  session_in_use: {
    status: 409,
    title: 'This session has a stream already.',
    retryAfter: 1,
    closeCode: 4409,
  },
  face_already_enrolled: { status: 409, title: 'This face is enrolled under another id.' },
  template_of_another_model: {
    status: 409,
    title: 'This person was enrolled with another model, whose templates cannot be compared: enrol again.',
  },
  sample_labelled_otherwise: { status: 409, title: 'This picture is stored under the other label.' },
  payload_too_large: {
    status: 413,
    title: 'The request is larger than this server accepts.',
    closeCode: 1009,
  },
  too_many_pixels: { status: 413, title: 'The image has more pixels than this server accepts.' },
  clip_too_long: { status: 413, title: 'The clip is longer than this server accepts.' },
  unsupported_media_type: { status: 415, title: 'The content type of the request is not accepted here.' },
  image_as_video: { status: 415, title: 'The field video holds an image: send it in the field image.' },
  video_as_image: { status: 415, title: 'The field image holds a clip: send it in the field video.' },
  unsupported_format: { status: 415, title: 'The format of the file is not supported.' },
  no_face: { status: 422, title: 'No face was found in the image.' },
  several_faces: { status: 422, title: 'More than one face could be meant.' },
  low_resolution: { status: 422, title: 'The face has too few pixels.' },
  face_masked: { status: 422, title: 'The face wears a mask.' },
  face_not_comparable: { status: 422, title: 'The face is not seen well enough to be compared.' },
  upgrade_required: { status: 426, title: 'This address speaks WebSocket only.' },
  rate_limited: { status: 429, title: 'This API key has made too many requests.', retryAfter: 1 },
  session_used_up: {
    status: 429,
    title: 'This session has been used as often as it may.',
    closeCode: 4429,
  },
  too_many_unused_sessions: {
    status: 429,
    title: 'Too many sessions were made whose stream nobody has opened.',
    retryAfter: 10,
  },
  frame_in_flight: { status: 429, title: 'A frame came before the one before it was answered.' },
  too_many_frames: { status: 429, title: 'Frames came faster than this server accepts.', closeCode: 1008 },
  headers_too_large: { status: 431, title: 'The headers of the request are too large.' },
  cancelled: { status: 499, title: 'The client closed the request.' },
  internal: { status: 500, title: 'Something went wrong on the server.', closeCode: 1011 },
  busy: { status: 503, title: 'The server is busy.', retryAfter: 1 },
  perception_lost: { status: 503, title: 'The analysis was interrupted.', retryAfter: 1 },
  too_many_sessions: { status: 503, title: 'Too many sessions are open.', retryAfter: 5, closeCode: 1013 },
  shutting_down: { status: 503, title: 'The server is shutting down.', retryAfter: 5, closeCode: 1001 },
  deadline_exceeded: { status: 503, title: 'The analysis took too long.', retryAfter: 2 },
  store_unavailable: {
    status: 503,
    title: 'The database cannot be reached.',
    retryAfter: 2,
    closeCode: 1013,
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;

/** What caused an error, and, where it is known better than the catalogue does, when to try again. */
export interface BonafideErrorOptions extends ErrorOptions {
  /** Seconds. */
  readonly retryAfter?: number;
  /** A sentence for the log, where nobody else tells what is wrong; clients never see it. */
  readonly notice?: string;
}

/** An error from the catalogue. `detail` is shown to clients: it must be safe and helpful. */
export class BonafideError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined;
  /** See `BonafideErrorOptions`. */
  readonly notice: string | undefined;

  constructor(
    code: ErrorCode,
    detail?: string,
    { retryAfter, notice, ...options }: BonafideErrorOptions = {},
  ) {
    super(detail ?? catalogue[code].title, options);
    this.name = 'BonafideError';
    this.code = code;
    this.detail = detail;
    this.notice = notice;
    const entry: CatalogueEntry = catalogue[code];
    this.retryAfter = retryAfter ?? entry.retryAfter;
  }

  get status(): number {
    return catalogue[this.code].status;
  }
}

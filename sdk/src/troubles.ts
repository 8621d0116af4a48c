/** Everything that keeps a session from being held, or ends it, and is no verdict on who is in front of the camera. */
export type TroubleCode =
  | 'insecure_context'
  | 'unsupported_browser'
  | 'camera_missing'
  | 'permission_refused'
  | 'permission_dismissed'
  /** Nobody answered the browser's question, or the browser never asked, as in some web views. */
  | 'permission_timeout'
  | 'camera_in_use'
  | 'camera_failed'
  /** The camera is open, but its first picture does not come. */
  | 'no_picture'
  | 'camera_lost'
  | 'tab_hidden'
  | 'offline'
  | 'server_unreachable'
  /** The server is there, but opens no WebSocket: a proxy, or a page it does not know. */
  | 'connection_refused'
  | 'connect_timeout'
  | 'answer_timeout'
  | 'connection_lost'
  | 'server_busy'
  /** Unknown, expired or used up. */
  | 'token_refused'
  /** Another stream of the same session is open. */
  | 'session_in_use'
  /** The page was asked for a new token, and gave none. */
  | 'token_missing'
  | 'key_refused'
  | 'server_failed';

/**
 * The way out: `retry` at once; `allow`: after the camera was allowed in the settings of the browser; `elsewhere`: at
 * another address, in another browser or on another device, for trying again here would change nothing.
 */
export type WayOut = 'retry' | 'allow' | 'elsewhere';

/** What went wrong, for a program; its words are those of `sdk.trouble.` and `sdk.wayOut.` and the code. */
export interface Trouble {
  readonly code: TroubleCode;
  readonly wayOut: WayOut;
  /** Milliseconds after which trying again makes sense. */
  readonly retryAfter: number;
  /** Whether the token is used up, so that another try needs a new one. */
  readonly needsToken: boolean;
}

const waysOut: Readonly<Partial<Record<TroubleCode, WayOut>>> = {
  insecure_context: 'elsewhere',
  unsupported_browser: 'elsewhere',
  permission_refused: 'allow',
};

/** A trouble on its way to whoever started the session. */
export class TroubleError extends Error {
  readonly code: TroubleCode;
  /** Milliseconds. */
  readonly retryAfter: number;

  constructor(
    code: TroubleCode,
    { retryAfter = 0, ...options }: ErrorOptions & { retryAfter?: number } = {},
  ) {
    super(code, options);
    this.name = 'TroubleError';
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** @param isSpent whether a session was begun with the token */
export function describeTrouble({ code, retryAfter }: TroubleError, isSpent: boolean): Trouble {
  const needsToken = isSpent || code === 'token_refused' || code === 'token_missing';
  return { code, wayOut: waysOut[code] ?? 'retry', retryAfter, needsToken };
}

/** What the browser can tell of a permission; `unknown` where it cannot. */
export type Permission = PermissionState | 'unknown';

/**
 * What `getUserMedia` failed with (https://w3c.github.io/mediacapture-main/, section 10.3.1, and what browsers do).
 *
 * @param permission asked for after the refusal: whoever closes the question is asked again the next time
 */
export function troubleOfCamera(error: unknown, permission: Permission): TroubleCode {
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  switch (name) {
    case 'NotAllowedError':
    // Firefox before version 70, and pages whose policy forbids cameras.
    case 'SecurityError':
      return permission === 'prompt' || /dismiss/i.test(message)
        ? 'permission_dismissed'
        : 'permission_refused';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'camera_missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'camera_in_use';
    // The page is no longer the one that is shown, or has no camera to offer.
    case 'InvalidStateError':
    case 'TypeError':
      return 'unsupported_browser';
    default:
      return 'camera_failed';
  }
}

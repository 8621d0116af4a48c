import { type Deadlines, defaultDeadlines } from './deadlines.ts';
import { holdSession } from './hold-session.ts';
import type { FrameReport } from './send-frames.ts';
import {
  advance,
  type Failure,
  idleState,
  type LivenessState,
  type SessionEvent,
  type SessionState,
} from './state.ts';
import { describeTrouble, type Trouble, TroubleError } from './troubles.ts';
import { typedEventTarget } from './typed-events.ts';
import { type Address, type Contract, isToken, type ServerMessage, socketAddress } from './wire.ts';

/** What a client is made with; all but `token` may stay away where the server is the page's own. */
export interface LivenessOptions {
  /** Address of the server, `https://liveness.example.com` for instance; default: where the page came from. */
  readonly server?: string;
  /** `client_token` of a session that your backend has opened with `POST /v2/sessions`. */
  readonly token?: string;
  /** Default: `sessions`. */
  readonly contract?: Contract;
  /** An API key, with the contract `challenge` alone: never put a secret one into a page that strangers can read. */
  readonly key?: string;
  /** Shows the preview; without one the camera is read unseen. Mirror it by CSS: what is sent is not mirrored. */
  readonly video?: HTMLVideoElement;
  /** Milliseconds of a turn, for the contract `challenge`, which does not tell: CHALLENGE_TIMEOUT of the server. */
  readonly turnTimeout?: number;
  readonly deadlines?: Partial<Deadlines>;
}

/** What may differ from one start to the next. */
export type StartOptions = Pick<LivenessOptions, 'server' | 'token' | 'contract' | 'key' | 'turnTimeout'>;

/**
 * How a session ended, as far as the client is told. It is for the screen alone: whoever owns a browser can make it say
 * what they like, so your backend asks the server itself, `GET /v2/sessions/{id}`.
 */
export type Outcome =
  | { readonly status: 'complete'; readonly message: ServerMessage }
  | { readonly status: 'failed'; readonly failure: Failure; readonly message: ServerMessage }
  | { readonly status: 'error'; readonly trouble: Trouble }
  | { readonly status: 'stopped' };

/** The events of a client, and their `detail`. */
export interface LivenessEvents {
  /** All there is to show, after every change. */
  state: LivenessState;
  /** Every message of the server, as it is. */
  message: ServerMessage;
  /** Every frame that has its answer. */
  frame: FrameReport;
  complete: Extract<Outcome, { status: 'complete' }>;
  failed: Extract<Outcome, { status: 'failed' }>;
  error: Trouble;
}

/** The reason that a stopped session is aborted with. */
const stopped = Symbol('stopped');

/** Reasons of a failure that a page out of sight brings about, for it sends nothing. */
const timeOuts: readonly string[] = [
  'challenge_timeout',
  'session_timeout',
  'idle_timeout',
  'connection_lost',
];
/** Milliseconds after its return for which such a failure is put down to that: a turn's CHALLENGE_TIMEOUT. */
const afterHiding = 5_000;

/**
 * Holds liveness sessions: camera, frames, connection. It shows nothing; `<bonafide-liveness>` does, or your own page.
 * A class, for it holds what must be given back: a camera and a socket.
 */
export class LivenessClient extends typedEventTarget<LivenessEvents>() {
  #options: LivenessOptions;
  #state: SessionState = idleState;
  #running: { readonly outcome: Promise<Outcome>; readonly abort: AbortController } | null = null;
  #spentToken: string | undefined;

  constructor(options: LivenessOptions = {}) {
    super();
    this.#options = options;
  }

  /** Where the session stands; never changed, only followed by another. */
  get state(): LivenessState {
    return this.#state;
  }

  /** Whether a session was begun with this token: it begins no other. */
  isSpent(token: string): boolean {
    return token === this.#spentToken;
  }

  /**
   * Starts a session; one that is under way goes on, and nothing is started. Call it from a click: some browsers ask
   * for the camera in no other case. Never rejects.
   */
  start(options: StartOptions = {}): Promise<Outcome> {
    if (this.#running) return this.#running.outcome;
    this.#options = { ...this.#options, ...options };
    const abort = new AbortController();
    const outcome = this.#run(abort.signal).finally(() => {
      if (this.#running?.abort === abort) this.#running = null;
    });
    this.#running = { outcome, abort };
    return outcome;
  }

  /** Ends the session, whatever it waits for: the camera goes off and the connection is closed. */
  stop(): void {
    this.#running?.abort.abort(stopped);
    this.#running = null;
    this.#tell({ type: 'stop' });
  }

  async #run(signal: AbortSignal): Promise<Outcome> {
    const { server = location.origin, token, key, contract = 'sessions' } = this.#options;
    const hiding = watchHiding(signal, (hint) => this.#tell({ type: 'notice', at: performance.now(), hint }));
    const leave = () => this.stop();
    window.addEventListener('pagehide', leave);
    try {
      if (contract === 'sessions' && (!isToken(token) || this.isSpent(token)))
        throw new TroubleError('token_refused');
      const address = { server, contract, token, key };
      checkAddress(address);
      const { video = document.createElement('video'), deadlines, turnTimeout } = this.#options;
      const parts = { address, video, deadlines: { ...defaultDeadlines, ...deadlines }, turnTimeout };
      return this.#finish(await holdSession(parts, this.#listener(signal), signal), hiding.latest());
    } catch (error) {
      if (signal.reason === stopped) return { status: 'stopped' };
      return this.#giveUp(
        error instanceof TroubleError ? error : new TroubleError('server_failed', { cause: error }),
      );
    } finally {
      hiding.end();
      window.removeEventListener('pagehide', leave);
    }
  }

  #listener(signal: AbortSignal) {
    return {
      tell: (event: SessionEvent) => {
        // What has ended is told when camera and connection are closed.
        if (!signal.aborted && !(event.type === 'message' && isEnd(event.message))) this.#tell(event);
      },
      onMessage: (message: ServerMessage) => {
        this.#spentToken = this.#options.token;
        this.#emit('message', message);
      },
      onFrame: (frame: FrameReport) => this.#emit('frame', frame),
    };
  }

  #finish(message: ServerMessage, hiddenAt: number): Outcome {
    const at = performance.now();
    if (timeOuts.includes(message.reason ?? '') && at - hiddenAt < afterHiding)
      throw new TroubleError('tab_hidden');
    this.#tell({ type: 'message', at, message, isSlow: false });
    const { failure } = this.#state;
    const outcome: Outcome = failure
      ? { status: 'failed', failure, message }
      : { status: 'complete', message };
    if (outcome.status === 'failed') this.#emit('failed', outcome);
    else this.#emit('complete', outcome as LivenessEvents['complete']);
    return outcome;
  }

  #giveUp(error: TroubleError): Outcome {
    const { token } = this.#options;
    const trouble = describeTrouble(error, token !== undefined && this.isSpent(token));
    this.#tell({ type: 'trouble', trouble });
    this.#emit('error', trouble);
    return { status: 'error', trouble };
  }

  #tell(event: SessionEvent): void {
    const before = this.#state;
    this.#state = advance(before, event);
    if (this.#state !== before) this.#emit('state', this.#state);
  }

  #emit<Name extends keyof LivenessEvents>(type: Name, detail: LivenessEvents[Name]): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** Before anybody is filmed. @throws TroubleError */
function checkAddress(address: Address): void {
  try {
    socketAddress(address);
  } catch (cause) {
    throw new TroubleError('server_unreachable', { cause });
  }
}

function isEnd({ type }: ServerMessage): boolean {
  return type === 'complete' || type === 'failed';
}

/** Tells when the page goes out of sight and comes back; `latest`: when it was hidden last, by `performance.now()`. */
function watchHiding(signal: AbortSignal, tell: (hint: 'tab_hidden' | null) => void) {
  let latest = -Infinity;
  const look = () => {
    latest = performance.now();
    if (!signal.aborted) tell(document.hidden ? 'tab_hidden' : null);
  };
  document.addEventListener('visibilitychange', look);
  return {
    latest: () => (document.hidden ? performance.now() : latest),
    end: () => document.removeEventListener('visibilitychange', look),
  };
}

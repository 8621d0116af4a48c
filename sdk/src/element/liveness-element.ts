import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { within } from '../deadlines.ts';
import { LivenessClient, type LivenessEvents } from '../liveness-client.ts';
import { chooseLanguage, type Language, say } from '../texts.ts';
import { describeTrouble, type Trouble, TroubleError } from '../troubles.ts';
import type { Contract } from '../wire.ts';
import { colours } from './colours.ts';
import { countdownOf } from './countdown.ts';
import { arrow, drawOval, loudspeaker } from './marks.ts';
import { createVideo, renderIntroduction, renderProgress, renderWords } from './pieces.ts';
import { type Screen, screenOf } from './screen.ts';
import { canSpeak, speak } from './speech.ts';
import { stageStyles } from './stage-styles.ts';
import { styles } from './styles.ts';

/** A trouble with its words, in the language of the element. */
export type LivenessError = Trouble & {
  /** What has happened, and what to do. */
  readonly text: string;
  readonly advice: string;
};

/** The events of the element: they bubble, and leave shadow roots. */
export interface LivenessElementEvents {
  /** All turns are done. Ask your backend for the result: this is for the screen alone. */
  'liveness-complete': CustomEvent<LivenessEvents['complete']>;
  'liveness-failed': CustomEvent<LivenessEvents['failed']>;
  'liveness-error': CustomEvent<LivenessError>;
  /** The user wants to start, and there is no token, or a used one: set `token`, within `tokenPatience`. */
  'liveness-token-needed': CustomEvent<null>;
}

/** Milliseconds that the page has to come up with a token: two round trips to its backend on a bad link. */
const tokenPatience = 15_000;

/** Milliseconds between looks at the clock; a whole second where motion is not wanted. */
const tick = 100;

/**
 * `<bonafide-liveness server token lang>`: a liveness session with all that its user sees and hears. See README.md for
 * attributes, events, parts and custom properties.
 */
export class LivenessElement extends LitElement {
  static override readonly styles = [colours, stageStyles, styles];
  static override readonly properties = {
    server: { type: String },
    token: { type: String },
    lang: { type: String, reflect: true },
    contract: { type: String },
    apiKey: { type: String, attribute: 'api-key' },
    turnSeconds: { type: Number, attribute: 'turn-seconds' },
    theme: { type: String, reflect: true },
    speak: { type: Boolean, reflect: true },
    getToken: { attribute: false },
  };

  /** Address of the server; default: where the page came from. */
  declare server: string | null;
  /** `client_token` of a session your backend has opened. A new one stops what is under way and starts anew. */
  declare token: string | null;
  declare contract: Contract;
  /** With the contract `challenge` alone. */
  declare apiKey: string | null;
  /** Seconds of a turn, for the contract `challenge`, which does not tell. */
  declare turnSeconds: number | null;
  /** `light`, `dark`, or what the user prefers. */
  declare theme: string | null;
  /** Whether instructions are read aloud. */
  declare speak: boolean;
  /** Gives a token when one is needed; without it the event `liveness-token-needed` asks. */
  declare getToken: (() => Promise<string>) | null;

  /** What holds the session: for pages that want to know more than the events tell. */
  readonly client: LivenessClient;
  readonly #video = createVideo();
  /** While a token is waited for; aborted when the user does not want it any more. */
  #preparing: AbortController | null = null;
  #tokenTrouble: Trouble | null = null;
  #takeToken: ((token: string) => void) | null = null;
  #usedToken: string | null = null;
  #retryAt = 0;
  #clock: ReturnType<typeof setInterval> | undefined;
  #spoken = '';
  #shown: Screen['kind'] = 'start';

  constructor() {
    super();
    this.server = null;
    this.token = null;
    this.contract = 'sessions';
    this.apiKey = null;
    this.turnSeconds = null;
    this.theme = null;
    this.speak = false;
    this.getToken = null;
    this.client = new LivenessClient({ video: this.#video });
    this.client.addEventListener('state', () => this.requestUpdate());
    this.client.addEventListener('complete', ({ detail }) => this.#tell('liveness-complete', detail));
    this.client.addEventListener('failed', ({ detail }) => this.#tell('liveness-failed', detail));
    this.client.addEventListener('error', ({ detail }) => this.#tellTrouble(detail));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop();
    clearInterval(this.#clock);
    this.#clock = undefined;
  }

  /** Starts a session, as the button does; one that is under way goes on. */
  async start(): Promise<void> {
    if (!this.isConnected || this.#preparing || this.#isBusy || performance.now() < this.#retryAt) return;
    this.#tokenTrouble = null;
    const preparing = new AbortController();
    this.#preparing = preparing;
    try {
      if (this.contract !== 'challenge') await this.#freshToken(preparing.signal);
    } catch {
      if (preparing.signal.aborted) return;
      // Pages ask their backend for it: without a network that is no fault of theirs.
      const code = navigator.onLine ? 'token_missing' : 'offline';
      this.#tokenTrouble = describeTrouble(new TroubleError(code), true);
      this.#tellTrouble(this.#tokenTrouble);
    } finally {
      if (this.#preparing === preparing) this.#preparing = null;
    }
    if (!preparing.signal.aborted && !this.#tokenTrouble) this.#begin();
  }

  /** Ends what is under way: the camera goes off. */
  stop(): void {
    this.#preparing?.abort();
    this.#preparing = null;
    this.#tokenTrouble = null;
    this.#retryAt = 0;
    this.client.stop();
  }

  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector<HTMLElement>('.main, .stop')?.focus(options);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!this.hasUpdated) return;
    const isOther = (['server', 'contract', 'apiKey'] as const).some((name) => changed.has(name));
    if (isOther) this.stop();
    if (changed.has('token') && this.token !== null) this.#takeNewToken(this.token);
  }

  protected override render(): TemplateResult {
    const language = this.#language;
    const screen = this.#screen(language);
    const { state } = this.client;
    const countdown = countdownOf(state.turn, performance.now(), prefersStillness());
    const isLive = screen.kind === 'running' || screen.kind === 'preparing';
    return html`<div class="card ${screen.kind}" part="card" lang=${language}>
      <div class="stage ${isLive ? 'live' : ''}" part="stage" role="group" tabindex="-1" aria-label=${say('sdk.preview', language)}>
        ${isLive ? html`${this.#video}<slot name="overlay"></slot>` : nothing}
        ${drawOval(screen.kind, countdown)}
        ${screen.arrow ? html`<div class="arrow ${screen.arrow}" part="arrow">${arrow}</div>` : nothing}
        ${countdown ? html`<div class="seconds" part="countdown" aria-hidden="true">${countdown.seconds}</div>` : nothing}
        ${screen.kind === 'preparing' ? html`<div class="waiting" aria-hidden="true"><i></i><i></i><i></i></div>` : nothing}
      </div>
      ${screen.kind === 'running' ? renderProgress(state.success, state.total, language) : nothing}
      ${screen.kind === 'start' ? renderIntroduction(language) : nothing}
      <div class="words" part="words" role="status">${renderWords(screen)}</div>
      <div class="buttons">${this.#renderButtons(screen, language)}</div>
    </div>`;
  }

  protected override updated(): void {
    this.#mindClock();
    const { kind, words, detail } = this.#screen(this.#language);
    const text = [words, detail].filter(Boolean).join(' ');
    if (this.speak && text !== this.#spoken) speak(text, this.#language);
    this.#spoken = this.speak ? text : '';
    this.#mindFocus(kind);
  }

  get #language(): Language {
    const around = this.closest('[lang]')?.getAttribute('lang');
    return chooseLanguage([this.lang || null, around, ...navigator.languages]);
  }

  get #isBusy(): boolean {
    const { kind } = screenOf(this.client.state, 'en');
    return kind === 'preparing' || kind === 'running';
  }

  #screen(language: Language): Screen {
    const { state } = this.client;
    if (this.#preparing)
      return { kind: 'preparing', words: say('sdk.token', language), detail: '', arrow: null };
    if (this.#tokenTrouble)
      return screenOf({ ...state, phase: 'error', trouble: this.#tokenTrouble }, language);
    return screenOf(state, language);
  }

  #begin(): void {
    const { server, token, contract, apiKey, turnSeconds } = this;
    this.#usedToken = token;
    void this.client.start({
      contract,
      server: absolute(server || '/'),
      ...(token !== null && { token }),
      ...(apiKey !== null && { key: apiKey }),
      ...(turnSeconds !== null && { turnTimeout: turnSeconds * 1_000 }),
    });
  }

  /** Sees to a token that was not used yet. @throws where the page gives none, or the signal is aborted */
  async #freshToken(signal: AbortSignal): Promise<void> {
    if (this.token !== null && !this.#isSpent(this.token)) return;
    this.requestUpdate();
    const asked = new Promise<string>((resolve) => {
      this.#takeToken = resolve;
    });
    const taking = this.#takeToken;
    try {
      const { getToken } = this;
      if (getToken === null) this.#tell('liveness-token-needed', null);
      const giving = getToken === null ? asked : Promise.race([asked, getToken()]);
      const token = await within(giving, tokenPatience, 'token_missing', signal);
      if (typeof token !== 'string') throw new TroubleError('token_missing');
      // It is what this start is for: nothing begins anew because it has come.
      this.#usedToken = token;
      this.token = token;
    } finally {
      if (this.#takeToken === taking) this.#takeToken = null;
      this.requestUpdate();
    }
  }

  #isSpent(token: string): boolean {
    const isRefused = this.client.state.trouble?.needsToken === true && token === this.#usedToken;
    return isRefused || this.client.isSpent(token);
  }

  #takeNewToken(token: string): void {
    this.#takeToken?.(token);
    if (this.#takeToken || token === this.#usedToken) return;
    const wasBusy = this.#isBusy;
    this.stop();
    if (wasBusy) this.#begin();
  }

  #renderButtons({ kind }: Screen, language: Language) {
    const seconds = Math.ceil((this.#retryAt - performance.now()) / 1_000);
    const isBusy = kind === 'preparing' || kind === 'running';
    const again = seconds > 0 ? say('sdk.retryIn', language, { seconds }) : say('sdk.again', language);
    const label = kind === 'start' ? say('sdk.start', language) : again;
    const main = html`<button type="button" class="main" part="button" aria-disabled=${seconds > 0} @click=${() => this.start()}>${label}</button>`;
    const stop = html`<button type="button" class="stop" part="stop" @click=${() => this.stop()}>${say('sdk.stop', language)}</button>`;
    return html`${kind === 'complete' ? nothing : isBusy ? stop : main}
      ${canSpeak() && kind !== 'complete' && kind !== 'failed' ? this.#renderSpeak(language) : nothing}`;
  }

  #renderSpeak(language: Language) {
    const toggle = () => {
      this.speak = !this.speak;
      if (!this.speak) speak('', language);
    };
    return html`<button type="button" class="speak" part="speak" aria-pressed=${this.speak} @click=${toggle}>
      ${loudspeaker}<span>${say('sdk.speak', language)}</span>
    </button>`;
  }

  /** A clock runs only while there is one to be seen. */
  #mindClock(): void {
    const isNeeded = this.client.state.turn !== null || this.#retryAt > performance.now();
    if (isNeeded) this.#clock ??= setInterval(() => this.requestUpdate(), prefersStillness() ? 1_000 : tick);
    else {
      clearInterval(this.#clock);
      this.#clock = undefined;
    }
  }

  /** Buttons come and go: whoever was on one is taken along, and nobody else is. */
  #mindFocus(kind: Screen['kind']): void {
    const isBusy = (of: Screen['kind']) => of === 'preparing' || of === 'running';
    const before = this.#shown;
    this.#shown = kind;
    if (before === kind || (isBusy(before) && isBusy(kind)) || !this.#hadFocus) return;
    // Not on the button that stops: a second press of the key that started would end it.
    const place = isBusy(kind) || kind === 'complete' ? '.stage' : '.main';
    this.renderRoot.querySelector<HTMLElement>(place)?.focus({ preventScroll: true });
  }

  /** The focus is in here, or was on something that has just gone. */
  get #hadFocus(): boolean {
    const { activeElement } = document;
    return this.matches(':focus-within') || activeElement === null || activeElement === document.body;
  }

  #tellTrouble(trouble: Trouble): void {
    if (trouble.retryAfter > 0) this.#retryAt = performance.now() + trouble.retryAfter;
    const text = say(`sdk.trouble.${trouble.code}`, this.#language);
    const advice = say(`sdk.wayOut.${trouble.code}`, this.#language);
    this.#tell('liveness-error', { ...trouble, text, advice });
    this.requestUpdate();
  }

  #tell<Name extends keyof LivenessElementEvents>(
    type: Name,
    detail: LivenessElementEvents[Name]['detail'],
  ): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

/** What is no address stays as it is, for the client to say so. */
function absolute(address: string): string {
  try {
    return new URL(address, location.href).href;
  } catch {
    return address;
  }
}

function prefersStillness(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

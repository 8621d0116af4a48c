import { openPictureCamera, type Picture, type PictureCamera, say, TroubleError } from '@bonafide/web';
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Demo } from './demo.ts';
import { ServerGone } from './server.ts';
import type { TextKey } from './words.ts';

/** Something to do before the camera. */
export interface Step {
  readonly text: TextKey;
  /** Seconds that there are for it, counted down. */
  readonly seconds: number;
  /** Where the head is to go, on the mirrored picture. */
  readonly arrow?: 'left' | 'right';
}

/** Where a face was found, in pixels of the picture. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a script may do before the camera. */
export interface Scene {
  readonly camera: PictureCamera;
  /** Aborted when the user stops, or the camera is lost. */
  readonly signal: AbortSignal;
  /** Says what to do, and waits until its time is over. */
  act(step: Step): Promise<void>;
  /** Says what is going on. */
  tell(text: TextKey): void;
  /** Shows a picture in place of the preview, with the face that was found. */
  show(picture: Picture, box?: Box): void;
}

/** A place before the camera, for contracts that take pictures: the SDK's camera with words of the page. */
export interface Booth {
  readonly isBusy: boolean;
  /** Opens the camera and plays a script; says what went wrong, if anything does. */
  play(script: (scene: Scene) => Promise<void>): Promise<void>;
  template(): TemplateResult;
  close(): void;
}

/** What is on the stage. */
interface Stage {
  readonly isLive: boolean;
  readonly text: TextKey | null;
  readonly arrow: Step['arrow'] | null;
  readonly secondsLeft: number | null;
  readonly still: {
    readonly url: string;
    readonly width: number;
    readonly height: number;
    readonly box?: Box;
  } | null;
  readonly trouble: { readonly text: string; readonly advice: string } | null;
}

const empty: Stage = {
  isLive: false,
  text: null,
  arrow: null,
  secondsLeft: null,
  still: null,
  trouble: null,
};

/** @param start plays the script of the check, when the user says so; false: something is missing, and was said */
export function createBooth(demo: Demo, start: () => void): Booth {
  const video = Object.assign(document.createElement('video'), {
    muted: true,
    playsInline: true,
    autoplay: true,
  });
  video.setAttribute('aria-hidden', 'true');
  let stage = empty;
  let running: AbortController | null = null;

  function change(changes: Partial<Stage>): void {
    stage = { ...stage, ...changes };
    demo.redraw();
  }

  function dropStill(): void {
    if (stage.still) URL.revokeObjectURL(stage.still.url);
  }

  function sceneOf(camera: PictureCamera): Scene {
    const { signal } = camera;
    return {
      camera,
      signal,
      async act({ text, seconds, arrow = null }) {
        for (let left = seconds; left > 0; left -= 1) {
          change({ text, arrow, secondsLeft: Math.ceil(left) });
          await wait(Math.min(left, 1) * 1_000, signal);
        }
        change({ secondsLeft: null });
      },
      tell: (text) => change({ text, arrow: null, secondsLeft: null }),
      show({ jpeg, width, height }, box) {
        dropStill();
        change({ still: { url: URL.createObjectURL(jpeg), width, height, ...(box && { box }) } });
      },
    };
  }

  async function play(script: (scene: Scene) => Promise<void>): Promise<void> {
    if (running) return;
    const mine = new AbortController();
    running = mine;
    dropStill();
    change({ ...empty, isLive: true, text: 'opening' });
    document.querySelector('.booth')?.scrollIntoView({ block: 'nearest' });
    let camera: PictureCamera | undefined;
    try {
      camera = await openPictureCamera({ video, signal: mine.signal });
      await script(sceneOf(camera));
      if (running === mine) change({ ...empty, still: stage.still });
    } catch (error) {
      if (running === mine) change({ ...empty, still: stage.still, trouble: troubleOf(error) });
    } finally {
      camera?.close();
      if (running === mine) {
        running = null;
        demo.redraw();
      }
    }
  }

  /** In words; none where the user has stopped it. */
  function troubleOf(error: unknown): Stage['trouble'] {
    const { words } = demo;
    if (error instanceof TroubleError)
      return {
        text: say(`sdk.trouble.${error.code}`, words.language),
        advice: say(`sdk.wayOut.${error.code}`, words.language),
      };
    if (error instanceof ServerGone) return { text: words.say('serverGone'), advice: '' };
    if (error instanceof DOMException && error.name === 'AbortError') return null;
    return { text: words.say('failed'), advice: '' };
  }

  function stop(): void {
    const was = running;
    running = null;
    was?.abort(new DOMException('Stopped.', 'AbortError'));
    dropStill();
    stage = empty;
  }

  return {
    get isBusy() {
      return running !== null;
    },
    play,
    close: stop,
    template() {
      const { words } = demo;
      const { text, trouble, still } = stage;
      const said = trouble?.text ?? (text === null ? '' : words.say(text));
      // One button for all of it: whoever has the focus on it keeps it.
      const press = () => {
        if (!running) return start();
        stop();
        demo.redraw();
      };
      const does = running ? 'sdk.stop' : still || trouble ? 'sdk.again' : 'sdk.start';
      return html`<div class="booth card">
        <div class="stage ${stage.isLive && !still ? 'live' : ''}" role="group" aria-label=${say('sdk.preview', words.language)}>
          ${stage.isLive ? video : nothing}
          ${still ? renderStill(still, words.say('taken')) : nothing}
          ${still ? nothing : oval(stage.isLive)}
          ${stage.arrow ? html`<div class="arrow ${stage.arrow}" aria-hidden="true">${arrowMark}</div>` : nothing}
          ${stage.secondsLeft === null ? nothing : html`<div class="seconds" aria-hidden="true">${stage.secondsLeft}</div>`}
        </div>
        <div class="told ${trouble ? 'bad' : ''}" role="status">
          ${said === '' ? nothing : html`<p class="instruction">${said}</p>`}
          ${trouble?.advice ? html`<p class="faint">${trouble.advice}</p>` : nothing}
        </div>
        <button type="button" class=${running ? '' : 'first'} @click=${press}>${say(does, words.language)}</button>
      </div>`;
    },
  };
}

/** A picture that was taken, mirrored as the preview was, so that nobody's face jumps. */
function renderStill(
  { url, width, height, box }: NonNullable<Stage['still']>,
  label: string,
): TemplateResult {
  return html`<img class="still" src=${url} alt=${label} />
    ${
      box
        ? svg`<svg class="box" viewBox="0 0 ${width} ${height}" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
            <rect x=${box.x} y=${box.y} width=${box.width} height=${box.height} rx=${box.width / 20} />
          </svg>`
        : nothing
    }`;
}

/** That of the SDK's element, so that all checks look alike. */
function oval(isLive: boolean): TemplateResult {
  const ellipse = 'M50 8.5A31.5 41.5 0 0 1 50 91.5A31.5 41.5 0 0 1 50 8.5Z';
  return svg`<svg class="oval" viewBox="8 0 84 100" aria-hidden="true">
    ${isLive ? svg`<path class="shade" fill-rule="evenodd" d="M-400-400H500V500H-400Z${ellipse}" />` : null}
    <path class="ring" d=${ellipse} />
    ${isLive ? null : silhouette}
  </svg>`;
}

const silhouette = svg`<g class="figure">
  <path d="M50 23c-9.600 0-16 7.200-16 17.500 0 12 7.300 22 16 22s16-10 16-22C66 30.200 59.600 23 50 23Z" />
  <path d="M24.500 77.500C28 68.500 36.500 66 42 64.600c2.200 2.300 5 3.700 8 3.700s5.800-1.400 8-3.700c5.500 1.400 14 3.900 17.500 12.900C69.800 86.200 60.700 91.500 50 91.500S30.200 86.200 24.500 77.500Z" />
</g>`;

const arrowMark = svg`<svg viewBox="0 0 48 48"><circle cx="24" cy="24" r="22" /><path d="M33 24H15m8-9-9 9 9 9" /></svg>`;

/** @throws the signal's reason */
export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const giveUp = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', giveUp, { once: true });
  });
}

import { html, nothing, render, type TemplateResult } from 'lit';
import { mayBeApiKey } from '../api-key.ts';
import { askInTime } from '../ask-in-time.ts';
import { drawOnce } from '../draw-once.ts';
import { languageMenu } from '../language-menu.ts';
import { chooseLanguage, type Language } from '../languages.ts';
import { openBlink } from './checks/blink.ts';
import { openChallenge } from './checks/challenge.ts';
import { openFrames } from './checks/frames.ts';
import { peopleChecks } from './checks/people.ts';
import { openSelfie } from './checks/selfie.ts';
import type { Check, Demo, OpenCheck } from './demo.ts';
import { keyCard } from './key-card.ts';
import { panel } from './panel.ts';
import { createServer, type Exchange } from './server.ts';
import { type Model, nothingSeen, type Sight } from './sight.ts';
import { loadWords, type Words } from './words.ts';

const { enrol, verify } = peopleChecks();

/** The checks, by what stands behind `#` in the address. */
const checks = {
  challenge: openChallenge,
  frames: openFrames,
  selfie: openSelfie,
  blink: openBlink(),
  enrol,
  verify,
} as const satisfies Record<string, OpenCheck>;

type Name = keyof typeof checks;

/** Of this tab alone, and gone with it. */
const stored = { key: 'bonafide.test.key', language: 'bonafide.test.language' } as const;

/** Exchanges that are shown. */
const mostExchanges = 8;

const root = document.querySelector('main')!;
const head = document.querySelector('header')!;

let words: Words;
let key = sessionStorage.getItem(stored.key) ?? undefined;
let needsKey = false;
let isRefused = false;
let name: Name = nameOf(location.hash);
let check: Check | undefined;
/** The passive check that the next clip goes on with; never in the address. */
let continued: string | undefined;
let sight: Sight = nothingSeen;
let exchanges: readonly { readonly id: number | string; readonly exchange: Exchange }[] = [];
let installed: readonly Model[] = [];

const redraw = drawOnce(() => {
  document.documentElement.lang = words.language;
  document.title = `${words.say(`check.${name}`)} – ${words.say('title')}`;
  render(header(), head);
  render(content(), root);
});

function header(): TemplateResult {
  return html`<div class="bar">
      <h1>${words.say('title')}</h1>
      ${languageMenu(words.say('language'), words.language, (language) => void changeLanguage(language))}
    </div>
    <nav aria-label=${words.say('checks')}>
      ${(Object.keys(checks) as Name[]).map(
        (one) =>
          html`<a href="#${one}" aria-current=${one === name ? 'page' : nothing}>${words.say(`check.${one}`)}</a>`,
      )}
    </nav>`;
}

function content(): TemplateResult {
  return html`${needsKey ? keyCard({ words, hasKey: key !== undefined, isRefused, onKey: useKey, onForget: forgetKey }) : nothing}
    <div class="columns">
      <section class="check" aria-labelledby="check">
        <h2 id="check" tabindex="-1">${words.say(`check.${name}`)}</h2>
        <p class="intro">${words.say(`intro.${name}`)}</p>
        ${check?.template()}
      </section>
      ${panel(
        sight,
        exchanges.map(({ exchange }) => exchange),
        installed,
        words,
      )}
    </div>`;
}

function noteExchange(id: number | string, exchange: Exchange): void {
  const isKnown = exchanges.some((one) => one.id === id);
  exchanges = isKnown
    ? exchanges.map((one) => (one.id === id ? { id, exchange } : one))
    : [{ id, exchange }, ...exchanges].slice(0, mostExchanges);
  redraw();
}

const demo: Demo = {
  get words() {
    return words;
  },
  get key() {
    return key;
  },
  get needsKey() {
    return needsKey;
  },
  server: createServer({
    key: () => key,
    language: () => words.language,
    onExchange: noteExchange,
    onRefused: () => {
      needsKey = true;
      isRefused = key !== undefined;
      forget();
    },
  }),
  redraw,
  see(change) {
    sight = change(sight);
    redraw();
  },
  noteSocket: (title, answer) => noteExchange(title, { title, question: {}, answer }),
  goOn(to) {
    continued = to;
    location.hash = 'blink';
  },
};

function useKey(given: string): void {
  isRefused = !mayBeApiKey(given);
  if (!isRefused) {
    key = given;
    sessionStorage.setItem(stored.key, given);
  }
  redraw();
}

function forgetKey(): void {
  isRefused = false;
  forget();
}

function forget(): void {
  key = undefined;
  sessionStorage.removeItem(stored.key);
  redraw();
}

/** Opens the check at hand. */
function open(): void {
  check?.close();
  sight = nothingSeen;
  name = nameOf(location.hash);
  const openCheck = name === 'blink' && continued !== undefined ? openBlink(continued) : checks[name];
  continued = undefined;
  check = openCheck(demo);
  redraw();
}

function nameOf(hash: string): Name {
  const wanted = hash.slice(1);
  return Object.hasOwn(checks, wanted) ? (wanted as Name) : 'challenge';
}

async function changeLanguage(language: Language): Promise<void> {
  words = await loadWords(language, navigator.languages);
  sessionStorage.setItem(stored.language, language);
  redraw();
}

/** Milliseconds; until then the checks are there all the same. */
const patience = 20_000;

/** What the server says of itself to everybody; one that is away says so when it is asked for something. */
async function meetServer(): Promise<void> {
  const headers = { accept: 'application/json' };
  const read = (response: Response) => response.json();
  const ask = (path: string) => askInTime(path, { headers, patience, read });
  try {
    const [{ authentication }, { models }] = await Promise.all([ask('./'), ask('health')]);
    needsKey = authentication === 'required';
    installed = models;
  } catch {
    needsKey = false;
  }
  redraw();
}

// Uzbek where the browser likes none of ours, as the demonstration of seed 001.
words = await loadWords(
  chooseLanguage([sessionStorage.getItem(stored.language), ...navigator.languages, 'uz']),
  navigator.languages,
);
open();
// Not before there are words: what the address asks for until then is opened above.
addEventListener('hashchange', () => {
  open();
  // Whoever cannot see the page hears which check this is.
  queueMicrotask(() => queueMicrotask(() => document.querySelector<HTMLElement>('h2')?.focus()));
});

await meetServer();

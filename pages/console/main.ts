import { html, nothing, render, type TemplateResult } from 'lit';
import type { StatusResponse } from '../../src/contracts/console/schemas.ts';
import { mayBeApiKey } from '../api-key.ts';
import { drawOnce } from '../draw-once.ts';
import { languageMenu } from '../language-menu.ts';
import { chooseLanguage, type Language } from '../languages.ts';
import { type Api, ConsoleError, createApi } from './api.ts';
import type { OpenView, View } from './host.ts';
import { signIn } from './sign-in.ts';
import { openDecisions } from './views/decisions.ts';
import { openEvents } from './views/events.ts';
import { openRates } from './views/rates.ts';
import { openSamples } from './views/samples.ts';
import { openServer } from './views/server.ts';
import { loadWords, type Words } from './words.ts';

/** The sections, by what stands behind `#` in the address. */
const sections = {
  decisions: openDecisions,
  rates: openRates,
  samples: openSamples,
  server: openServer,
  events: openEvents,
} as const satisfies Record<string, OpenView>;

type Section = keyof typeof sections;

/** Of this tab alone, and gone with it. */
const stored = { key: 'bonafide.console.key', language: 'bonafide.console.language' } as const;

const root = document.querySelector('main')!;
const head = document.querySelector('header')!;
const spoken = document.querySelector('[role="status"]')!;

let words: Words;
let key = sessionStorage.getItem(stored.key) ?? undefined;
let status: StatusResponse | undefined;
let section: Section = sectionOf(location.hash);
let view: View | undefined;
let trouble: string | undefined;
let isBusy = false;

const redraw = drawOnce(() => {
  document.documentElement.lang = words.language;
  document.title = `${status ? `${words.say(section)} – ` : ''}${words.say('title')}`;
  render(header(), head);
  render(content(), root);
});

function header(): TemplateResult {
  const names = Object.keys(sections) as Section[];
  return html`<div class="bar">
      <h1>${words.say('title')}</h1>
      ${languageMenu(words.say('language'), words.language, (language) => void changeLanguage(language))}
      ${status ? html`<button type="button" @click=${() => signOut()}>${words.say('signOut')}</button>` : nothing}
    </div>
    ${
      status
        ? html`<nav aria-label=${words.say('sections')}>
            ${names.map(
              (name) =>
                html`<a href="#${name}" aria-current=${name === section ? 'page' : nothing}>${words.say(name)}</a>`,
            )}
          </nav>`
        : nothing
    }`;
}

function content(): TemplateResult {
  if (!status || !view) return signIn({ words, trouble, isBusy, onKey: (given) => void open(given) });
  return html`<h2 tabindex="-1">${words.say(section)}</h2>
    ${view.template()}`;
}

/** Opens the console with a key, if the server takes it. */
async function open(given: string): Promise<void> {
  if (!mayBeApiKey(given)) return leave(words.say('keyRefused'));
  isBusy = true;
  trouble = undefined;
  redraw();
  try {
    status = await apiFor(given).get<StatusResponse>('status');
    key = given;
    sessionStorage.setItem(stored.key, given);
    show();
  } catch (error) {
    leave(sentenceFor(error));
  }
  isBusy = false;
  redraw();
}

function sentenceFor(error: unknown): string {
  if (!(error instanceof ConsoleError)) return words.say('failed');
  if (error.code === 'unauthorised') return words.say('keyRefused');
  return error.code === 'forbidden_contract' ? words.say('keyForbidden') : error.message;
}

function apiFor(given: string): Api {
  return createApi({
    key: given,
    language: words.language,
    unreachable: words.say('serverGone'),
    onRefused: (error) => signOut(sentenceFor(error)),
  });
}

function signOut(why?: string): void {
  sessionStorage.removeItem(stored.key);
  leave(why);
}

/** Asks for a key again; one that is stored stays, for a server that is away or busy costs nobody their key. */
function leave(why?: string): void {
  view?.close();
  view = undefined;
  status = undefined;
  key = undefined;
  trouble = why;
  redraw();
}

/** Opens the section at hand. */
function show(): void {
  if (!status || key === undefined) return;
  view?.close();
  const announce = (text: string) => {
    spoken.textContent = text;
  };
  view = sections[section]({ api: apiFor(key), words, status, today: () => new Date(), redraw, announce });
  redraw();
}

async function changeLanguage(language: Language): Promise<void> {
  words = await loadWords(language, navigator.languages);
  sessionStorage.setItem(stored.language, language);
  trouble = undefined;
  show();
  redraw();
}

function sectionOf(hash: string): Section {
  const name = hash.slice(1);
  return Object.hasOwn(sections, name) ? (name as Section) : 'decisions';
}

addEventListener('hashchange', () => {
  section = sectionOf(location.hash);
  show();
  // Whoever cannot see the page hears which section this is.
  queueMicrotask(() => queueMicrotask(() => document.querySelector('h2')?.focus()));
});

words = await loadWords(
  chooseLanguage([sessionStorage.getItem(stored.language), ...navigator.languages]),
  navigator.languages,
);
redraw();
if (key !== undefined) await open(key);

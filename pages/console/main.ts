import { html, nothing, render, type TemplateResult } from 'lit';
import type { StatusResponse } from '../../src/contracts/console/schemas.ts';
import { type Language, languages } from '../languages.ts';
import { ConsoleError, createApi } from './api.ts';
import type { OpenView, View } from './host.ts';
import { signIn } from './sign-in.ts';
import { openDecisions } from './views/decisions.ts';
import { openEvents } from './views/events.ts';
import { openRates } from './views/rates.ts';
import { openSamples } from './views/samples.ts';
import { openServer } from './views/server.ts';
import { chooseLanguage, loadWords, type Words } from './words.ts';

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
let isScheduled = false;

/** Draws once for all that changes at a time. */
function redraw(): void {
  if (isScheduled) return;
  isScheduled = true;
  queueMicrotask(() => {
    isScheduled = false;
    document.documentElement.lang = words.language;
    document.title = `${status ? `${words.say(section)} – ` : ''}${words.say('title')}`;
    render(header(), head);
    render(content(), root);
  });
}

function header(): TemplateResult {
  const names = Object.keys(sections) as Section[];
  return html`<div class="bar">
      <h1>${words.say('title')}</h1>
      <label class="choice inline">
        <span class="unseen">${words.say('language')}</span>
        <select @change=${(event: Event) => void speak((event.target as HTMLSelectElement).value as Language)}>
          ${Object.entries(languages).map(
            ([code, name]) =>
              html`<option value=${code} lang=${code} ?selected=${code === words.language}>${name}</option>`,
          )}
        </select>
      </label>
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
  isBusy = true;
  trouble = undefined;
  redraw();
  try {
    const api = createApi({ key: given, language: words.language, unreachable: words.say('serverGone') });
    status = await api.get<StatusResponse>('status');
    key = given;
    sessionStorage.setItem(stored.key, given);
    show();
  } catch (error) {
    signOut(sentenceFor(error));
  }
  isBusy = false;
  redraw();
}

function sentenceFor(error: unknown): string {
  if (!(error instanceof ConsoleError)) return words.say('failed');
  if (error.code === 'unauthorised') return words.say('keyRefused');
  return error.code === 'forbidden_contract' ? words.say('keyForbidden') : error.message;
}

function signOut(why?: string): void {
  // A server that is away for a moment costs nobody their key.
  if (why !== words.say('serverGone')) sessionStorage.removeItem(stored.key);
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
  const api = createApi({
    key,
    language: words.language,
    unreachable: words.say('serverGone'),
    onRefused: (error) => signOut(sentenceFor(error)),
  });
  const announce = (text: string) => {
    spoken.textContent = text;
  };
  view = sections[section]({ api, words, status, today: () => new Date(), redraw, announce });
  redraw();
}

async function speak(language: Language): Promise<void> {
  words = await loadWords(language);
  sessionStorage.setItem(stored.language, language);
  trouble = undefined;
  show();
  redraw();
}

function sectionOf(hash: string): Section {
  const name = hash.slice(1);
  return name in sections ? (name as Section) : 'decisions';
}

addEventListener('hashchange', () => {
  section = sectionOf(location.hash);
  show();
  // Whoever cannot see the page hears which section this is.
  queueMicrotask(() => queueMicrotask(() => document.querySelector('h2')?.focus()));
});

const wanted = sessionStorage.getItem(stored.language);
words = await loadWords(chooseLanguage([...(wanted ? [wanted] : []), ...navigator.languages]));
redraw();
if (key !== undefined) await open(key);

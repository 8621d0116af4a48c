import { html, nothing, type TemplateResult } from 'lit';
import type { ConsoleDecision } from '../../src/contracts/console/schemas.ts';
import { ConsoleError } from './api.ts';
import type { Words } from './words.ts';

export type Outcome = ConsoleDecision['outcome'];

/** In the order in which they are stacked and listed, each with a mark, for not everybody tells colours apart. */
export const outcomes: readonly { readonly name: Outcome; readonly mark: string }[] = [
  { name: 'live', mark: '●' },
  { name: 'attack', mark: '▲' },
  { name: 'refused', mark: '■' },
  { name: 'inconclusive', mark: '◆' },
  { name: 'unanswered', mark: '○' },
];

export function badge(outcome: Outcome, words: Words): TemplateResult {
  const { mark } = outcomes.find(({ name }) => name === outcome)!;
  return html`<span class="badge ${outcome}"><span aria-hidden="true">${mark}</span> ${words.say(`outcome.${outcome}`)}</span>`;
}

/** What stands in the place of something that is not there yet, or could not be had. */
export function notice(
  { error, isLoading }: { readonly error: unknown; readonly isLoading: boolean },
  isEmpty: boolean,
  { words, none, retry }: { readonly words: Words; readonly none: string; readonly retry: () => void },
): TemplateResult | typeof nothing {
  if (error !== undefined)
    return html`<div class="notice bad" role="alert">
      <p>${error instanceof ConsoleError ? error.message : words.say('failed')}</p>
      <button type="button" @click=${retry}>${words.say('retry')}</button>
    </div>`;
  if (!isEmpty) return nothing;
  return isLoading
    ? html`<div class="notice"><p class="spinning">${words.say('loading')}</p></div>`
    : html`<div class="notice"><p>${none}</p></div>`;
}

/** A choice of one among few. */
export function choice<T extends string>(
  label: string,
  value: T,
  options: readonly (readonly [value: T, text: string])[],
  onChange: (value: T) => void,
): TemplateResult {
  const choose = (event: Event) => onChange((event.target as HTMLSelectElement).value as T);
  return html`<label class="choice">
    <span>${label}</span>
    <select @change=${choose}>
      ${options.map(([option, text]) => html`<option value=${option} ?selected=${option === value}>${text}</option>`)}
    </select>
  </label>`;
}

/** The end of a list that may go on. */
export function more(
  list: { readonly hasMore: boolean; readonly isLoading: boolean; more(): void },
  words: Words,
): TemplateResult | typeof nothing {
  if (!list.hasMore) return nothing;
  return html`<button type="button" class="more" ?disabled=${list.isLoading} @click=${() => list.more()}>
    ${words.say(list.isLoading ? 'loading' : 'more')}
  </button>`;
}

/** How far back one looks: today, since yesterday, or all that is kept. */
export const periods = ['1', '2', 'all'] as const;

export type Period = (typeof periods)[number];

/** The first day of a period, as the server counts days (UTC). */
export function firstDay(period: Period, today: Date): string | undefined {
  if (period === 'all') return undefined;
  return new Date(today.getTime() - (Number(period) - 1) * 86_400_000).toISOString().slice(0, 10);
}

/** The contracts whose decisions are kept. */
export const contracts = ['passive', 'challenge', 'frames', 'kyc', 'recognition', 'sessions'] as const;

export type Contract = (typeof contracts)[number] | '';

/** The two choices that narrow decisions and rates alike. */
export function periodChoice(words: Words, value: Period, onChange: (value: Period) => void): TemplateResult {
  const options = periods.map((period) => [period, words.say(`days.${period}`)] as const);
  return choice(words.say('period'), value, options, onChange);
}

export function contractChoice(
  words: Words,
  value: Contract,
  onChange: (value: Contract) => void,
): TemplateResult {
  const options = contracts.map((contract) => [contract, contract] as [Contract, string]);
  return choice(words.say('contract'), value, [['', words.say('any')], ...options], onChange);
}

/** `GET /v2/sessions/{id}` for `GET /v2/sessions/:id`: as the API's document writes it. */
export const routeOf = (route: string): string => route.replace(/:(\w+)/g, '{$1}');

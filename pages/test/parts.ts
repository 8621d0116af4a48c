import { html, nothing, type TemplateResult } from 'lit';
import type { Verdict, VerdictPart } from './verdict.ts';
import type { Words } from './words.ts';

/** A choice of one among two or three. */
export function choice<T extends string>(
  label: string,
  value: T,
  options: readonly (readonly [value: T, text: string])[],
  onChange: (value: T) => void,
): TemplateResult {
  return html`<fieldset class="choices">
    <legend class="unseen">${label}</legend>
    ${options.map(
      ([option, text]) => html`<label>
        <input type="radio" name="by" .checked=${option === value} @change=${() => onChange(option)} />
        <span>${text}</span>
      </label>`,
    )}
  </fieldset>`;
}

const marks = { good: '✓', bad: '✕', unsure: '?' } as const;

/** How it went, which is read out as it appears: what is to hold it is always there, or screen readers would not notice. */
export function verdictCard(verdict: Verdict | undefined, words: Words): TemplateResult {
  return html`<div class="result" role="status">${verdict ? card(verdict, words) : nothing}</div>`;
}

function card({ tone, text, notes, parts = [] }: Verdict, words: Words): TemplateResult {
  return html`<div class="verdict card ${tone}">
    <p class="outcome">
      <span class="mark" aria-hidden="true">${marks[tone]}</span>
      <span>${'key' in text ? words.say(text.key) : text.sentence}</span>
    </p>
    ${parts.length > 0 ? html`<ul class="parts">${parts.map((part) => partItem(part, words))}</ul>` : nothing}
    ${notes.map((note) => html`<p class="faint">${note}</p>`)}
  </div>`;
}

function partItem({ name, passed, value }: VerdictPart, words: Words): TemplateResult {
  const amount =
    value && (value.unit === 'degrees' ? degrees(value.amount, words) : words.number(value.amount));
  return html`<li class=${passed ? 'good' : 'bad'}>
    <span aria-hidden="true">${passed ? marks.good : marks.bad}</span>
    <span>${words.say(name)}<span class="unseen">: ${words.say(passed ? 'partPassed' : 'partFailed')}</span></span>
    ${amount ? html`<span class="number">${amount}</span>` : nothing}
  </li>`;
}

export function degrees(value: number, words: Words): string {
  return `${words.number(value, 1)}°`;
}

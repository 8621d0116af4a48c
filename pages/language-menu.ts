import { html, type TemplateResult } from 'lit';
import { type Language, languages } from './languages.ts';

/** The choice of a language in the head of a page, each by its own name. */
export function languageMenu(
  label: string,
  current: Language,
  onChoose: (language: Language) => void,
): TemplateResult {
  const choose = (event: Event) => onChoose((event.target as HTMLSelectElement).value as Language);
  return html`<label class="choice">
    <span class="unseen">${label}</span>
    <select @change=${choose}>
      ${Object.entries(languages).map(
        ([code, name]) =>
          html`<option value=${code} lang=${code} ?selected=${code === current}>${name}</option>`,
      )}
    </select>
  </label>`;
}

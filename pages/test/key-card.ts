import { html, nothing, type TemplateResult } from 'lit';
import type { Words } from './words.ts';

/** The key, and what was wrong with the last one. */
export interface KeyCard {
  readonly words: Words;
  readonly hasKey: boolean;
  readonly isRefused: boolean;
  readonly onKey: (key: string) => void;
  readonly onForget: () => void;
}

/** Asks for an API key, where the server does, and says whose part that is. */
export function keyCard({ words, hasKey, isRefused, onKey, onForget }: KeyCard): TemplateResult {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const field = (event.target as HTMLFormElement).elements.namedItem('key') as HTMLInputElement;
    if (field.value.trim() !== '') onKey(field.value.trim());
  };
  if (hasKey)
    return html`<div class="card key">
      <div class="row">
        <strong>${words.say('keySet')}</strong>
        <button type="button" @click=${onForget}>${words.say('keyForget')}</button>
      </div>
      <details><summary>${words.say('keyWhy')}</summary><p>${words.say('keyNote')}</p></details>
    </div>`;
  return html`<form class="card key" @submit=${submit}>
    <p>${words.say('keyIntro')} ${words.say('keyNote')}</p>
    <label for="key">${words.say('key')}</label>
    <div class="row">
      <input id="key" name="key" type="password" autocomplete="off" spellcheck="false" required
        aria-describedby="refused" aria-invalid=${isRefused} />
      <button type="submit" class="first">${words.say('keyUse')}</button>
    </div>
    <p id="refused" class="bad" role="alert">${isRefused ? words.say('keyRefused') : nothing}</p>
  </form>`;
}

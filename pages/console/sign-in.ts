import { html, nothing, type TemplateResult } from 'lit';
import type { Words } from './words.ts';

/** The key, and what was wrong with the last one. */
export interface SignIn {
  readonly words: Words;
  readonly trouble: string | undefined;
  readonly isBusy: boolean;
  readonly onKey: (key: string) => void;
}

/** Asks for a key. Nothing else is shown without one. */
export function signIn({ words, trouble, isBusy, onKey }: SignIn): TemplateResult {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const field = (event.target as HTMLFormElement).elements.namedItem('key') as HTMLInputElement;
    if (field.value.trim() !== '') onKey(field.value.trim());
  };
  return html`<form class="card sign-in" @submit=${submit}>
    <p>${words.say('signInIntro')}</p>
    <label for="key">${words.say('key')}</label>
    <input
      id="key"
      name="key"
      type="password"
      autocomplete="off"
      spellcheck="false"
      required
      aria-describedby="trouble"
      aria-invalid=${trouble === undefined ? 'false' : 'true'}
    />
    <p id="trouble" class="bad" role="alert">${trouble ?? nothing}</p>
    <button type="submit" class="first" ?disabled=${isBusy}>${words.say(isBusy ? 'loading' : 'signIn')}</button>
  </form>`;
}

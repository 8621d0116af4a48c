import { html, nothing, type TemplateResult } from 'lit';
import { type Language, say } from '../texts.ts';
import type { Screen } from './screen.ts';

/** The preview, hidden from screen readers: what it shows they are told in words. */
export function createVideo(): HTMLVideoElement {
  const video = Object.assign(document.createElement('video'), {
    muted: true,
    playsInline: true,
    autoplay: true,
  });
  video.setAttribute('part', 'video');
  video.setAttribute('aria-hidden', 'true');
  return video;
}

/** How many turns are done, of how many. */
export function renderProgress(done: number, total: number, language: Language): TemplateResult {
  return html`<div class="progress" part="progress" role="img" aria-label=${say('sdk.progress', language, { done, total })}>
    ${Array.from({ length: total }, (_, index) => html`<span class=${index < done ? 'done' : ''}></span>`)}
  </div>`;
}

/** Why the camera is needed, before it is asked for. */
export function renderIntroduction(language: Language): TemplateResult {
  return html`<div class="intro" part="introduction">
    <h2><bdi>${say('sdk.title', language)}</bdi></h2>
    <p><bdi>${say('sdk.intro', language)} ${say('sdk.howTo', language)}</bdi></p>
    <p class="faint"><bdi>${say('sdk.privacy', language)}</bdi></p>
  </div>`;
}

/**
 * A live region: what stays is left alone, so only what is new is read. Our texts keep their own direction in pages from
 * right to left, or their full stops would come first.
 */
export function renderWords({ words, detail }: Screen): TemplateResult | typeof nothing {
  if (words === '') return nothing;
  return html`<p class="instruction" part="instruction"><bdi>${words}</bdi></p><p class="detail" part="detail"><bdi>${detail}</bdi></p>`;
}

import { createDocument } from '@mixmark-io/domino';
import * as Plot from '@observablehq/plot';
import { type Content, html, type Markup, markup } from '../html.ts';

/** What this file needs to know of an element: the browser's types are not loaded. */
interface SvgElement {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  querySelector(selector: string): { remove(): void } | null;
  querySelectorAll(selector: string): Iterable<SvgElement>;
}

/** A plot as SVG, in the colours of the page it stands on (`pages/look.css`). */
export function draw(label: string, options: Plot.PlotOptions): string {
  const svg = Plot.plot({
    // Narrow enough for a phone: where there is more room it grows with its text.
    width: 380,
    className: 'plot',
    ...options,
    document: createDocument() as never,
  }) as unknown as SvgElement;
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('font-size', '12');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  // What it is made of has no role that could bear a name; the whole has one.
  for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  // Its rules stand in the page's style sheet, so that a strict policy can name the one there is.
  svg.querySelector('style')?.remove();
  return svg.outerHTML;
}

/**
 * A plot as a file of its own, for programs that know no style sheets: in the colours of the light page, on white.
 *
 * @param look the text of `pages/look.css`
 */
export function standalone(svg: string, look: string): string {
  const light = new Map(
    [...look.matchAll(/(--[\w-]+): (#\w+);/g)].map(([, name, value]) => [name, value]).reverse() as [
      string,
      string,
    ][],
  );
  const colour = (name: string) => light.get(name) ?? 'currentColor';
  return svg
    .replace(/^<svg /, `<svg color="${colour('--text')}" `)
    .replace('>', `><rect width="100%" height="100%" fill="${colour('--surface')}"/>`)
    .replace(/var\((--[\w-]+)\)/g, (_, name: string) => colour(name));
}

/** A drawing with a heading and what a reader should see in it. */
export function figure(title: Content, svg: string, caption: Content, className = ''): Markup {
  return html`<figure class="${className}">
<p class="title">${title}</p>
${markup(svg)}
<figcaption>${caption}</figcaption>
</figure>
`;
}

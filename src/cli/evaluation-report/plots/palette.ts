import { html, type Markup } from '../html.ts';

/** How one of many things is drawn, in all plots alike: by colour, by dashes and by shape, for no reader sees all three. */
export interface Style {
  /** As CSS has it. */
  readonly colour: string;
  /** As `stroke-dasharray` has it; empty for a line without gaps. */
  readonly dash: string;
  /** A symbol of Observable Plot. */
  readonly symbol: 'circle' | 'triangle' | 'square' | 'diamond' | 'times' | 'star';
}

/** As many colours as `pages/look.css` has for series. */
const colours = 6;
const dashes = ['', '7 3', '2 3', '9 3 2 3'] as const;
const symbols = ['circle', 'triangle', 'square', 'diamond', 'times', 'star'] as const;

/** A style for each name: the same for the same names in the same order. */
export function styles(names: readonly string[]): ReadonlyMap<string, Style> {
  return new Map(
    names.map((name, at) => [
      name,
      {
        colour: `var(--series-${(at % colours) + 1})`,
        dash: dashes[Math.floor(at / colours) % dashes.length]!,
        symbol: symbols[(at + Math.floor(at / colours)) % symbols.length]!,
      },
    ]),
  );
}

/** What stands for several sources together. */
export const pooledStyle: Style = { colour: 'var(--text)', dash: '', symbol: 'circle' };

/** The name of something that is drawn in a style, with a piece of its line. */
export function named(style: Style, name: string): Markup {
  return html`<span class="name">${swatch(style)} ${name}</span>`;
}

/** A piece of a line in a style, for legends and tables. */
export function swatch({ colour, dash }: Style, width = 2.5): Markup {
  return html`<svg class="swatch" viewBox="0 0 24 10" width="24" height="10" aria-hidden="true"><line x1="0" y1="5" x2="24" y2="5" stroke="${colour}" stroke-width="${width}" stroke-dasharray="${dash}"/></svg>`;
}

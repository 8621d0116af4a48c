import * as Plot from '@observablehq/plot';
import { draw } from './figure.ts';
import type { Style } from './palette.ts';

/** One line of a plot of rates. */
export interface RateRow {
  readonly name: string;
  readonly style: Style;
  /** Shares; null where it was not measured. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Printed bold and filled: what it all comes to. */
  readonly strong?: boolean;
  /** Printed faint and hollow: not in the headline. */
  readonly faint?: boolean;
}

/**
 * Rates under each other, each with its interval.
 *
 * @param end the greatest share of the axis
 */
export function drawRates(rows: readonly RateRow[], label: string, axis: string, end = 1): string {
  const ink = (row: RateRow) => (row.faint ? 'var(--line)' : row.style.colour);
  return draw(label, {
    height: 54 + 24 * rows.length,
    marginLeft: 4 + 6.6 * Math.min(26, Math.max(...rows.map(({ name }) => [...name].length))),
    marginRight: 18,
    marginTop: 8,
    marginBottom: 42,
    x: {
      domain: [0, end],
      ticks: 5,
      tickFormat: (share: number) => `${Number((100 * share).toFixed(1))} %`,
      label: axis,
      labelAnchor: 'center',
      labelArrow: 'none',
      grid: true,
    },
    y: { domain: rows.map((_, at) => at), axis: null, type: 'band' },
    color: { type: 'identity' },
    marks: [
      ...[true, false].map((strong) =>
        Plot.text(
          rows.filter((row) => (row.strong ?? false) === strong),
          {
            y: (row: RateRow) => rows.indexOf(row),
            frameAnchor: 'left',
            textAnchor: 'end',
            text: ({ name }: RateRow) => shortened(name),
            dx: -8,
            fill: (row: RateRow) => (row.faint ? 'var(--faint)' : 'var(--text)'),
            fontWeight: strong ? 700 : 400,
          },
        ),
      ),
      Plot.link(rows, {
        x1: ({ low }: RateRow) => Math.min(low, end),
        x2: ({ high }: RateRow) => Math.min(high, end),
        y: (_: RateRow, at: number) => at,
        stroke: ink,
        strokeWidth: 2.5,
        strokeLinecap: 'butt',
      }),
      Plot.dot(
        rows.filter(({ value }) => value <= end),
        {
          x: 'value',
          y: (row: RateRow) => rows.indexOf(row),
          r: 5,
          symbol: (row: RateRow) => row.style.symbol,
          fill: (row: RateRow) => (row.strong ? row.style.colour : 'var(--surface)'),
          stroke: ink,
          strokeWidth: 2,
        },
      ),
    ],
  });
}

function shortened(name: string): string {
  const signs = [...name];
  return signs.length > 26 ? `${signs.slice(0, 25).join('')}…` : name;
}

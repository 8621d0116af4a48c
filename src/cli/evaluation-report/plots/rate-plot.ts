import * as Plot from '@observablehq/plot';
import { draw } from './figure.ts';
import type { Style } from './palette.ts';

/** One line of a plot of rates. */
export interface RateRow {
  readonly name: string;
  readonly style: Style;
  /** Shares; null where there is nothing to take one of. */
  readonly shown: { readonly value: number; readonly low: number; readonly high: number } | null;
  /** Printed bold and filled: what it all comes to. */
  readonly strong?: boolean;
  /** Printed faint and hollow: not in the headline. */
  readonly faint?: boolean;
}

type Measured = RateRow & { readonly shown: NonNullable<RateRow['shown']> };

/** A round share that no interval goes beyond. */
export function endOfAxis(rows: readonly RateRow[]): number {
  const most = Math.max(0, ...rows.map(({ shown }) => shown?.high ?? 0));
  return [0.05, 0.1, 0.2, 0.4, 0.6].find((end) => most <= end) ?? 1;
}

/**
 * Rates under each other, each with its interval.
 *
 * @param end the greatest share of the axis
 */
export function drawRates(rows: readonly RateRow[], label: string, axis: string, end = 1): string {
  const ink = (row: RateRow) => (row.faint ? 'var(--line)' : row.style.colour);
  const at = (row: RateRow) => rows.indexOf(row);
  const measured = rows.filter((row): row is Measured => row.shown !== null);
  return draw(label, {
    height: 54 + 24 * rows.length,
    marginLeft: 14 + 7 * Math.min(26, Math.max(...rows.map(({ name }) => [...name].length))),
    marginRight: 18,
    marginTop: 8,
    marginBottom: 42,
    x: {
      domain: [0, end],
      // Labels of a hundred percent are wide.
      ticks: end === 1 ? [0, 0.25, 0.5, 0.75, 1] : 4,
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
            y: at,
            frameAnchor: 'left',
            textAnchor: 'end',
            text: ({ name }: RateRow) => shortened(name),
            dx: -14,
            fill: (row: RateRow) => (row.faint ? 'var(--faint)' : 'var(--text)'),
            fontWeight: strong ? 700 : 400,
          },
        ),
      ),
      Plot.text(
        rows.filter(({ shown }) => shown === null),
        { y: at, x: 0, text: () => 'none measured', textAnchor: 'start', dx: 6, fill: 'var(--faint)' },
      ),
      Plot.link(measured, {
        x1: ({ shown }: Measured) => Math.min(shown.low, end),
        x2: ({ shown }: Measured) => Math.min(shown.high, end),
        y: at,
        stroke: ink,
        strokeWidth: 2.5,
        strokeLinecap: 'butt',
      }),
      Plot.dot(measured, {
        x: ({ shown }: Measured) => shown.value,
        y: at,
        r: 5,
        symbol: ({ style }: RateRow) => style.symbol,
        fill: (row: RateRow) => (row.strong ? row.style.colour : 'var(--surface)'),
        stroke: ink,
        strokeWidth: 2,
      }),
    ],
  });
}

function shortened(name: string): string {
  const signs = [...name];
  return signs.length > 26 ? `${signs.slice(0, 25).join('')}…` : name;
}

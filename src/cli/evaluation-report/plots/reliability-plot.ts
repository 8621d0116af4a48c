import * as Plot from '@observablehq/plot';
import { draw } from './figure.ts';

/** What is drawn of scores that lie between two limits. */
export interface DrawnBin {
  readonly from: number;
  readonly to: number;
  /** The mean of the scores; what share should be live. */
  readonly predicted: number;
  /** The share that is live, both classes counting alike in all. */
  readonly observed: number;
  /** How many there are. */
  readonly size: number;
}

/**
 * A reliability plot: for each bin of scores the share that is live, against the mean score; probabilities that keep
 * their word lie on the diagonal. Below, how many there are in each bin.
 *
 * @param things what is counted: `pictures`, `units`
 */
export function drawReliability(bins: readonly DrawnBin[], things: string, label: string): string {
  const most = Math.max(1, ...bins.map(({ size }) => size));
  // The counts hang below the square of the curve, a quarter as high.
  const floor = -0.08;
  const bar = (size: number) => floor - 0.24 + (0.13 * size) / most;
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  return draw(label, {
    width: 330,
    height: 420,
    marginLeft: 54,
    marginRight: 20,
    marginTop: 30,
    marginBottom: 44,
    x: {
      domain: [0, 1],
      ticks: 5,
      tickFormat: percent,
      label: 'promised: mean live probability',
      labelAnchor: 'center',
      labelArrow: 'none',
    },
    y: {
      domain: [floor - 0.24, 1],
      ticks: [0, 0.2, 0.4, 0.6, 0.8, 1],
      tickFormat: percent,
      label: 'came: share that is live',
      labelArrow: 'none',
    },
    marks: [
      Plot.gridY([0, 0.2, 0.4, 0.6, 0.8, 1]),
      Plot.line([0, 1], {
        x: (end: number) => end,
        y: (end: number) => end,
        stroke: 'var(--line)',
        strokeDasharray: '5 4',
      }),
      Plot.link(bins, {
        x: 'predicted',
        y1: 'predicted',
        y2: 'observed',
        stroke: 'var(--accent)',
        strokeOpacity: 0.45,
        strokeWidth: 3,
      }),
      Plot.line(bins, { x: 'predicted', y: 'observed', stroke: 'var(--accent)', strokeWidth: 1.5 }),
      Plot.dot(bins, {
        x: 'predicted',
        y: 'observed',
        r: 5,
        fill: 'var(--accent)',
        title: ({ predicted, observed, size }: DrawnBin) =>
          `promised ${percent(predicted)}, came ${percent(observed)}, ${size} ${things}`,
      }),
      Plot.rectY(bins, {
        x1: 'from',
        x2: 'to',
        y1: floor - 0.24,
        y2: ({ size }: DrawnBin) => bar(size),
        fill: 'var(--line)',
        inset: 1,
      }),
      Plot.text(bins, {
        x: ({ from, to }: DrawnBin) => (from + to) / 2,
        y: ({ size }: DrawnBin) => bar(size),
        text: ({ size }: DrawnBin) => `${size}`,
        dy: -8,
        fontSize: 10,
        fill: 'var(--faint)',
      }),
      Plot.text([`${things} in each bin`], {
        x: 0,
        y: floor,
        text: (text: string) => text,
        textAnchor: 'start',
        fill: 'var(--faint)',
        fontSize: 11,
        dy: 4,
      }),
    ],
  });
}

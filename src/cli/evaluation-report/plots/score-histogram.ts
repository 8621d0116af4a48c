import * as Plot from '@observablehq/plot';
import type { HistogramBin } from '../../../decisions/evaluation/report.ts';
import { logOddsOf } from '../../../decisions/live-calibration.ts';
import { draw } from './figure.ts';

/** What is drawn beside the bars. */
export interface HistogramOptions {
  readonly label: string;
  /** Where answers change; log-odds. Between them it is inconclusive. */
  readonly limits: { readonly live: number; readonly attack: number } | null;
  /** The greatest share that any bin of the plots side by side has. */
  readonly most: number;
}

/** The probabilities at which the axis has ticks; its scale is that of log-odds. */
const tickProbabilities = [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999];

/** Two histograms back to back: genuine people upwards, attacks downwards, over the live probability. */
export function drawHistogram(
  bins: readonly HistogramBin[],
  { label, limits, most }: HistogramOptions,
): string {
  const domain = [bins[0]?.from ?? -1, bins.at(-1)?.to ?? 1] as const;
  const ticks = tickProbabilities.filter((at) => logOddsOf(at) > domain[0] && logOddsOf(at) < domain[1]);
  const inside = (value: number) => Math.min(Math.max(value, domain[0]), domain[1]);
  return draw(label, {
    width: 320,
    height: 220,
    marginLeft: 14,
    marginRight: 14,
    marginTop: 24,
    marginBottom: 40,
    x: {
      domain,
      ticks: ticks.map(logOddsOf),
      tickFormat: (_: unknown, at: number) => `${Number((100 * ticks[at]!).toFixed(1))} %`,
      label: 'live probability',
      labelAnchor: 'center',
      labelArrow: 'none',
    },
    y: { domain: [-most, most], axis: null },
    marks: [
      ...(limits ? band(inside(limits.attack), inside(limits.live), most) : []),
      ...(['bonaFide', 'attack'] as const).map((side) =>
        Plot.rectY(
          bins.filter((bin) => bin[side] > 0),
          {
            x1: 'from',
            x2: 'to',
            y1: 0,
            y2: (bin: HistogramBin) => (side === 'bonaFide' ? bin.bonaFide : -bin.attack),
            fill: side === 'bonaFide' ? 'var(--bona-fide)' : 'var(--attack)',
            inset: 0.5,
          },
        ),
      ),
      Plot.ruleY([0], { stroke: 'var(--line)' }),
      // Each where its class should have no bars.
      ...(
        [
          ['genuine ↑', 'left', 'start', 3, 0.93, 'var(--bona-fide)'],
          ['attacks ↓', 'right', 'end', -3, -0.93, 'var(--attack)'],
        ] as const
      ).map(([word, frameAnchor, textAnchor, dx, at, fill]) =>
        Plot.text([word], { frameAnchor, textAnchor, dx, y: [at * most], fill, fontWeight: 600 }),
      ),
    ],
    color: { type: 'identity' },
  });
}

function band(attack: number, live: number, most: number) {
  return [
    Plot.rect([0], { x1: attack, x2: live, y1: -most, y2: most, fill: 'var(--unsure)' }),
    Plot.ruleX([attack, live], { stroke: 'var(--text)', strokeDasharray: '4 3' }),
    ...(
      [
        ['attack', attack, 'end', -4],
        ['live', live, 'start', 4],
      ] as const
    ).map(([word, at, textAnchor, dx]) =>
      Plot.text([word], { x: [at], frameAnchor: 'top', textAnchor, dx, dy: -16, fill: 'var(--faint)' }),
    ),
  ];
}

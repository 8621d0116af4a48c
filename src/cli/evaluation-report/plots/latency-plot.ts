import * as Plot from '@observablehq/plot';
import type { StageLatency } from '../../../decisions/evaluation/report.ts';
import { draw } from './figure.ts';

/** One line a stage: a dot where half of the files are done, a line to where 99 of 100 are, a tick at 90. */
export function drawLatency(stages: readonly StageLatency[], label: string): string {
  // Thousands of milliseconds would not fit under the axis.
  const inSeconds = Math.max(...stages.map(({ p99 }) => p99)) >= 5000;
  const longest = Math.max(...stages.map(({ stage }) => stage.length));
  return draw(label, {
    height: 54 + 24 * stages.length,
    marginLeft: 8 + 6.6 * Math.min(28, longest),
    marginRight: 16,
    marginTop: 6,
    marginBottom: 42,
    x: {
      zero: true,
      nice: true,
      ticks: 4,
      label: inSeconds ? 'seconds' : 'milliseconds',
      tickFormat: (value: number) => `${inSeconds ? value / 1000 : value}`,
      labelAnchor: 'center',
      labelArrow: 'none',
      grid: true,
    },
    y: { domain: stages.map(({ stage }) => stage), type: 'band', axis: null },
    marks: [
      Plot.text(stages, { y: 'stage', frameAnchor: 'left', textAnchor: 'end', text: 'stage', dx: -8 }),
      Plot.link(stages, {
        x1: 'p50',
        x2: 'p99',
        y: 'stage',
        stroke: 'var(--accent)',
        strokeWidth: 2,
        strokeOpacity: 0.6,
      }),
      Plot.tickX(stages, { x: 'p90', y: 'stage', stroke: 'var(--accent)', strokeWidth: 2, inset: 5 }),
      Plot.dot(stages, { x: 'p50', y: 'stage', r: 4.5, fill: 'var(--accent)' }),
    ],
  });
}

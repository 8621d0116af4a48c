import * as Plot from '@observablehq/plot';
import { detSteps, detTicks, normalDeviate, type TradeOff } from './det-scale.ts';
import { draw } from './figure.ts';
import type { Style } from './palette.ts';

/** One curve, from the lowest threshold to the highest: x falls where y grows. */
export interface DetCurve {
  readonly style: Style;
  readonly curve: readonly TradeOff[];
  /** Where both rates are alike; marked. */
  readonly eer: number | null;
  /** Drawn thicker than others. */
  readonly strong?: boolean;
}

/** What the axes say. */
export interface DetAxes {
  readonly label: string;
  readonly x: string;
  readonly y: string;
  /** The ticks of both, as shares; of plots to be compared the same ones. By default what suits the curves. */
  readonly rates?: readonly number[];
}

/** A DET plot: both error rates as a threshold moves, on axes of normal deviates (ISO/IEC 19795-1), in steps. */
export function drawDet(curves: readonly DetCurve[], axes: DetAxes): string {
  const rates = axes.rates ?? detTicks(curves.map(({ curve }) => curve));
  const [low, high] = [rates[0]!, rates.at(-1)!];
  const scale = {
    domain: [normalDeviate(low), normalDeviate(high)],
    ticks: rates.map(normalDeviate),
    tickFormat: (_: unknown, at: number) => `${Number((100 * rates[at]!).toFixed(1))}`,
    grid: true,
    labelArrow: 'none' as const,
  };
  return draw(axes.label, {
    height: 380,
    marginLeft: 44,
    marginBottom: 46,
    marginTop: 28,
    marginRight: 8,
    x: { ...scale, label: `${axes.x}, %`, labelAnchor: 'center' },
    y: { ...scale, label: `${axes.y}, %` },
    marks: [
      Plot.frame({ stroke: 'var(--line)' }),
      Plot.line([low, high].map(normalDeviate), {
        x: (deviate: number) => deviate,
        y: (deviate: number) => deviate,
        stroke: 'var(--line)',
        strokeDasharray: '1 4',
      }),
      ...curves.flatMap((curve) => marks(curve, low, high)),
    ],
  });
}

function marks({ style, curve, eer, strong = false }: DetCurve, low: number, high: number) {
  const line = Plot.line(detSteps(curve, low, high), {
    x: 'x',
    y: 'y',
    stroke: style.colour,
    strokeWidth: strong ? 3 : 1.75,
    strokeDasharray: style.dash,
    strokeLinecap: style.dash ? 'butt' : 'round',
  });
  if (eer === null || eer < low || eer > high) return [line];
  const dot = Plot.dot([normalDeviate(eer)], {
    x: (deviate: number) => deviate,
    y: (deviate: number) => deviate,
    symbol: style.symbol,
    fill: 'var(--surface)',
    stroke: style.colour,
    strokeWidth: 2,
    r: strong ? 6 : 4.5,
  });
  return [line, dot];
}

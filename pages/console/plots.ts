import * as Plot from '@observablehq/plot';
import type { LatenciesResponse, RatesResponse } from '../../src/contracts/console/schemas.ts';
import { type Outcome, outcomes } from './parts.ts';
import type { Words } from './words.ts';

/** Colours of `look.css`, as the evaluation report has them: blue is bona fide, orange an attack. */
const colours: Readonly<Record<Outcome, string>> = {
  live: 'var(--bona-fide)',
  attack: 'var(--attack)',
  refused: 'var(--series-2)',
  inconclusive: 'var(--line)',
  unanswered: 'var(--hairline)',
};

/** What a card takes of the width, in pixels, as `console.css` has it. */
const cardPadding = 42;

/** How wide a drawing is: as the card that it stands on, within reason. */
export function widthOf(place: Element | null): number {
  return Math.min(Math.max((place?.clientWidth ?? 0) - cardPadding, 260), 1120);
}

/** A drawing that says what it is. Its own rules are left out: the page's policy allows no inline style. */
function draw(label: string, options: Plot.PlotOptions): SVGSVGElement {
  const svg = Plot.plot({ className: 'plot', ...options }) as SVGSVGElement;
  svg.querySelector('style')?.remove();
  // What it is made of has no role that could bear a name; the whole has one.
  for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  svg.setAttribute('font-size', '12');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  return svg;
}

/** Outcomes of one day. */
export interface DayOutcomes {
  readonly day: string;
  readonly outcomes: RatesResponse['days'][number]['outcomes'];
}

/** The share of each outcome, a bar a day. */
export function drawShares(days: readonly DayOutcomes[], words: Words, width: number): SVGSVGElement {
  const shares = days.flatMap(({ day, outcomes: counts }) => {
    const total = totalOf(counts);
    return outcomes.map(({ name }) => ({ day, name, share: total === 0 ? 0 : counts[name] / total }));
  });
  return draw(words.say('shares'), {
    width,
    height: 280,
    marginLeft: 44,
    marginTop: 28,
    x: {
      type: 'band',
      domain: days.map(({ day }) => day),
      label: null,
      tickFormat: width < 560 ? words.shortDay : words.day,
      padding: 0.25,
    },
    y: { domain: [0, 1], label: null, tickFormat: (share: number) => words.percent(share), ticks: 5 },
    color: { domain: outcomes.map(({ name }) => name), range: outcomes.map(({ name }) => colours[name]) },
    marks: [
      Plot.barY(shares, { x: 'day', y: 'share', fill: 'name', stroke: 'var(--line)', strokeWidth: 1 }),
      Plot.text(days, {
        x: 'day',
        y: 1,
        dy: -10,
        text: ({ outcomes: counts }: DayOutcomes) => words.count(totalOf(counts)),
        fill: 'var(--faint)',
      }),
      Plot.ruleY([0], { stroke: 'var(--line)' }),
    ],
  });
}

export function totalOf(counts: DayOutcomes['outcomes']): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** An error rate of one day, with its interval. */
export interface DayRate {
  readonly day: string;
  readonly of: 'attacks' | 'live';
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/** Error rates over time: dots with their intervals, side by side. */
export function drawErrors(rates: readonly DayRate[], words: Words, width: number): SVGSVGElement {
  const days = [...new Set(rates.map(({ day }) => day))].sort();
  const sideways = { attacks: -5, live: 5 } as const;
  return draw(words.say('labelled'), {
    width,
    height: 240,
    marginLeft: 44,
    x: {
      type: 'point',
      domain: days,
      label: null,
      tickFormat: width < 560 ? words.shortDay : words.day,
      padding: 0.5,
    },
    y: {
      domain: [0, 1],
      label: null,
      tickFormat: (share: number) => words.percent(share),
      ticks: 5,
      grid: true,
    },
    marks: (['attacks', 'live'] as const).flatMap((of) => {
      const ours = rates.filter((rate) => rate.of === of);
      const stroke = of === 'attacks' ? 'var(--attack)' : 'var(--bona-fide)';
      const dx = sideways[of];
      return [
        Plot.ruleX(ours, { x: 'day', y1: 'low', y2: 'high', stroke, strokeWidth: 2, dx }),
        Plot.dot(ours, {
          x: 'day',
          y: 'rate',
          fill: stroke,
          r: 4.5,
          dx,
          symbol: of === 'attacks' ? 'triangle' : 'circle',
        }),
      ];
    }),
  });
}

/** The queue at one moment. */
export interface QueueMoment {
  readonly at: Date;
  readonly waiting: number;
  readonly running: number;
}

export function drawQueue(moments: readonly QueueMoment[], words: Words, width: number): SVGSVGElement {
  const most = Math.max(4, ...moments.map(({ waiting, running }) => Math.max(waiting, running)));
  return draw(words.say('queueSince'), {
    width,
    height: 180,
    marginLeft: 36,
    x: { type: 'time', label: null, tickFormat: words.clock, ticks: 4 },
    y: { domain: [0, most], label: null, ticks: 4, grid: true },
    marks: [
      Plot.areaY(moments, {
        x: 'at',
        y: 'running',
        fill: 'var(--bona-fide)',
        fillOpacity: 0.25,
        curve: 'step-after',
      }),
      Plot.lineY(moments, {
        x: 'at',
        y: 'waiting',
        stroke: 'var(--attack)',
        strokeWidth: 2,
        curve: 'step-after',
      }),
      Plot.ruleY([0], { stroke: 'var(--line)' }),
    ],
  });
}

type Latency = NonNullable<LatenciesResponse['metrics']>['stages'][number];

/** From the median to 19 of 20, a line for each stage. */
export function drawStages(stages: readonly Latency[], words: Words, width: number): SVGSVGElement {
  const rows = stages.map(({ labels, median, p95 }) => ({
    stage: (labels.stage ?? '').split('/').at(-1)!,
    median,
    p95,
  }));
  const longest = Math.max(...rows.map(({ stage }) => stage.length), 1);
  return draw(words.say('stages'), {
    width,
    height: 40 + rows.length * 24,
    marginLeft: Math.min(20 + longest * 7, 170),
    marginRight: 20,
    x: {
      label: null,
      grid: true,
      ticks: 5,
      tickFormat: words.milliseconds,
      domain: [0, Math.max(1, ...rows.map(({ p95 }) => p95))],
    },
    y: { type: 'band', label: null, domain: rows.map(({ stage }) => stage), tickSize: 0 },
    marks: [
      Plot.ruleY(rows, { y: 'stage', x1: 'median', x2: 'p95', stroke: 'var(--accent)', strokeWidth: 3 }),
      Plot.dot(rows, { y: 'stage', x: 'median', fill: 'var(--accent)', r: 5 }),
    ],
  });
}

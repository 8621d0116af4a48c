import * as Plot from '@observablehq/plot';
import { draw } from './figure.ts';

/** What was answered of one class: shares that add up to 1. */
export interface AnsweredClass {
  readonly name: string;
  readonly live: number;
  readonly inconclusive: number;
  readonly attack: number;
}

const colours = { live: 'var(--bona-fide)', inconclusive: 'var(--line)', attack: 'var(--attack)' } as const;

/** One bar a class, from one side to the other: called live, inconclusive, called an attack. */
export function drawAnswers(classes: readonly AnsweredClass[], label: string): string {
  const parts = classes.flatMap(({ name, ...answers }, row) => {
    let from = 0;
    return (['live', 'inconclusive', 'attack'] as const).map((answer) => {
      const part = { name, row, answer, from, to: from + answers[answer], share: answers[answer] };
      from = part.to;
      return part;
    });
  });
  type Part = (typeof parts)[number];
  return draw(label, {
    height: 64 * classes.length + 6,
    margin: 0,
    marginTop: 4,
    x: { domain: [0, 1], axis: null },
    y: { domain: classes.map((_, row) => row), type: 'band', axis: null, padding: 0 },
    color: { type: 'identity' },
    marks: [
      Plot.text(classes, {
        y: (_: AnsweredClass, row: number) => row,
        x: 0,
        text: 'name',
        textAnchor: 'start',
        dy: -22,
        fontWeight: 600,
        fill: 'var(--text)',
      }),
      Plot.barX(
        parts.filter(({ share }) => share > 0),
        {
          x1: 'from',
          x2: 'to',
          y: 'row',
          fill: ({ answer }: Part) => colours[answer],
          insetTop: 20,
          insetBottom: 12,
          insetLeft: 0.75,
          insetRight: 0.75,
          title: ({ answer, share }: Part) => `${answer}: ${(100 * share).toFixed(1)} %`,
        },
      ),
      Plot.text(
        parts.filter(({ share }) => share >= 0.08),
        {
          x: ({ from, to }: Part) => (from + to) / 2,
          y: 'row',
          text: ({ share }: Part) => `${Math.round(100 * share)} %`,
          dy: 4,
          fill: 'var(--surface)',
          fontWeight: 700,
          fontVariant: 'tabular-nums',
        },
      ),
    ],
  });
}

import type { ComparisonReport, ComparisonRow } from '../../../decisions/evaluation/report.ts';
import { html, type Markup } from '../html.ts';
import { none, percent } from '../numbers.ts';
import { table } from '../table.ts';
import { kindLabels } from '../words.ts';
import { day } from './others.ts';

/** Several sources together, by their names in the report. */
const pools: ReadonlyMap<string, string> = new Map([
  ['headline', 'headline'],
  ['headline_in_range', 'headline, in range alone'],
  ['not_noisy', 'all but the noisy sources'],
  ['all', 'all sources'],
]);

/** The figures in the order in which they are shown, with what they are called. */
const figures: readonly (readonly [name: string, group: string, head: string])[] = [
  ['eer', 'ranking', 'EER'],
  ['auc', 'ranking', 'AUC'],
  ['apcer', 'answers', 'APCER, worst species'],
  ['attack_inconclusive', 'answers', 'attacks undecided'],
  ['bpcer', 'answers', 'BPCER'],
  ['bona_fide_inconclusive', 'answers', 'people undecided'],
  ['bpcer_at_10', 'BPCER where APCER is at most', '10 %'],
  ['bpcer_at_5', 'BPCER where APCER is at most', '5 %'],
  ['bpcer_at_1', 'BPCER where APCER is at most', '1 %'],
];

/** Sources, or several together, with their figures of one kind of score. */
interface Line {
  readonly presentations: ComparisonRow['presentations'];
  readonly of: string;
  readonly figures: ReadonlyMap<string, ComparisonRow>;
}

/** Beside another run. */
export function comparisonSection(report: ComparisonReport | null): Markup {
  if (!report)
    return html`<section id="comparison"><h2>Beside another run</h2><p class="empty">No other report was given to compare with.</p></section>\n`;
  const { other, sameData, rows } = report;
  const pooled = rows.filter(({ of }) => pools.has(of));
  const apart = rows.filter((row) => !pooled.includes(row));
  return html`<section id="comparison"><h2>Beside another run</h2>
<p>The other one was made on ${day(other.run.madeAt)} by version ${other.run.version}, with ${other.models.length === 0 ? 'no models' : other.models.map(({ name }) => name).join(', ')}.
${sameData ? 'Both are of the same files and count the same units.' : html`<strong>They are not of the same files or units, so differences say less than they seem to.</strong>`}
Bold is this run, “was” the other one; differences, of percentages in points, come without intervals, and small ones may be chance.</p>
${rows.length === 0 ? html`<p class="empty">They have no figure in common.</p>` : undefined}
${tables('Sources together', pooled)}
${apart.length > 0 ? html`<details><summary>By source</summary>${tables('By source', apart)}</details>` : undefined}
</section>
`;
}

/** A table for each kind of score. */
function tables(caption: string, rows: readonly ComparisonRow[]): Markup[] {
  const kinds = [...new Set(rows.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const lines = linesOf(rows.filter((row) => row.kind === kind));
    const shown = figures.filter(([name]) => lines.some((line) => line.figures.has(name)));
    return table<Line>(
      `${caption}: ${kindLabels[kind]}`,
      [
        { head: 'of', cell: ({ presentations, of }) => `${presentations}, ${pools.get(of) ?? of}` },
        ...shown.map(([name, group, head]) => ({
          ...{ group, head, numeric: true },
          cell: (line: Line) => figureCell(line.figures.get(name)),
        })),
      ],
      lines,
    );
  });
}

function linesOf(rows: readonly ComparisonRow[]): Line[] {
  const keyOf = ({ presentations, of }: ComparisonRow) => JSON.stringify([presentations, of]);
  return [...new Set(rows.map(keyOf))].map((key) => {
    const own = rows.filter((row) => keyOf(row) === key);
    const { presentations, of } = own[0]!;
    return { presentations, of, figures: new Map(own.map((row) => [row.figure, row])) };
  });
}

function figureCell(row: ComparisonRow | undefined): Markup {
  if (!row) return none;
  const shown = (value: number) => (row.figure === 'auc' ? value.toFixed(3) : percent(value, 1000));
  const { here, other } = row;
  return html`${here === null ? none : html`<strong>${shown(here)}</strong>`} <small>${other === null ? 'not there' : `was ${shown(other)}`}</small> ${differenceText(row)}`;
}

function differenceText({ figure, difference }: ComparisonRow): Markup | undefined {
  if (difference === null) return undefined;
  const area = figure === 'auc';
  const size = area ? Math.abs(difference).toFixed(3) : (100 * Math.abs(difference)).toFixed(1);
  if (Number.parseFloat(size) === 0) return html`<small>the same</small>`;
  const better = area === difference > 0;
  return html`<span class="${better ? 'better' : 'worse'}"><small>${difference > 0 ? '+' : '−'}${size} ${better ? 'better' : 'worse'}</small></span>`;
}

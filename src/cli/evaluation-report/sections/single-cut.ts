import type {
  PresentationReport,
  SingleCutReport,
  SingleCutRow,
} from '../../../decisions/evaluation/report.ts';
import { probabilityOf } from '../../../decisions/live-calibration.ts';
import { html, type Markup } from '../html.ts';
import { estimateCell, percent } from '../numbers.ts';
import { figure } from '../plots/figure.ts';
import { pooledStyle } from '../plots/palette.ts';
import { drawRates, endOfAxis } from '../plots/rate-plot.ts';
import { table } from '../table.ts';
import { joined, kindLabels, leadingScore } from '../words.ts';
import { order } from './calibration.ts';

const chosenLabels = {
  hindsight: 'the best, in hindsight',
  other_sources: 'the best of the others',
} as const;

/** One threshold for all cameras: what each way to score makes of it. */
export function singleCut({ headline, singleCut: whole, singleCutInRange }: PresentationReport): Markup {
  const heading = html`<h3>One cut for all cameras</h3>`;
  if (!whole)
    return html`${heading}<p class="empty">No source of the headline has both classes, so no cut can be judged.</p>`;
  const rows = sorted(whole).map((row) => ({
    name: `${short[row.kind]}, ${row.chosen === 'hindsight' ? 'best cut' : 'others’ cut'}`,
    style: {
      ...pooledStyle,
      colour: row.kind === 'raw_mean' ? 'var(--attack)' : 'var(--accent)',
      symbol: row.kind === 'raw_mean' ? ('triangle' as const) : ('circle' as const),
    },
    shown: {
      value: row.halfTotalErrorRate.value,
      low: row.halfTotalErrorRate.low ?? row.halfTotalErrorRate.value,
      high: row.halfTotalErrorRate.high ?? row.halfTotalErrorRate.value,
    },
    strong: row.chosen === 'other_sources',
  }));
  const many = fewest(headline.scores);
  return html`${heading}
<p>No third answer here, and one threshold for every camera. The best cut is the one that suits these very sources
best, which nobody could have known; the others’ cut is, for each source, the one that suits the others. The error is the mean of
APCER (all species together) and BPCER. ${verdict(whole, many)} Of ${joined(whole.sources)}.</p>
<div class="figures">${figure('Mean of both errors', drawRates(rows, 'Mean of both errors at one cut', 'mean of both errors', endOfAxis(rows)), 'Filled marks: the cut was chosen on other sources. Left is better.')}</div>
${cutTable('One cut for all cameras, everything that got an answer', whole, many)}
${singleCutInRange ? cutTable('One cut for all cameras, in range alone', singleCutInRange, fewest(headline.inRange?.scores ?? [])) : undefined}`;
}

const sorted = ({ rows }: SingleCutReport) =>
  order.flatMap((kind) => rows.filter((row) => row.kind === kind));

function fewest(scores: PresentationReport['headline']['scores']): number {
  const units = leadingScore(scores)?.units;
  return units ? Math.min(units.bonaFide, units.attack) : 0;
}

function cutTable(caption: string, report: SingleCutReport, units: number): Markup {
  return table<SingleCutRow>(
    caption,
    [
      { head: 'score', cell: ({ kind }) => kindLabels[kind] },
      {
        head: 'cut',
        cell: ({ chosen, threshold }) =>
          html`${chosenLabels[chosen]}${threshold === null ? undefined : html` <small>${percent(probabilityOf(threshold), 1000)}</small>`}`,
      },
      { head: 'mean of both', numeric: true, cell: (row) => estimateCell(row.halfTotalErrorRate, units) },
      { head: 'attacks called live', numeric: true, cell: (row) => estimateCell(row.apcer, units) },
      { head: 'people called an attack', numeric: true, cell: (row) => estimateCell(row.bpcer, units) },
    ],
    sorted(report),
  );
}

const short = {
  raw_mean: 'raw mean',
  leave_one_source_out: 'source unseen',
  calibrated: 'as shipped',
} as const;

/** Ours where it had not seen the source, against the raw score where it had every advantage. */
function verdict({ rows }: SingleCutReport, units: number): Markup | undefined {
  const raw = rows.find(({ kind, chosen }) => kind === 'raw_mean' && chosen === 'hindsight');
  const ours = (['leave_one_source_out', 'calibrated'] as const)
    .map((kind) => rows.find((row) => row.kind === kind && row.chosen === 'other_sources'))
    .find((row) => row !== undefined);
  if (!raw || !ours) return undefined;
  const [here, there] = [ours.halfTotalErrorRate.value, raw.halfTotalErrorRate.value];
  const change = Math.round(100 * (1 - here / there));
  const compared =
    there === 0 || change === 0 ? 'the same' : `${Math.abs(change)}\u00a0% ${change > 0 ? 'less' : 'more'}`;
  return html`<strong>Ours (${kindLabels[ours.kind]}), cut by the others: ${percent(here, units)}. The raw mean at its best single cut: ${percent(there, units)}. That is ${compared}.</strong>`;
}

import type {
  EvaluationReport,
  PooledReport,
  PresentationReport,
  ScoreReport,
  SingleCutReport,
  SingleCutRow,
} from '../../../decisions/evaluation/report.ts';
import { html, type Markup } from '../html.ts';
import { areaCell, estimateCell, none, percent, probability, rateCell } from '../numbers.ts';
import { figure } from '../plots/figure.ts';
import { pooledStyle } from '../plots/palette.ts';
import { drawRates, endOfAxis } from '../plots/rate-plot.ts';
import { drawReliability } from '../plots/reliability-plot.ts';
import { table } from '../table.ts';
import { describe, joined, kindLabels } from '../words.ts';

/** Before, then after. */
const order = ['raw_mean', 'leave_one_source_out', 'calibrated'] as const;

/** Whether the probability keeps its word, before calibration and after; and what calibration gains. */
export function calibration(report: EvaluationReport, presentation: PresentationReport): Markup {
  const { headline, all } = presentation;
  const pooled = headline.sourcesWithBothClasses.length > 0 ? headline : all;
  const scores = order.flatMap((kind) => pooled.scores.find((score) => score.kind === kind) ?? []);
  const drawable = scores.filter(({ reliability }) => reliability.length > 0);
  const only = scores.every(({ kind }) => kind === 'raw_mean');
  return html`<h3>Calibration, before and after</h3>
<p>A probability keeps its word when, of all that it calls 80 % live, 80 % are (both classes counting alike). Points on the
dashed line keep it; above it more were live than promised, below it fewer.${only && scores.length > 0 ? ' Nothing here is calibrated: there is no “after”.' : ''}</p>
${
  drawable.length > 0
    ? html`<div class="figures three">${drawable.map((score) => reliability(report, score, pooled === headline))}</div>`
    : html`<p class="empty">One class is missing, so no share of living people can be drawn.</p>`
}
${kindsTable(pooled, pooled === headline ? 'headline' : 'all sources')}
${kindsBySource(presentation)}
`;
}

function reliability({ scoreKinds }: EvaluationReport, score: ScoreReport, headline: boolean): Markup {
  const title = `${score.kind === 'raw_mean' ? 'Before' : 'After'}: ${kindLabels[score.kind]}`;
  const bins = score.reliability.map(({ units, ...bin }) => ({ ...bin, size: units }));
  const brier =
    score.brier === null ? '' : ` Brier score ${score.brier.toFixed(3)} (0 is perfect, 0.25 a constant 0.5).`;
  const svg = drawReliability(bins, 'units', `Reliability. ${title}`);
  return figure(
    title,
    svg,
    html`${describe(scoreKinds, score.kind)?.about}${brier} ${headline ? 'Headline' : 'All'} sources.`,
  );
}

function kindsTable({ scores }: PooledReport, of: string): Markup {
  const lines = order.flatMap((kind) => scores.find((score) => score.kind === kind) ?? []);
  const at = (allowed: number) => ({
    head: html`BPCER where APCER ≤ ${Math.round(100 * allowed)} %`,
    numeric: true,
    cell: ({ bpcerAt }: ScoreReport) => rateCell(bpcerAt.find((one) => one.allowed === allowed)?.bpcer),
  });
  return table<ScoreReport>(
    `Ways to score, ${of}, sources weighted equally`,
    [
      { head: 'score', cell: ({ kind }) => kindLabels[kind] },
      { head: 'EER', numeric: true, cell: (score) => estimateCell(score.eer, manyOf(score)) },
      { head: 'AUC', numeric: true, cell: (score) => areaCell(score.auc, manyOf(score)) },
      ...[0.1, 0.05, 0.01].map(at),
      { head: 'Brier score', numeric: true, cell: ({ brier }) => (brier === null ? none : brier.toFixed(3)) },
    ],
    lines,
  );
}

function kindsBySource({ sources }: PresentationReport): Markup | undefined {
  const lines = sources.filter(({ marks }) => marks.bothClasses);
  if (lines.length === 0) return undefined;
  const kinds = order.filter((kind) =>
    lines.some(({ scores }) => scores.some((score) => score.kind === kind)),
  );
  return table(
    'EER by source and way to score',
    [
      { head: 'source', cell: ({ source }) => source },
      ...kinds.map((kind) => ({
        head: kindLabels[kind],
        numeric: true,
        cell: ({ scores }: (typeof lines)[number]) => {
          const score = scores.find((one) => one.kind === kind);
          return score ? estimateCell(score.eer, manyOf(score)) : none;
        },
      })),
    ],
    lines,
  );
}

function manyOf({ units }: ScoreReport): number {
  return Math.min(units.bonaFide, units.attack);
}

const chosenLabels = {
  hindsight: 'the best, in hindsight',
  other_sources: 'the best of the others',
} as const;

/** One threshold for all cameras: what each way to score makes of it. */
export function singleCut(report: SingleCutReport | null, units: number): Markup {
  const heading = html`<h3>One cut for all cameras</h3>`;
  if (!report)
    return html`${heading}<p class="empty">No source of the headline has both classes, so no cut can be judged.</p>`;
  const sorted = order.flatMap((kind) => report.rows.filter((row) => row.kind === kind));
  const rows = sorted.map((row) => ({
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
  return html`${heading}
<p>No third answer here, and one threshold for every camera. The best cut is the one that suits these very sources
best, which nobody could have known; the others’ cut is, for each source, the one that suits the others. The error is the mean of
APCER (all species together) and BPCER. ${verdict(report, units)} Of ${joined(report.sources)}.</p>
<div class="figures">${figure('Mean of both errors', drawRates(rows, 'Mean of both errors at one cut', 'mean of both errors', endOfAxis(rows)), 'Filled marks: the cut was chosen on other sources. Left is better.')}</div>
${table<SingleCutRow>(
  'One cut for all cameras',
  [
    { head: 'score', cell: ({ kind }) => kindLabels[kind] },
    {
      head: 'cut',
      cell: ({ chosen, threshold }) =>
        html`${chosenLabels[chosen]}${threshold === null ? undefined : html` <small>${percent(probability(threshold), 1000)}</small>`}`,
    },
    { head: 'mean of both', numeric: true, cell: (row) => estimateCell(row.halfTotalErrorRate, units) },
    { head: 'attacks called live', numeric: true, cell: (row) => estimateCell(row.apcer, units) },
    { head: 'people called an attack', numeric: true, cell: (row) => estimateCell(row.bpcer, units) },
  ],
  sorted,
)}`;
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

import type {
  EvaluationReport,
  PresentationReport,
  ScoreReport,
  SourceReport,
} from '../../../decisions/evaluation/report.ts';
import { html, type Markup } from '../html.ts';
import { areaCell, count, estimateCell, none, rateCell } from '../numbers.ts';
import { figure } from '../plots/figure.ts';
import { drawReliability } from '../plots/reliability-plot.ts';
import { table } from '../table.ts';
import { describe, kindLabels } from '../words.ts';
import { badges } from './rates.ts';

/** Before, then after. */
export const order = ['raw_mean', 'leave_one_source_out', 'calibrated'] as const;

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
    : html`<p class="empty">${scores.some(isScored) ? 'One class is missing' : 'Nothing was scored'}, so no share of living people can be drawn.</p>`
}
${kindsTable(pooled.scores, `${pooled === headline ? 'headline' : 'all sources'}, everything that got an answer`)}
${pooled.inRange ? kindsTable(pooled.inRange.scores, `${pooled === headline ? 'headline' : 'all sources'}, in range alone`) : undefined}
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

function kindsTable(scores: readonly ScoreReport[], of: string): Markup {
  const lines = order.flatMap((kind) => scores.filter(isScored).find((score) => score.kind === kind) ?? []);
  if (lines.length === 0) return html`<p class="empty">Ways to score, ${of}: there is nothing.</p>`;
  const at = (allowed: number) => ({
    head: html`BPCER where APCER ≤ ${Math.round(100 * allowed)} %`,
    numeric: true,
    cell: ({ bpcerAt }: ScoreReport) => rateCell(bpcerAt.find((one) => one.allowed === allowed)?.bpcer),
  });
  return table<ScoreReport>(
    `Ways to score, ${of}`,
    [
      { head: 'score', cell: ({ kind }) => kindLabels[kind] },
      {
        head: html`units <small>genuine / attacks</small>`,
        numeric: true,
        cell: ({ units }) => html`${count(units.bonaFide)} / ${count(units.attack)}`,
      },
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
  const columns = (where: string, scoresOf: (source: SourceReport) => readonly ScoreReport[]) =>
    kinds.map((kind) => ({
      head: html`${kindLabels[kind]} <small>${where}</small>`,
      numeric: true,
      cell: (source: SourceReport) => {
        const score = scoresOf(source).find((one) => one.kind === kind);
        return score ? estimateCell(score.eer, manyOf(score)) : none;
      },
    }));
  const ranged = lines.some(({ inRange }) => inRange !== null);
  return table<SourceReport>(
    'EER by source and way to score',
    [
      { head: 'source', cell: (source) => html`${source.source}${badges(source)}` },
      ...columns('everything', ({ scores }) => scores),
      ...(ranged ? columns('in range alone', ({ inRange }) => inRange?.scores ?? []) : []),
    ],
    lines,
  );
}

const isScored = ({ units }: ScoreReport) => units.bonaFide + units.attack > 0;

function manyOf({ units }: ScoreReport): number {
  return Math.min(units.bonaFide, units.attack);
}

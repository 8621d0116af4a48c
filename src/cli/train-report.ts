import type { ExactRate } from '../decisions/training/detection-rates.ts';
import type { Evaluation, Interval } from '../decisions/training/train-classifier.ts';
import type { ClassifierFile } from '../services/classifier-file.ts';
import { html, type Markup } from './evaluation-report/html.ts';
import { page, readLook } from './evaluation-report/page.ts';
import { figure, standalone } from './evaluation-report/plots/figure.ts';
import { drawReliability } from './evaluation-report/plots/reliability-plot.ts';
import { table } from './evaluation-report/table.ts';

/** What a report says in figures; for the terminal too. */
export function figures({ threshold, auc, apcer, bpcer, ...evaluation }: Evaluation): string[] {
  return [
    `AUC ${number(auc.value)} (95 % by person: ${span(auc)})`,
    `APCER ${rate(apcer)} and by person ${span(evaluation.apcerBySubject)}, at a score of ${threshold} or more`,
    `BPCER ${rate(bpcer)} and by person ${span(evaluation.bpcerBySubject)}, below it`,
    `Brier score ${number(evaluation.brier)} (a constant 0.5 has 0.25), classes counting alike`,
  ];
}

/** What was learnt from, in sentences. */
export function dataLines({ data, models, rates }: ClassifierFile): string[] {
  const skipped = Object.entries(data.skipped).map(([why, pictures]) => `${pictures} ${why}`);
  return [
    `${data.live} live and ${data.spoof} spoof pictures of ${data.subjects} people`,
    `People: ${data.subjects_by}`,
    ...(skipped.length > 0 ? [`Not used: ${skipped.join(', ')}`] : []),
    `Models: ${models.map(({ name, sha256 }) => `${name} (${sha256.slice(0, 12)}…)`).join(', ')}`,
    `Cross-validated in ${rates.folds} folds; nobody is both learnt from and tested on`,
  ];
}

/** The reliability plot as a file of its own. */
export function reliabilityFile(bins: Evaluation['reliability']): string {
  return standalone(reliabilityPlot(bins), readLook());
}

function reliabilityPlot(bins: Evaluation['reliability']): string {
  const drawn = bins.map(({ rows, ...bin }) => ({ ...bin, size: rows }));
  return drawReliability(drawn, 'pictures', 'Reliability: the share of live faces for each score');
}

/** A page that needs nothing beside it. It shows no face, and names nobody. */
export function reportPage(file: ClassifierFile, evaluation: Evaluation): string {
  const list = (lines: readonly string[]) => html`<ul>${lines.map((line) => html`<li>${line}</li>\n`)}</ul>`;
  const head = html`<p class="kicker">Bonafide · trained ${file.trained_at}</p>
<h1>Liveness classifier</h1>`;
  const main = html`<section>
<h2>How well it tells</h2>
${list(figures(evaluation))}
<p>APCER is the share of attacks taken for live, BPCER that of living people taken for attacks (ISO/IEC 30107-3).
The intervals beside the counts are exact (Clopper and Pearson) and take pictures for independent; those by person
draw people anew, a thousand times (bootstrap). All of it is of the cameras and attacks of this data, and of no
others.</p>
</section>
<section>
<h2>Reliability</h2>
${figure('Cross-validated', reliabilityPlot(evaluation.reliability), 'Points on the dashed line: a probability that keeps its word, both classes counting alike.')}
</section>
<section>
<h2>What it learnt from</h2>
${list(dataLines(file))}
</section>
<section>
<h2>What it weighs</h2>
${weightsTable(file)}
<p>Weights are per standard deviation: the log-odds of a live face are their sum, and ${number(file.bias)}.</p>
</section>`;
  return page(`Liveness classifier, ${file.trained_at}`, head, main).markup;
}

function weightsTable(file: ClassifierFile): Markup {
  const rows = file.features
    .map((feature, at) => ({
      feature,
      weight: file.weights[at]!,
      mean: file.mean[at]!,
      scale: file.scale[at]!,
    }))
    .sort((one, other) => Math.abs(other.weight) - Math.abs(one.weight));
  return table<(typeof rows)[number]>(
    'Features, the heaviest first',
    [
      { head: 'feature', cell: ({ feature }) => feature },
      { head: 'weight', numeric: true, cell: ({ weight }) => number(weight) },
      { head: 'mean', numeric: true, cell: ({ mean }) => number(mean) },
      { head: 'spread', numeric: true, cell: ({ scale }) => number(scale) },
    ],
    rows,
  );
}

function rate({ errors, of, rate: value, low, high }: ExactRate): string {
  return `${percent(value)} (${errors} of ${of}; 95 %: ${percent(low)} to ${percent(high)})`;
}

function span({ low, high }: Pick<Interval, 'low' | 'high'>): string {
  return `${number(low)} to ${number(high)}`;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

function number(value: number): string {
  return value.toFixed(3);
}

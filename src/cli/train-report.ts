import type { Rate } from '../decisions/training/detection-rates.ts';
import type { Evaluation, Interval } from '../decisions/training/train-classifier.ts';
import type { ClassifierFile } from '../services/classifier-file.ts';
import { drawReliability } from './reliability-plot.ts';

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

/** A page that needs nothing beside it. It shows no face, and names nobody. */
export function reportPage(file: ClassifierFile, evaluation: Evaluation): string {
  const list = (lines: readonly string[]) =>
    `<ul>\n${lines.map((line) => `<li>${escapeText(line)}</li>`).join('\n')}\n</ul>`;
  const weights = file.features
    .map((feature, at) => ({
      feature,
      weight: file.weights[at]!,
      mean: file.mean[at]!,
      scale: file.scale[at]!,
    }))
    .sort((one, other) => Math.abs(other.weight) - Math.abs(one.weight))
    .map(
      ({ feature, weight, mean, scale }) =>
        `<tr><td>${escapeText(feature)}</td><td>${number(weight)}</td><td>${number(mean)}</td><td>${number(scale)}</td></tr>`,
    );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Liveness classifier, ${escapeText(file.trained_at)}</title>
<style>
body { font: 16px/1.5 "DejaVu Sans", Verdana, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; } th, td { border: 1px solid #ccc; padding: .25rem .6rem; text-align: left; }
td + td, th + th { text-align: right; font-variant-numeric: tabular-nums; }
</style>
<h1>Liveness classifier</h1>
<p>Trained ${escapeText(file.trained_at)}.</p>
<h2>How well it tells</h2>
${list(figures(evaluation))}
<p>APCER is the share of attacks taken for live, BPCER that of living people taken for attacks (ISO/IEC 30107-3).
The intervals beside the counts are exact (Clopper and Pearson) and take pictures for independent; those by person
draw people anew, a thousand times (bootstrap). All of it is of the cameras and attacks of this data, and of no
others.</p>
<h2>Reliability</h2>
${drawReliability(evaluation.reliability)}
<h2>What it learnt from</h2>
${list(dataLines(file))}
<h2>What it weighs</h2>
<table>
<tr><th>feature</th><th>weight</th><th>mean</th><th>spread</th></tr>
${weights.join('\n')}
</table>
<p>Weights are per standard deviation: the log-odds of a live face are their sum, and ${number(file.bias)}.</p>
</html>
`;
}

function rate({ errors, of, rate: value, low, high }: Rate): string {
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

function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

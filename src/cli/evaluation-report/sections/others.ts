import type {
  EvaluationReport,
  LatencyReport,
  StageLatency,
  VerificationReport,
} from '../../../decisions/evaluation/report.ts';
import { experimentalNet } from '../../../decisions/experimental-net.ts';
import type { ModelIdentity } from '../../../decisions/facts.ts';
import { html, type Markup } from '../html.ts';
import { areaCell, count, counted, estimateCell, milliseconds, percent } from '../numbers.ts';
import { drawDet } from '../plots/det-plot.ts';
import { figure } from '../plots/figure.ts';
import { drawLatency } from '../plots/latency-plot.ts';
import { pooledStyle } from '../plots/palette.ts';
import { table } from '../table.ts';
import { kindLabels } from '../words.ts';

/** Whether the embedder tells people apart. */
export function verificationSection(report: VerificationReport | null): Markup {
  if (!report)
    return html`<section id="verification"><h2>Comparing faces</h2><p class="empty">Not measured: no list of pairs was given.</p></section>\n`;
  const { embedder, people, genuine, impostor, notMeasured, threshold, fmr, fnmr, auc, eer, fnmrAt } = report;
  const pairs = Math.min(genuine, impostor);
  const svg = drawDet(
    [
      {
        style: pooledStyle,
        strong: true,
        eer: eer.value,
        // As the threshold grows fewer of the same are missed and more strangers match; curves run the other way.
        curve: report.det.toReversed().map((point) => ({ x: point.fmr, y: point.fnmr })),
      },
    ],
    {
      label: 'DET curve of comparing faces',
      x: 'strangers who match (FMR)',
      y: 'same person, no match (FNMR)',
    },
  );
  const rows = [
    {
      name: 'strangers who match (FMR)',
      at: `distance up to ${threshold}`,
      cell: estimateCell(fmr, impostor),
    },
    {
      name: 'same person, no match (FNMR)',
      at: `distance up to ${threshold}`,
      cell: estimateCell(fnmr, genuine),
    },
    ...fnmrAt.map((one) => ({
      name: `FNMR where FMR ≤ ${percent(one.fmr, 1000)}`,
      at: `distance up to ${one.threshold.toFixed(3)}`,
      cell: estimateCell(one.fnmr, genuine),
    })),
    { name: 'EER', at: 'in hindsight', cell: estimateCell(eer, pairs) },
    { name: 'AUC', at: 'all thresholds', cell: areaCell(auc, pairs) },
  ];
  return html`<section id="verification"><h2>Comparing faces</h2>
<p>Liveness says that somebody is there; comparing says that it is the same one. ${counted(genuine, 'pair')} of the same person
and ${count(impostor)} of two people, ${counted(people, 'person', 'people')} in all, by <em>${embedder}</em>.
${notMeasured > 0 ? `${counted(notMeasured, 'pair')} had a picture without a face to compare.` : ''} Intervals draw people anew.</p>
<div class="figures">${figure('Both errors as the threshold moves', svg, 'Further down and left is better. The mark on the diagonal is the EER.')}
<div>${table(
    'Comparing faces',
    [
      { head: 'rate', cell: ({ name }) => name },
      { head: 'at', cell: ({ at }) => at },
      { head: 'value', numeric: true, cell: ({ cell }) => cell },
    ],
    rows,
  )}</div></div>
</section>
`;
}

/** How long it took. */
export function latencySection({ stills, clips, concurrency }: LatencyReport): Markup {
  const part = (name: string, stages: readonly StageLatency[]) =>
    stages.length === 0
      ? undefined
      : html`<div>${figure(name, drawLatency(stages, `Latency, ${name}`), 'Dot: half of the files are done; tick: 90 of 100; end of the line: 99 of 100.')}
${table<StageLatency>(
  `Milliseconds, ${name.toLowerCase()}`,
  [
    { head: 'stage', cell: ({ stage }) => stage },
    { head: 'files', numeric: true, cell: ({ files }) => count(files) },
    { head: 'half within', numeric: true, cell: ({ p50 }) => milliseconds(p50) },
    { head: '90 % within', numeric: true, cell: ({ p90 }) => milliseconds(p90) },
    { head: '99 % within', numeric: true, cell: ({ p99 }) => milliseconds(p99) },
  ],
  stages,
)}</div>`;
  const empty = stills.length === 0 && clips.length === 0;
  return html`<section id="latency"><h2>How long it took</h2>
${
  empty
    ? html`<p class="empty">Not measured: nothing was looked at in this run.</p>`
    : html`<p>${concurrency === 1 ? 'One file at a time.' : `${count(concurrency)} files at once, which share the processor.`} This is how long it took when each file was measured: measured anew, on another machine or a busier one, it takes another time.</p>
<div class="figures">${part('Still pictures', stills)}${part('Clips', clips)}</div>`
}
</section>
`;
}

/** Which weights spoke. */
export function modelsSection(models: readonly ModelIdentity[]): Markup {
  return html`<section id="models"><h2>The models</h2>
${
  models.length === 0
    ? html`<p class="empty">No model was loaded.</p>`
    : html`<p>Figures hold for these weights and no others; the hash of a file names them.</p>${modelsTable('Models of this run', models)}`
}
</section>
`;
}

function modelsTable(caption: string, models: readonly ModelIdentity[]): Markup {
  return table<ModelIdentity>(
    caption,
    [
      {
        head: 'model',
        cell: ({ name }) =>
          html`${name}${name === experimentalNet ? html` <span class="badge">experimental</span>` : undefined}`,
      },
      { head: 'role', cell: ({ role }) => role },
      { head: 'pack', cell: ({ pack }) => (pack === 'named' ? 'a file named by hand' : pack) },
      { head: 'SHA-256 of its weights', cell: ({ sha256 }) => html`<code>${sha256}</code>` },
    ],
    models,
  );
}

/** A day, as it is spoken of. */
export function day(iso: string): string {
  return iso.slice(0, 10);
}

/** An argument, as a shell takes it. */
function quoted(argument: string): string {
  return /^[\w.,/=:-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}

/** Enough to do it again. */
export function provenanceSection({
  run,
  data,
  scoreKinds,
  verification,
  comparison,
}: EvaluationReport): Markup {
  const options = [
    ...run.where.flatMap((condition) => ['--where', condition]),
    ...(run.noisy.length > 0 ? ['--noisy', run.noisy.join(',')] : []),
    ...(verification ? ['--pairs', verification.pairs] : []),
    ...(comparison ? ['--compare', 'OTHER'] : []),
  ];
  const own = run.calibrationFile;
  const facts: readonly (readonly [string, Markup | string])[] = [
    ['Made', html`${run.madeAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}, by Bonafide ${run.version}`],
    [
      'Command',
      html`<code>bonafide evaluate --manifest ${quoted(run.manifest)} --unit ${run.unit} ${options.map((option) => `${quoted(option)} `)}--out DIR</code>`,
    ],
    ['List of files', html`${run.manifest}, SHA-256 <code>${run.manifestSha256}</code>`],
    ...(own
      ? [['Calibration of a file', html`${own.name}, SHA-256 <code>${own.sha256}</code>`] as const]
      : []),
    [
      'Counted',
      `${counted(data.files, 'file')}, ${counted(data.units, 'unit')}, ${counted(data.sources, 'source')}`,
    ],
    [
      'Not counted',
      data.notCounted.length === 0
        ? 'nothing was left out'
        : html`<ul>${data.notCounted.map(({ why, files }) => html`<li>${counted(files, 'file')}: ${why}</li>`)}</ul>`,
    ],
    [
      'Chance',
      `seed ${run.seed}, ${count(run.bootstrapDraws)} draws: the same measurements give the same figures to the last digit`,
    ],
    [
      'Scores',
      html`<ul>${scoreKinds.map(({ kind, name, about }) => html`<li><strong>${kindLabels[kind]}</strong> (${name}): ${about}</li>`)}</ul>`,
    ],
    [
      'Settings',
      Object.keys(run.settings).length === 0
        ? 'all as they come'
        : html`${Object.entries(run.settings).map(([name, value]) => html`<code>${name}=${String(value)}</code> `)}`,
    ],
  ];
  return html`<section id="made"><h2>How this was made</h2>
<dl class="facts">
${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>
</section>
`;
}

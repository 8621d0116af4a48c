import type {
  ComparisonReport,
  ComparisonRow,
  EvaluationReport,
  LatencyReport,
  StageLatency,
  VerificationReport,
} from '../../../decisions/evaluation/report.ts';
import { experimentalNet } from '../../../decisions/experimental-net.ts';
import type { ModelIdentity } from '../../../decisions/facts.ts';
import { html, type Markup } from '../html.ts';
import { areaCell, count, counted, estimateCell, milliseconds, none, percent } from '../numbers.ts';
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
    : html`<p>${concurrency === 1 ? 'One file at a time.' : `${count(concurrency)} files at once, which share the processor.`} These are the only figures that another run does not repeat: another machine, or a busier one, has others.</p>
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

/** Several sources together, by their names in the report. */
const pools: ReadonlyMap<string, string> = new Map([
  ['headline', 'headline'],
  ['headline_in_range', 'headline, in range alone'],
  ['not_noisy', 'all but the noisy sources'],
  ['all', 'all sources'],
]);

/** Beside another run. */
export function comparisonSection(report: ComparisonReport | null): Markup {
  if (!report)
    return html`<section id="comparison"><h2>Beside another run</h2><p class="empty">No other report was given to compare with.</p></section>\n`;
  const { other, sameData, rows } = report;
  const pooled = rows.filter(({ of }) => pools.has(of));
  const apart = rows.filter((row) => !pooled.includes(row));
  return html`<section id="comparison"><h2>Beside another run</h2>
<p>The other one was made on ${day(other.run.madeAt)} by version ${other.run.version}, with ${other.models.length === 0 ? 'no models' : other.models.map(({ name }) => name).join(', ')}.
${sameData ? 'Both are of the same files and count the same units.' : html`<strong>They are not of the same files or units, so differences say less than they seem to.</strong>`}</p>
${rows.length === 0 ? html`<p class="empty">They have no figure in common.</p>` : undefined}
${pooled.length > 0 ? comparisonTable('Sources together', pooled) : undefined}
${apart.length > 0 ? html`<details><summary>By source</summary>${comparisonTable('By source', apart)}</details>` : undefined}
</section>
`;
}

function comparisonTable(caption: string, rows: readonly ComparisonRow[]): Markup {
  const shown = ({ figure: name }: ComparisonRow, value: number | null) =>
    value === null ? none : name === 'auc' ? value.toFixed(3) : percent(value, 1000);
  return table<ComparisonRow>(
    caption,
    [
      {
        head: 'of',
        cell: ({ presentations, of }) =>
          html`${presentations === 'stills' ? 'stills' : 'clips'}, ${pools.get(of) ?? of}`,
      },
      { head: 'score', cell: ({ kind }) => kindLabels[kind] },
      { head: 'figure', cell: ({ figure: name }) => figureText(name) },
      { head: 'this run', numeric: true, cell: (row) => shown(row, row.here) },
      { head: 'the other', numeric: true, cell: (row) => shown(row, row.other) },
      { head: 'difference', numeric: true, cell: differenceCell },
    ],
    rows,
  );
}

function figureText(name: string): string {
  const at = /^bpcer_at_(\d+)$/.exec(name);
  return at ? `BPCER where APCER ≤ ${at[1]} %` : name.toUpperCase();
}

function differenceCell({ figure: name, difference }: ComparisonRow): Markup {
  if (difference === null) return none;
  const area = name === 'auc';
  const size = area ? Math.abs(difference).toFixed(3) : `${(100 * Math.abs(difference)).toFixed(1)} points`;
  if (Number.parseFloat(size) === 0) return html`the same`;
  const better = area === difference > 0;
  return html`<span class="${better ? 'better' : 'worse'}">${difference > 0 ? '+' : '−'}${size} <small>${better ? 'better' : 'worse'}</small></span>`;
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
  const facts: readonly (readonly [string, Markup | string])[] = [
    ['Made', html`${run.madeAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}, by Bonafide ${run.version}`],
    [
      'Command',
      html`<code>bonafide evaluate --manifest ${quoted(run.manifest)} --unit ${run.unit} ${options.map((option) => `${quoted(option)} `)}--out DIR</code>`,
    ],
    ['List of files', html`${run.manifest}, SHA-256 <code>${run.manifestSha256}</code>`],
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
      `seed ${run.seed}, ${count(run.bootstrapDraws)} draws: two runs give the same figures to the last digit, but for the latencies`,
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

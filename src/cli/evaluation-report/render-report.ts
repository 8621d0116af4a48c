import type { EvaluationReport, PresentationReport } from '../../decisions/evaluation/report.ts';
import { experimentalNet } from '../../decisions/experimental-net.ts';
import { decisionWords, withoutVerdict } from './decision-words.ts';
import { html, type Markup } from './html.ts';
import { counted } from './numbers.ts';
import { page } from './page.ts';
import { styles } from './plots/palette.ts';
import { baselineSection } from './sections/baseline.ts';
import { calibration } from './sections/calibration.ts';
import { comparisonSection } from './sections/comparison.ts';
import { confounds } from './sections/confounds.ts';
import { glossarySection } from './sections/glossary.ts';
import { nonResponse } from './sections/non-response.ts';
import {
  day,
  latencySection,
  modelsSection,
  provenanceSection,
  verificationSection,
} from './sections/others.ts';
import { ratesBySource, ratesBySpecies, ratesOfFiles, type Styles } from './sections/rates.ts';
import { scoreHistograms } from './sections/scores.ts';
import { singleCut } from './sections/single-cut.ts';
import { summarySection } from './sections/summary.ts';
import { tradeOffs } from './sections/trade-offs.ts';
import { joined } from './words.ts';

/**
 * The page of an evaluation: HTML that needs nothing beside it. It runs no script, asks no host for anything and shows
 * no face; names that come from the list of files are text in it, whatever they hold. The same report gives the same
 * page.
 */
export function renderReport(report: EvaluationReport): string {
  const sources = [report.stills, report.clips].flatMap((part) => part?.sources ?? []);
  // The headline's sources come first: they get the plainest lines.
  const names = [true, false].flatMap((is) =>
    sources.filter(({ marks }) => marks.headline === is).map(({ source }) => source),
  );
  const drawn = styles([...new Set(names)]);
  const head = html`<p class="kicker">Bonafide ${report.run.version} · ${day(report.run.madeAt)}</p>
<h1>Does it tell a living person from an attack?</h1>
<p class="lede">${lede(report)}</p>
${verdict(report)}
${contents(report)}`;
  const main = html`${summarySection(report)}
${baselineSection(report)}
${glossarySection(report.run)}
${report.stills ? presentation(report, report.stills, 'stills', drawn) : undefined}
${report.clips ? presentation(report, report.clips, 'clips', drawn) : undefined}
${verificationSection(report.verification)}
${latencySection(report.latency)}
${modelsSection(report.models)}
${comparisonSection(report.comparison)}
${provenanceSection(report)}`;
  return page(`Liveness evaluation, ${day(report.run.madeAt)}`, head, main).markup;
}

function lede({ data, models }: EvaluationReport): string {
  const nets = models
    .filter(({ role }) => role === 'anti-spoof')
    .map(({ name }) => (name === experimentalNet ? `${name}, which is experimental` : name));
  const judged = nets.length === 0 ? 'No net against attacks was installed' : `Judged by ${joined(nets)}`;
  return `Bonafide looked at ${counted(data.files, 'file')} of ${counted(data.sources, 'source')}, genuine people and attacks whose truth is known, as its server would have. ${judged}. This page says how often it was wrong.`;
}

/** What it comes to in a sentence, and what that leaves out. */
function verdict(report: EvaluationReport): Markup {
  const words = decisionWords(report);
  if (!words) return html`<p class="verdict">${withoutVerdict(report)}</p>`;
  return html`<p class="verdict">${words.verdict}</p>
${words.answered ? html`<p>${words.answered}</p>` : undefined}
<p class="note">${words.meaning} <a href="#baseline">All of it</a>.</p>`;
}

function contents({ stills, clips }: EvaluationReport): Markup {
  const places: readonly (readonly [string, string])[] = [
    ['summary', 'What this says'],
    ['baseline', 'Is it better?'],
    ['words', 'The words'],
    ...(stills ? [['stills', 'Still pictures'] as const] : []),
    ...(clips ? [['clips', 'Clips'] as const] : []),
    ['verification', 'Comparing faces'],
    ['latency', 'How long it took'],
    ['models', 'The models'],
    ['comparison', 'Beside another run'],
    ['made', 'How this was made'],
  ];
  return html`<nav aria-label="On this page"><ul>${places.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>`;
}

function presentation(
  report: EvaluationReport,
  part: PresentationReport,
  id: 'stills' | 'clips',
  drawn: Styles,
): Markup {
  const about =
    id === 'stills'
      ? 'Each picture is judged by itself, as the passive check does.'
      : 'The frames of a clip are judged together, as the evidence of a whole session is.';
  return html`<section id="${id}">
<h2>${id === 'stills' ? 'Still pictures' : 'Clips'}</h2>
<p>${about}</p>
${ratesBySource(part, drawn)}
${ratesBySpecies(part, drawn)}
${report.run.unit === 'file' ? undefined : ratesOfFiles(part)}
${tradeOffs(part, drawn)}
${scoreHistograms(report, part, drawn, id === 'stills')}
${calibration(report, part)}
${singleCut(part)}
${confounds(part, drawn)}
${nonResponse(part, drawn)}
</section>
`;
}

import type {
  AnswerRates,
  Answers,
  EvaluationReport,
  PooledReport,
  PresentationReport,
  Rate,
  RunDescription,
  ScoreReport,
} from '../../../decisions/evaluation/report.ts';
import { html, type Markup } from '../html.ts';
import { count, counted, fewUnits, percent, percentSpan } from '../numbers.ts';
import { drawAnswers } from '../plots/answers-plot.ts';
import { figure } from '../plots/figure.ts';
import { answeredScore, confoundLabels, joined, kindLabels, noiseText, speciesText } from '../words.ts';
import { caveats } from './caveats.ts';

/** What it all comes to, for somebody who has never heard of any of this. */
export function summarySection(report: EvaluationReport): Markup {
  const { stills, clips, run } = report;
  return html`<section id="summary">
<h2>What this says</h2>
${stills ? summaryOf(stills, run, 'still pictures', 'picture') : undefined}
${clips ? summaryOf(clips, run, 'clips', 'clip') : undefined}
${stills || clips ? undefined : html`<p class="empty">Nothing was evaluated: no still picture and no clip of a known class was among the files.</p>`}
${
  run.notices.length > 0
    ? html`<div class="notices"><h3>What to know of this run</h3><ul>${run.notices.map((notice) => html`<li>${notice}</li>`)}</ul></div>`
    : undefined
}
</section>
`;
}

function summaryOf(
  presentation: PresentationReport,
  run: RunDescription,
  things: string,
  thing: string,
): Markup {
  const { headline } = presentation;
  const lead = headline.sources.length === 0 ? undefined : answeredScore(headline.scores);
  const answers = lead?.answers;
  const { bonaFide = null, attack = null } = answers ?? {};
  return html`<div class="card">
<h3>Of ${things}</h3>
${answers ? html`<div class="summary">${bars(things, bonaFide, attack)}${tiles(answers, presentation)}</div>` : noAnswers(presentation)}
${lead ? html`<p>${about(lead)} ${ranking(headline, lead)}</p>` : undefined}
${headline.sources.length === 0 ? undefined : fewWarning(headline.scores)}
${sourcesText(presentation, run, thing)}
${caveats(presentation, run, things)}
</div>
`;
}

function noAnswers({ headline, sources }: PresentationReport): Markup {
  const why =
    headline.sources.length === 0 && sources.length > 0
      ? 'There are no headline figures: every source is left out of them, for the reasons below. What was measured of each stands further down.'
      : 'There are no headline figures: no calibration answered, so there are scores below, but nobody was called live or an attack.';
  return html`<p class="empty">${why}</p>`;
}

function bars(things: string, bonaFide: AnswerRates | null, attack: AnswerRates | null): Markup {
  const classes = [
    ...(bonaFide ? [{ name: 'Genuine people', ...sharesOf(bonaFide) }] : []),
    ...(attack ? [{ name: 'Attacks, all species together', ...sharesOf(attack) }] : []),
  ];
  if (classes.length === 0) return html``;
  const legend = html`<span class="key live">called live</span> <span class="key unsure">inconclusive: an active check follows</span> <span class="key attack">called an attack</span>`;
  return figure('What was answered', drawAnswers(classes, `What was answered of ${things}`), legend);
}

function sharesOf({ live, inconclusive, attack }: AnswerRates) {
  return { live: live.rate, inconclusive: inconclusive.rate, attack: attack.rate };
}

function tiles(
  { bonaFide, attack, species, worstSpecies }: Answers,
  { headline }: PresentationReport,
): Markup {
  const worst = species.length > 1 ? species.find((one) => one.species === worstSpecies) : undefined;
  const noAnswer = headline.nonResponse;
  const together = attack && worst ? html`All species together: ${spelled(attack.live)}.` : undefined;
  const unsure = attack ? html`Of attacks: ${spelled(attack.inconclusive)}.` : undefined;
  const silent = noAnswer.attack ? html`Of attacks: ${spelled(noAnswer.attack)}.` : undefined;
  const what = worst
    ? `attacks of the worst species (${speciesText(worst.species)}) were called live`
    : 'attacks were called live';
  return html`<ul class="tiles">
${attack ? tile((worst ?? attack).live, what, together) : undefined}
${bonaFide ? tile(bonaFide.attack, 'genuine people were called an attack') : undefined}
${bonaFide ? tile(bonaFide.inconclusive, 'genuine people are sent to an active check', unsure) : undefined}
${noAnswer.bonaFide ? tile(noAnswer.bonaFide, 'genuine people got no answer at all', silent) : undefined}
</ul>
`;
}

function tile(rate: Rate, what: string, more?: Markup): Markup {
  return html`<li><b>${hundredth(rate)}</b> <span>${what}</span>
<small>${percentSpan(rate.low, rate.high, rate.of)} with 95 % confidence; ${count(rate.errors)} of ${counted(rate.of, 'unit')}. ${more}</small></li>
`;
}

/** So many of a hundred; as many as there were, where none was seen. */
export function hundredth({ rate, errors, of }: Rate): Markup {
  if (errors === 0) return html`None <i>of ${count(of)}</i>`;
  const hundred = Math.round(100 * rate);
  return html`${hundred === 0 ? '<1' : hundred} <i>of 100</i>`;
}

function spelled({ rate, low, high, of }: Rate): string {
  return `${percent(rate, of)} (${percentSpan(low, high, of)})`;
}

function about({ kind }: ScoreReport): string {
  const told =
    kind === 'leave_one_source_out'
      ? 'Each source was judged by a calibration that had not seen it, as a new camera’s pictures would be. Whether the nets had seen it, only their makers know.'
      : 'These are the answers of the calibration that ships. Where it was fitted on some of these sources, they flatter it: there is too little beside each source to fit it anew without that one.';
  return told;
}

/** Where both errors are alike, of everything and of what is in range: in hindsight, to compare ways to score. */
function ranking({ scores, inRange }: PooledReport, { kind }: ScoreReport): Markup | undefined {
  const everything = equalErrors(scores, kind);
  if (!everything) return undefined;
  const ranged = inRange ? equalErrors(inRange.scores, kind) : undefined;
  const { bonaFide, attack } = inRange ?? {};
  return html`At the one threshold where both errors are alike (EER) it errs ${everything}${ranged && bonaFide && attack ? html`; <strong>in range alone</strong> ${ranged}. In range are ${count(bonaFide.units)} of ${counted(bonaFide.unitsAnswered, 'genuine unit')} and ${count(attack.units)} of ${counted(attack.unitsAnswered, 'attack')}; the rest is left undecided` : undefined}.`;
}

function equalErrors(scores: readonly ScoreReport[], kind: ScoreReport['kind']): string | undefined {
  const [ours, raw] = [kind, 'raw_mean'].map((wanted) => scores.find((score) => score.kind === wanted));
  if (!ours?.eer) return undefined;
  const shown = percent(ours.eer.value, Math.min(ours.units.bonaFide, ours.units.attack));
  if (!raw?.eer || kind === 'raw_mean') return `${shown} of the time`;
  const there = percent(raw.eer.value, Math.min(raw.units.bonaFide, raw.units.attack));
  return `${shown} of the time, the ${kindLabels.raw_mean} ${there}`;
}

function fewWarning(scores: readonly ScoreReport[]): Markup | undefined {
  const units = scores[0]?.units;
  if (!units || units.bonaFide + units.attack === 0) return undefined;
  if (units.attack === 0)
    return html`<p class="few"><strong>There are no attacks:</strong> of what passes this says nothing.</p>`;
  if (units.bonaFide === 0)
    return html`<p class="few"><strong>There are no genuine people:</strong> of who is turned away this says nothing.</p>`;
  if (Math.min(units.bonaFide, units.attack) >= fewUnits) return undefined;
  return html`<p class="few"><strong>These are few:</strong> ${counted(units.bonaFide, 'genuine unit')} and ${counted(units.attack, 'attack')}. Believe the intervals, not the rates: even without one error, fewer than ${fewUnits} leave room for more than 10 of 100.</p>`;
}

function sourcesText(
  { headline, sources, confounds }: PresentationReport,
  { noisyByCalibration }: RunDescription,
  thing: string,
): Markup {
  const oneClass = sources.filter(({ marks }) => marks.headline && !marks.bothClasses);
  const confounded = confounds.flatMap(({ source, worst }) =>
    worst && sources.some((one) => one.source === source && one.marks.confounded)
      ? [`${source} (${confoundLabels[worst.name]}, AUC ${worst.auc.toFixed(2)})`]
      : [],
  );
  const noisy = sources.filter(({ marks }) => marks.noisy).map(({ source }) => source);
  const learnt = noisyByCalibration && {
    ...noisyByCalibration,
    sources: noisy.filter((source) => thing === 'picture' && noisyByCalibration.sources.includes(source)),
  };
  const said = noisy.filter((source) => !learnt?.sources.includes(source));
  const counted = html`<p><strong>Counted:</strong> ${headline.sources.length === 0 ? 'no source' : joined(headline.sources)}.
${headline.sources.length > 1 ? 'Each source weighs the same, whatever its size: rates are means of theirs, and no quotient of the counts.' : undefined}
${oneClass.length > 0 ? html`One class only: ${joined(oneClass.map(({ source }) => source))}.` : undefined}</p>`;
  if (confounded.length + noisy.length === 0)
    return html`${counted}<p>${
      confounds.some(({ worst }) => worst !== null)
        ? `No source had to be left out: no ${thing} source is told apart by something beside the face.`
        : 'Whether something beside the face gives attacks away cannot be told: no source has both classes.'
    }</p>`;
  return html`${counted}
<p><strong>Left out of these figures:</strong></p>
<ul>
${confounded.length > 0 ? html`<li>Something beside the face tells the classes apart all by itself, so that good figures prove nothing: ${joined(confounded)}.</li>` : undefined}
${said.length > 0 ? html`<li>Whoever ran the evaluation said that labels or crops are noise: ${joined(said)}.</li>` : undefined}
${learnt && learnt.sources.length > 0 ? html`<li>${noiseText(learnt)}</li>` : undefined}
</ul>
`;
}

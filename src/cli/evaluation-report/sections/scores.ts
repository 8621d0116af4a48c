import type {
  EvaluationReport,
  PresentationReport,
  ScoreKindDescription,
  ScoreReport,
} from '../../../decisions/evaluation/report.ts';
import { probabilityOf } from '../../../decisions/live-calibration.ts';
import { html, type Markup } from '../html.ts';
import { counted, percent } from '../numbers.ts';
import { figure } from '../plots/figure.ts';
import { named } from '../plots/palette.ts';
import { drawHistogram } from '../plots/score-histogram.ts';
import { describe, drawableUnits, joined, kindLabels, leadingScore } from '../words.ts';
import { badges, type Styles } from './rates.ts';

/**
 * Histograms of both classes back to back, pooled and by source, with the two limits where stills are judged by them.
 *
 * @param limited whether answers change at the limits: those of clips rest on more
 */
export function scoreHistograms(
  { scoreKinds }: EvaluationReport,
  { sources, headline, all }: PresentationReport,
  styles: Styles,
  limited: boolean,
): Markup {
  const pooled = headline.sources.length > 0 ? headline : all;
  const kind = drawnKind(pooled.scores, scoreKinds);
  const limits = limited && kind ? (describe(scoreKinds, kind)?.limits ?? null) : null;
  const together = pooled.scores.find((score) => score.kind === kind);
  const apart = sources.flatMap((source) => {
    const score = source.scores.find((one) => one.kind === kind);
    return score ? [{ source, score }] : [];
  });
  const [large = [], tiny = []] = [true, false].map((is) =>
    apart.filter(({ score }) => Math.max(score.units.bonaFide, score.units.attack) >= drawableUnits === is),
  );
  if (!kind || !together || together.units.bonaFide + together.units.attack === 0)
    return html`<h3>Scores of people and of attacks</h3><p class="empty">Nothing was scored.</p>`;
  const draw = (name: string, score: ScoreReport) =>
    drawHistogram(score.histogram, { label: `Scores: ${name}`, limits, most: mostOf(score) });
  return html`<h3>Scores of people and of attacks</h3>
<p>Genuine people are counted upwards, attacks downwards, over the live probability they were given; the best method has all
people on the right and all attacks on the left. ${limitsText(limits, limited)} Scores: ${kindLabels[kind]}. Each plot has a
height of its own. ${tiny.length > 0 ? `Too few for a histogram of their own (fewer than ${drawableUnits} units): ${joined(tiny.map(({ source }) => source.source))}.` : undefined}</p>
<div class="figures small">
${figure(pooled === headline ? 'Headline, pooled' : 'All sources, pooled', draw('pooled', together), unitsText(together))}
${large.map(({ source, score }) => figure(html`${named(styles.get(source.source)!, source.source)}${badges(source)}`, draw(source.source, score), unitsText(score)))}
</div>
`;
}

/** What ships, for its limits can be drawn; else what the page begins with. */
function drawnKind(
  scores: readonly ScoreReport[],
  kinds: readonly ScoreKindDescription[],
): ScoreReport['kind'] | undefined {
  const limited = scores.find(({ kind }) => describe(kinds, kind)?.limits);
  return (limited ?? leadingScore(scores))?.kind;
}

function mostOf({ histogram }: ScoreReport): number {
  return 1.15 * Math.max(0.01, ...histogram.flatMap(({ bonaFide, attack }) => [bonaFide, attack]));
}

function limitsText(limits: ScoreKindDescription['limits'], limited: boolean): string {
  if (limits)
    return `Right of the band the answer is live, from a probability of ${percent(probabilityOf(limits.live), 1000)}; left of it, up to ${percent(probabilityOf(limits.attack), 1000)}, an attack; within it inconclusive.`;
  return limited
    ? 'No limits are drawn: they differ from source to source, or there is no calibration.'
    : 'No limits are drawn: what is answered of a clip rests on more than this score.';
}

function unitsText({ units }: ScoreReport): string {
  return `${counted(units.bonaFide, 'genuine unit')}, ${counted(units.attack, 'attack')}`;
}

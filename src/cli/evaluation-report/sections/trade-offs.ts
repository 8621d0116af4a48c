import type { PresentationReport, ScoreReport, SourceReport } from '../../../decisions/evaluation/report.ts';
import { html, type Markup } from '../html.ts';
import { drawDet } from '../plots/det-plot.ts';
import { detTicks, type TradeOff } from '../plots/det-scale.ts';
import { figure } from '../plots/figure.ts';
import { pooledStyle, type Style, swatch } from '../plots/palette.ts';
import { drawableUnits, joined, kindLabels, leadingScore } from '../words.ts';
import { badges, type Styles } from './rates.ts';

const axes = { x: 'attacks called live (APCER)', y: 'genuine people refused (BPCER)' } as const;

/** One line of a plot, and what its legend says. */
interface Curve {
  readonly name: Markup;
  readonly style: Style;
  readonly score: ScoreReport;
  readonly strong: boolean;
}

/** DET curves: of the kinds of scores, of the headline's sources, and of those left out of it. */
export function tradeOffs({ sources, headline, all }: PresentationReport, styles: Styles): Markup {
  const pooled = headline.sourcesWithBothClasses.length > 0 ? headline : all;
  const both = sources.filter(({ marks }) => marks.bothClasses);
  const drawable = both.filter(isLarge);
  const tiny = both.filter((source) => !isLarge(source)).map(({ source }) => source);
  if (both.length === 0)
    return html`<h3>DET: both errors as the threshold moves</h3>
<p class="empty">No source has both genuine people and attacks, so there is no trade-off to draw.</p>`;
  if (sources.every(({ scores }) => scores.every(({ det }) => det.length === 0)))
    return html`<h3>DET: both errors as the threshold moves</h3>
<p class="empty">No source has scores of both genuine people and attacks, so there is no trade-off to draw.</p>`;
  const lead = leadingScore(pooled.scores);
  const name = pooled === headline ? 'headline' : 'all sources';
  const together: Curve[] = lead
    ? [{ name: html`${name}, pooled`, style: pooledStyle, score: lead, strong: true }]
    : [];
  const bySource = (chosen: readonly SourceReport[]): Curve[] =>
    chosen.flatMap((source) => {
      const score = source.scores.find(({ kind }) => kind === lead?.kind) ?? leadingScore(source.scores);
      return score
        ? [
            {
              name: html`${source.source}${badges(source)}`,
              style: styles.get(source.source)!,
              score,
              strong: false,
            },
          ]
        : [];
    });
  const [inside = [], outside = []] = [true, false].map((is) =>
    bySource(drawable.filter(({ marks }) => marks.headline === is)),
  );
  const kinds = ofKinds(pooled.scores);
  const ranged = ofKinds(pooled.inRange?.scores ?? []);
  const rates = detTicks([...kinds, ...ranged, ...inside].map(({ score }) => pointsOf(score)));
  return html`<h3>DET: both errors as the threshold moves</h3>
<p>Wherever the threshold stands, fewer attacks that pass mean more people who are refused. Steps are units: where few
were measured they are coarse, and nothing was smoothed. Curves end where no error was seen. Further down and left is
better. The axes are those of the standard for such plots (normal deviates, ISO/IEC 19795-1).
${tiny.length > 0 ? `Too few for a curve of their own (fewer than ${drawableUnits} units of a class): ${joined(tiny)}.` : undefined}</p>
<div class="figures">
${plot(`Ways to score, ${name}`, kinds, 'The same units, scored in different ways; pictures out of range count with a score that nobody acts on.', rates)}
${pooled.inRange && ranged.length > 0 ? plot(`Ways to score, ${name}, in range alone`, ranged, 'The same units, without those that are out of range.', rates) : undefined}
${inside.length > 0 ? plot('By source', [...together, ...inside], lead ? `Scores: ${kindLabels[lead.kind]}.` : '', rates) : undefined}
${outside.length > 0 ? plot('Left out of the headline', [...together, ...outside], 'Not to be trusted, for the reasons above; the pooled curve for comparison.') : undefined}
</div>
`;
}

function isLarge({ scores }: SourceReport): boolean {
  const units = leadingScore(scores)?.units;
  return units !== undefined && Math.min(units.bonaFide, units.attack) >= drawableUnits;
}

function ofKinds(scores: readonly ScoreReport[]): Curve[] {
  const kindStyles: Readonly<Record<ScoreReport['kind'], Style>> = {
    calibrated: { colour: 'var(--accent)', dash: '7 3', symbol: 'square' },
    raw_mean: { colour: 'var(--attack)', dash: '2 3', symbol: 'triangle' },
    leave_one_source_out: { ...pooledStyle, dash: '' },
  };
  return scores.map((score) => ({
    name: html`${kindLabels[score.kind]}`,
    style: kindStyles[score.kind],
    score,
    strong: true,
  }));
}

/** From the lowest threshold, as in the report, to the highest. */
function pointsOf({ det }: ScoreReport): TradeOff[] {
  return det.map(({ apcer, bpcer }) => ({ x: apcer, y: bpcer }));
}

function plot(title: string, curves: readonly Curve[], caption: string, rates?: readonly number[]): Markup {
  const shown = curves.filter(({ score }) => score.det.length > 0);
  if (shown.length === 0) return html``;
  const drawn = shown.map(({ style, score, strong }) => ({
    style,
    strong,
    curve: pointsOf(score),
    eer: score.eer?.value ?? null,
  }));
  if (drawn.every(({ curve }) => curve.some(({ x, y }) => x === 0 && y === 0)))
    return html`<p class="empty">${title}: nothing to draw. There is a threshold at which no error was seen at all, and axes of normal deviates have no place for that.</p>`;
  const svg = drawDet(drawn, { ...axes, label: `DET curves. ${title}`, ...(rates && { rates }) });
  const legend = shown.map(({ name, style, score, strong }) => {
    const perfect = score.det.some(({ apcer, bpcer }) => apcer === 0 && bpcer === 0);
    return html`<li>${swatch(style, strong ? 3 : 2)} ${name}${perfect ? html` <small>no error at the best threshold: beyond the axes</small>` : undefined}</li>`;
  });
  return figure(
    title,
    svg,
    html`<ul class="legend">${legend}</ul>${caption} The mark on the diagonal is the EER.`,
  );
}

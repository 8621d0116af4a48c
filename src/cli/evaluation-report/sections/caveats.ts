import type { PresentationReport, RunDescription } from '../../../decisions/evaluation/report.ts';
import { html, type Markup } from '../html.ts';
import { counted } from '../numbers.ts';
import { answeredScore, joined, speciesText } from '../words.ts';

/** From so many sources on their number is no caveat any more (a judgement). */
const manySources = 5;

/** What the figures of a headline cannot tell, where they are read. */
export function caveats(presentation: PresentationReport, run: RunDescription, things: string): Markup {
  const said = [
    sourcesWithBoth(presentation),
    singlePeople(presentation),
    development(presentation, run),
    kindsOfAttack(presentation, things),
  ].flatMap((one) => one ?? []);
  return html`<p><strong>Before you quote this:</strong></p>
<ul>${said.map((one) => html`<li>${one}</li>\n`)}</ul>
`;
}

function sourcesWithBoth({ headline, sources }: PresentationReport) {
  if (headline.sources.length === 0) return undefined;
  const both = sources.flatMap(({ source, scores }) =>
    headline.sources.includes(source) && scores.some(({ eer }) => eer !== null) ? source : [],
  );
  const what = 'EER, AUC, DET and the comparison with the raw score rest on';
  if (both.length === 0)
    return html`No source of the headline has both genuine people and attacks that were scored: there is no EER, AUC or DET of it, and nothing to compare.`;
  if (both.length === 1)
    return html`${what} <strong>one source</strong> with both genuine people and attacks, ${both[0]}: they say how that camera does, and little of any other.`;
  return html`${what} <strong>${both.length < manySources ? 'no more than ' : ''}${counted(both.length, 'source')}</strong> with both genuine people and attacks: ${joined(both)}.${both.length < manySources ? ' The next camera may be unlike all of them.' : ''}`;
}

/** Whom drawing anew can only draw again. */
function singlePeople({ headline, sources }: PresentationReport) {
  const single = sources.filter(
    ({ source, bonaFide, attack }) =>
      headline.sources.includes(source) &&
      [bonaFide, attack].some(({ units, subjects }) => units > 0 && subjects === 1),
  );
  if (single.length === 0) return undefined;
  return html`<strong>${single.length} of ${counted(headline.sources.length, 'source')}</strong> of the headline ${single.length === 1 ? 'has' : 'have'} a single person, or what counts as one, in a class: ${joined(single.map(({ source }) => source))}. Drawing people anew changes nothing there, so intervals of sources together are narrower than the truth.`;
}

/** Whether the calibration has seen these data. */
function development({ sources }: PresentationReport, { fittedTo, manifestSha256 }: RunDescription) {
  if (fittedTo === null) return undefined;
  if (fittedTo.manifestSha256 === manifestSha256)
    return html`<strong>These are development data</strong>: the calibration in use was fitted to them, and limits and range were chosen with them in sight. To leave out a source when its turn comes makes up for the first, not for the second. Cameras that are not among them may do worse.`;
  const seen = sources.flatMap(({ source }) => (fittedTo.sources.includes(source) ? source : []));
  if (seen.length > 0)
    return html`<strong>The calibration in use was fitted to sources of these names</strong>: ${joined(seen)}. Where they are the same, what it is said to be worth as shipped flatters it.`;
  return html`The calibration in use was fitted to other data than these.`;
}

function kindsOfAttack({ headline, sources }: PresentationReport, things: string) {
  const scores = headline.sources.length > 0 ? [headline.scores] : sources.map((source) => source.scores);
  const species = new Set(
    scores.flatMap((of) => answeredScore(of)?.answers?.species.map(({ species: name }) => name) ?? []),
  );
  if (species.size === 0) return undefined;
  const named = [...species].filter((name) => name !== 'spoof').map(speciesText);
  const unnamed = species.has('spoof') ? 'attacks whose kind nobody wrote down' : undefined;
  if (named.length === 0)
    return html`Of what kind the attacks among these ${things} are, nobody wrote down: what passes of which kind this cannot say.`;
  return html`The attacks among these ${things} are ${joined([...named, ...(unnamed ? [unnamed] : [])])}. Of any other kind this says nothing.`;
}

import { baselineNets } from '../../decisions/evaluation/baseline-nets.ts';
import type {
  DecisionComparison,
  DecisionErrors,
  EvaluationReport,
} from '../../decisions/evaluation/report.ts';
import type { ModelIdentity } from '../../decisions/facts.ts';
import { percent } from './numbers.ts';
import { joined } from './words.ts';

/** What our decision is worth beside the raw score, for somebody who reads nothing else. */
export interface DecisionWords {
  /** One sentence, true whoever errs less. */
  readonly verdict: string;
  /** What its words mean. */
  readonly meaning: string;
  /** The same without what ours left open; undefined where ours answered too little. */
  readonly answered: string | undefined;
}

/** What is scored by the mean, in words. */
export function baselineText(models: readonly ModelIdentity[]): string {
  const nets = baselineNets(models);
  if (nets.length > 1 && nets.every((name) => name.startsWith('minifasnet'))) return 'MiniFASNet’s mean';
  if (nets.length === 0) return 'the nets’ raw score';
  return nets.length === 1 ? `the raw score of ${nets[0]}` : `the mean of ${joined(nets)}`;
}

/** Of the stills' headline, else of the clips'; undefined where neither compares anything. */
export function decisionWords({ stills, clips, models }: EvaluationReport): DecisionWords | undefined {
  const found = [stills, clips].flatMap((part) => {
    const decision = part?.headline.decision;
    return decision
      ? [{ decision, headline: part.headline.sources, thing: part === stills ? 'picture' : 'clip' }]
      : [];
  })[0];
  if (!found) return undefined;
  const { decision, headline, thing } = found;
  const baseline = baselineText(models);
  const mean = baselineNets(models).length > 1 ? ', the plain mean of what its nets say,' : '';
  return {
    verdict: verdict(decision, baseline),
    meaning: `Wrong is an attack that is called live, or a genuine person who is called an attack; both count alike. ${capital(baseline)}${mean} is cut at the one place that suits these very ${thing}s best, which nobody could have known beforehand. This rests on ${sourcesText(decision, headline)}.`,
    answered: answeredText(decision, baseline, thing),
  };
}

/** What stands in the place of a verdict where there is none. */
export function withoutVerdict({ models }: EvaluationReport): string {
  const why = models.some(({ role }) => role === 'anti-spoof')
    ? 'no source of the headline has answers for both genuine people and attacks'
    : 'without a net against attacks nothing was scored, and everybody is left undecided';
  return `Whether it is better than the nets’ raw score cannot be said: ${why}.`;
}

/** Which errs less: by more than drawing people anew explains. */
export function compared({ difference: { value, low, high } }: DecisionErrors): 'less' | 'more' | 'unclear' {
  if (low === null || high === null || (low <= 0 && high >= 0)) return 'unclear';
  return value < 0 ? 'less' : 'more';
}

function verdict(decision: DecisionComparison, baseline: string): string {
  const unseen =
    decision.kind === 'leave_one_source_out'
      ? 'On cameras that its calibration had not seen'
      : 'As shipped, and perhaps fitted to these very cameras';
  const { ours, theirs } = figures(decision);
  const [people, attacks] = [decision.inconclusive.bonaFide, decision.inconclusive.attack].map((estimate) =>
    percent(estimate.value, unitsOf(decision)),
  );
  const than = {
    less: 'less often than',
    more: 'more often than',
    unclear: decision.difference.value === 0 ? 'as often as' : 'about as often as',
  }[compared(decision)];
  const chance = than === 'about as often as' ? ', which may be chance' : '';
  return `${unseen}, our decision was wrong ${than} ${baseline} at its best single cut: ${ours} of the time, against ${theirs}${chance}; moreover it left ${people} of genuine people and ${attacks} of attacks undecided, for an active check.`;
}

function answeredText(
  { answered, inconclusive }: DecisionComparison,
  baseline: string,
  thing: string,
): string | undefined {
  if (!answered || inconclusive.bonaFide.value + inconclusive.attack.value === 0) return undefined;
  const { ours, theirs } = figures(answered);
  const who = {
    less: 'ours errs less',
    more: 'ours errs more',
    unclear: answered.difference.value === 0 ? 'that is the same' : 'which may be chance',
  }[compared(answered)];
  return `To leave things undecided is no error, so that is no fair race: of nothing but the ${thing}s that ours did answer, ours was wrong ${ours} of the time, ${baseline} at the best cut for those ${theirs}; ${who}.`;
}

function figures(errors: DecisionErrors) {
  const text = ({ halfTotalErrorRate }: DecisionErrors['ours']) =>
    percent(halfTotalErrorRate.value, unitsOf(errors));
  return { ours: text(errors.ours), theirs: text(errors.baseline) };
}

const unitsOf = ({ units }: DecisionErrors) => Math.min(units.bonaFide, units.attack);

function sourcesText({ sources }: DecisionErrors, headline: readonly string[]): string {
  const both =
    sources.length === 1
      ? `the one source that has both people and attacks, ${sources[0]}`
      : `the ${sources.length} sources that have both people and attacks, ${joined(sources)}`;
  return sources.length < headline.length
    ? `${both}; the shares below are of all ${headline.length} sources of the headline`
    : both;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

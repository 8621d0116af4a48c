import { describe, expect, it } from 'vitest';
import { syntheticReport } from '../../../test/support/evaluation-report.ts';
import type { DecisionComparison, EvaluationReport } from '../../decisions/evaluation/report.ts';
import { baselineText, decisionWords, withoutVerdict } from './decision-words.ts';

const report = syntheticReport();
const decision = report.stills!.headline.decision!;

/** The report with another outcome. */
function deciding(changes: Partial<DecisionComparison> | null): EvaluationReport {
  const headline = { ...report.stills!.headline, decision: changes && { ...decision, ...changes } };
  return { ...report, stills: { ...report.stills!, headline }, clips: null };
}

const differing = (value: number, low: number | null, high: number | null) =>
  decisionWords(deciding({ difference: { value, low, high } }))!.verdict;

describe('decisionWords', () => {
  it('says in one sentence who errs less, whoever it is', () => {
    expect(differing(-0.04, -0.05, -0.03)).toBe(
      'On cameras that its calibration had not seen, our decision was wrong less often than MiniFASNet’s mean at its best single cut: 3.1\u00a0% of the time, against 7.2\u00a0%; moreover it left 21.0\u00a0% of genuine people and 4.0\u00a0% of attacks undecided, for an active check.',
    );
    expect(differing(0.04, 0.03, 0.05)).toMatch(/was wrong more often than MiniFASNet’s mean/);
    expect(differing(-0.01, -0.03, 0.01)).toMatch(/about as often as .*, which may be chance;/);
    expect(differing(0, null, null)).toMatch(/was wrong as often as .*, against 7.2\u00a0%;/);
  });

  it('says what ours left open was no error, and how both do without it', () => {
    const { answered } = decisionWords(deciding({}))!;
    expect(answered).toMatch(/of nothing but the pictures that ours did answer, ours was wrong 3.4\u00a0%/);
    expect(answered).toMatch(/MiniFASNet’s mean at the best cut for those 3.0\u00a0%; which may be chance/);
    const worse = { ...decision.answered!, difference: { value: 0.1, low: 0.05, high: 0.2 } };
    expect(decisionWords(deciding({ answered: worse }))!.answered).toMatch(/ours errs more/);
    expect(decisionWords(deciding({ answered: null }))!.answered).toBeUndefined();
    const sure = { value: 0, low: 0, high: 0 };
    expect(
      decisionWords(deciding({ inconclusive: { bonaFide: sure, attack: sure } }))!.answered,
    ).toBeUndefined();
  });

  it('says what it rests on, and that the rest of the page counts more sources', () => {
    const { meaning } = decisionWords(deciding({ sources: ['bank'] }))!;
    expect(meaning).toMatch(/the one source that has both people and attacks, bank; the shares below are of/);
  });

  it('does not call shipped answers unseen', () => {
    expect(decisionWords(deciding({ kind: 'calibrated' }))!.verdict).toMatch(
      /^As shipped, and perhaps fitted to these very cameras, our decision/,
    );
  });

  it('takes clips where stills compare nothing, and says nothing where nothing does', () => {
    expect(decisionWords({ ...deciding(null), clips: report.clips })!.meaning).toMatch(/these very clips/);
    expect(decisionWords(deciding(null))).toBeUndefined();
    expect(decisionWords({ ...report, stills: null, clips: null })).toBeUndefined();
    expect(withoutVerdict(report)).toMatch(/no source of the headline has answers for both/);
    expect(withoutVerdict({ ...report, models: [] })).toMatch(/without a net against attacks/);
  });
});

describe('baselineText', () => {
  const net = (name: string) => ({ role: 'anti-spoof', name, pack: 'strong', sha256: '' }) as const;

  it('calls MiniFASNet by its name, and others by theirs', () => {
    expect(baselineText(['minifasnet-v2', 'minifasnet-v1se', 'minifasnet-v2se'].map(net))).toBe(
      'MiniFASNet’s mean',
    );
    expect(baselineText([net('bonafide-antispoof')])).toBe('the raw score of bonafide-antispoof');
    expect(baselineText([])).toBe('the nets’ raw score');
  });
});

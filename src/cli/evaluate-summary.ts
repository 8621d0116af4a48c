import type {
  EvaluationReport,
  PooledReport,
  PresentationReport,
  Rate,
  ScoreReport,
  VerificationReport,
} from '../decisions/evaluation/report.ts';
import { decisionWords, withoutVerdict } from './evaluation-report/decision-words.ts';
import { counted } from './evaluation-report/numbers.ts';
import { poolsOf } from './evaluation-report/pools.ts';
import { noiseText } from './evaluation-report/words.ts';

/** The headline of a report in a few lines; the rest is for its page. */
export function summary(report: EvaluationReport): string[] {
  const { data } = report;
  const words = decisionWords(report);
  return [
    words?.verdict ?? withoutVerdict(report),
    ...(words?.answered ? [words.answered] : []),
    '',
    `${counted(data.files, 'file')}, ${counted(data.units, 'unit')} (${report.run.unit}), ${counted(data.sources, 'source')}.`,
    ...(report.run.noisyByCalibration ? [noiseText(report.run.noisyByCalibration)] : []),
    ...section('Stills', report.stills),
    ...section('Clips', report.clips),
    ...(report.verification ? [verificationLine(report.verification)] : []),
  ];
}

function section(title: string, report: PresentationReport | null): string[] {
  if (report === null) return [];
  const marked = report.sources.filter(({ marks }) => !marks.headline);
  return [
    `${title}, each source with the same weight`,
    ...poolsOf(report).flatMap(({ name, pool }) => pooledLines(name.toLowerCase(), pool)),
    ...(marked.length > 0
      ? [
          `  not in the headline: ${marked
            .map(({ source, marks }) => `${source} (${marks.noisy ? 'noisy' : 'confounded'})`)
            .join(', ')}`,
        ]
      : []),
  ];
}

function pooledLines(name: string, { sources, scores, meansOfSources, inRange }: PooledReport): string[] {
  return [
    `  ${name}: ${counted(sources.length, 'source')}`,
    ...scoreLines(scores, meansOfSources),
    ...(inRange && inRange.scores.length > 0
      ? [
          `  ${name}, in range alone: ${inRange.bonaFide.units} of ${inRange.bonaFide.unitsAnswered} genuine units, ${inRange.attack.units} of ${inRange.attack.unitsAnswered} attacks`,
          ...scoreLines(inRange.scores, inRange.meansOfSources),
        ]
      : []),
  ];
}

function scoreLines(scores: readonly ScoreReport[], means: PooledReport['meansOfSources']): string[] {
  return scores.map((score) => {
    const own = means.find(({ kind }) => kind === score.kind);
    const shown = [
      ...figures(score),
      ...(own ? [`mean of the sources' own EER ${percent(own.eer.value)}`] : []),
    ];
    return `    ${score.kind.padEnd(20)} ${shown.join('; ') || 'one class is missing'}`;
  });
}

function figures({ eer, auc, answers, bpcerAt }: ScoreReport): string[] {
  const worst = answers?.species.find(({ species }) => species === answers.worstSpecies);
  const at5 = bpcerAt.find(({ allowed }) => allowed === 0.05);
  return [
    ...(eer ? [`EER ${estimate(eer)}`] : []),
    ...(auc ? [`AUC ${auc.value.toFixed(3)}`] : []),
    ...(at5 ? [`BPCER ${percent(at5.bpcer.rate)} at APCER 5 %`] : []),
    ...(worst ? [`APCER ${rate(worst.live)} (${worst.species})`] : []),
    ...(answers?.bonaFide ? [`BPCER ${rate(answers.bonaFide.attack)}`] : []),
    ...(answers?.bonaFide ? [`bona fide inconclusive ${percent(answers.bonaFide.inconclusive.rate)}`] : []),
  ];
}

function verificationLine({
  embedder,
  threshold,
  fmr,
  fnmr,
  eer,
  genuine,
  impostor,
}: VerificationReport): string {
  return `Faces (${embedder}, ${genuine} pairs of one person, ${impostor} of two): FMR ${estimate(fmr)} and FNMR ${estimate(fnmr)} at ${threshold}, EER ${estimate(eer)}`;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const rate = ({ rate: share, low, high }: Rate) =>
  `${percent(share)} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
const estimate = ({ value, low, high }: { value: number; low: number | null; high: number | null }) =>
  `${percent(value)}${low === null || high === null ? '' : ` (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`}`;

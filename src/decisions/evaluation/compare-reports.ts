import type { ComparisonReport, ComparisonRow, EvaluationReport, ScoreReport } from './report.ts';

/** What two reports have to say the same of, to be about the same data. */
const sameRun = ['manifestSha256', 'unit'] as const;

/** The figures that are set side by side, by name. */
const figures: Readonly<Record<string, (score: ScoreReport) => number | undefined>> = {
  eer: ({ eer }) => eer?.value,
  auc: ({ auc }) => auc?.value,
  apcer: ({ answers }) => answers?.species.find(({ species }) => species === answers.worstSpecies)?.live.rate,
  attack_inconclusive: ({ answers }) => answers?.attack?.inconclusive.rate,
  bpcer: ({ answers }) => answers?.bonaFide?.attack.rate,
  bona_fide_inconclusive: ({ answers }) => answers?.bonaFide?.inconclusive.rate,
  bpcer_at_10: ({ bpcerAt }) => bpcerAt.find(({ allowed }) => allowed === 0.1)?.bpcer.rate,
  bpcer_at_5: ({ bpcerAt }) => bpcerAt.find(({ allowed }) => allowed === 0.05)?.bpcer.rate,
  bpcer_at_1: ({ bpcerAt }) => bpcerAt.find(({ allowed }) => allowed === 0.01)?.bpcer.rate,
};

/** This report's figures beside another's: headline, all sources, and each source that either has. */
export function compareReports(here: EvaluationReport, other: EvaluationReport): ComparisonReport {
  const isSame =
    sameRun.every((field) => here.run[field] === other.run[field]) &&
    JSON.stringify(here.run.where) === JSON.stringify(other.run.where) &&
    JSON.stringify(noisySources(here)) === JSON.stringify(noisySources(other));
  return {
    other: { run: other.run, models: other.models },
    sameData: isSame,
    rows: (['stills', 'clips'] as const).flatMap((presentations) => {
      const [ours, theirs] = [sections(here[presentations]), sections(other[presentations])];
      const names = [...new Set([...ours.keys(), ...theirs.keys()])];
      return names.flatMap((of) =>
        rowsOf(ours.get(of) ?? [], theirs.get(of) ?? []).map((row) => ({ presentations, of, ...row })),
      );
    }),
  };
}

/** What the headline leaves out as noise, whoever said so, and in whatever order. */
function noisySources({ stills, clips }: EvaluationReport): readonly (readonly string[])[] {
  return [stills, clips].map((part) =>
    (part?.sources ?? []).flatMap(({ source, marks }) => (marks.noisy ? source : [])).sort(),
  );
}

function sections(report: EvaluationReport['stills']): ReadonlyMap<string, readonly ScoreReport[]> {
  if (report === null) return new Map();
  return new Map([
    ['headline', report.headline.scores],
    ['headline_in_range', report.headline.inRange?.scores ?? []],
    ['not_noisy', report.notNoisy.scores],
    ['all', report.all.scores],
    ...report.sources.map(({ source, scores }) => [source, scores] as const),
  ]);
}

function rowsOf(
  ours: readonly ScoreReport[],
  theirs: readonly ScoreReport[],
): Omit<ComparisonRow, 'presentations' | 'of'>[] {
  const kinds = [...new Set([...ours, ...theirs].map(({ kind }) => kind))];
  return kinds.flatMap((kind) =>
    Object.entries(figures).flatMap(([figure, read]) => {
      const value = (scores: readonly ScoreReport[]) => {
        const score = scores.find((one) => one.kind === kind);
        return (score && read(score)) ?? null;
      };
      const [here, other] = [value(ours), value(theirs)];
      if (here === null && other === null) return [];
      const difference = here === null || other === null ? null : here - other;
      return [{ kind, figure, here, other, difference }];
    }),
  );
}

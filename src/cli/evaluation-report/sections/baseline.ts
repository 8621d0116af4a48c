import type {
  DecisionComparison,
  DecisionErrors,
  EvaluationReport,
  InRangeReport,
  PooledReport,
  PresentationReport,
  ScoreReport,
} from '../../../decisions/evaluation/report.ts';
import { baselineText, compared } from '../decision-words.ts';
import { html, type Markup } from '../html.ts';
import { areaCell, count, counted, estimateCell, none } from '../numbers.ts';
import { poolsOf } from '../pools.ts';
import { table } from '../table.ts';
import { kindLabels } from '../words.ts';

/** Several sources, with everything that got an answer, or with what is in range alone. */
interface Row {
  readonly name: string;
  /** What the sources are like; undefined for what is in range, which stands below its pool. */
  readonly sources: string | undefined;
  readonly units: ScoreReport['units'];
  readonly scores: readonly ScoreReport[];
  readonly decision: DecisionComparison | null;
}

/** Ours beside the raw score: decisions and ranking, of everything and of what is in range. */
export function baselineSection({ stills, clips, models }: EvaluationReport): Markup {
  const baseline = baselineText(models);
  return html`<section id="baseline"><h2>Is it better than ${baseline}?</h2>
<p>The nets’ raw score, by itself, can be cut at one place: live above, an attack below. What calibration, limits and a third
answer add to that must show here. A camera of one’s own has no best cut known beforehand, so the cut is given every
advantage: it is the best one for the very files it is judged by.</p>
${stills ? beside('still pictures', stills, baseline) : undefined}
${clips ? beside('clips', clips, baseline) : undefined}
${stills || clips ? undefined : html`<p class="empty">Nothing was evaluated.</p>`}
</section>
`;
}

function beside(things: string, part: PresentationReport, baseline: string): Markup {
  const rows = poolsOf(part).flatMap(({ name, pool }) => rowsOf(name, pool, part));
  const ranged = rows.some(({ sources }) => sources === undefined);
  const decided = rows.filter(({ decision }) => decision !== null);
  const ranked = rows.filter(({ scores }) => scores.some(({ eer }) => eer !== null));
  if (decided.length + ranked.length === 0)
    return html`<h3>Of ${things}</h3><p class="empty">No source has both genuine people and attacks with an answer, so nothing can be compared.</p>`;
  return html`<h3>Of ${things}</h3>
${ranged ? html`<p>What is out of range (a small face, a turned one, a tight crop) is left undecided, whatever its score. Everything counts it; <em>in range alone</em> does not, and there both judge the same pictures.</p>` : undefined}
${decided.length > 0 ? decisionTable(things, decided, baseline) : html`<p class="empty">Ours answered nothing that could be compared.</p>`}
${ranked.length > 0 ? rankingTable(things, ranked) : undefined}
`;
}

function rowsOf(name: string, pool: PooledReport, part: PresentationReport): Row[] {
  const { scores, decision, inRange } = pool;
  const sources = sourcesText(pool, part);
  const everything: Row = { name, sources, units: unitsOf(scores), scores, decision };
  return inRange === null ? [everything] : [everything, rangeRow(inRange)];
}

/** How many, and how many of them are marked. */
function sourcesText(pool: PooledReport, { sources }: PresentationReport): string {
  const marked = (mark: 'confounded' | 'noisy') =>
    sources.filter(({ source, marks }) => marks[mark] && pool.sources.includes(source)).length;
  const [confounded, noisy] = [marked('confounded'), marked('noisy')];
  return [
    counted(pool.sources.length, 'source'),
    ...(confounded > 0 ? [`${confounded} confounded`] : []),
    ...(noisy > 0 ? [`${noisy} noisy`] : []),
  ].join(', ');
}

function rangeRow({ bonaFide, attack, scores, decision }: InRangeReport): Row {
  const units = { bonaFide: bonaFide.units, attack: attack.units };
  return { name: 'in range alone', sources: undefined, units, scores, decision };
}

const unitsOf = (scores: readonly ScoreReport[]) =>
  scores.find(({ kind }) => kind === 'raw_mean')?.units ?? { bonaFide: 0, attack: 0 };

const fewest = ({ bonaFide, attack }: ScoreReport['units']) => Math.min(bonaFide, attack);

const nameColumn = {
  head: html`sources <small>weighing alike</small>`,
  cell: ({ name, sources }: Row) =>
    sources === undefined
      ? html`<span class="inner">${name}</span>`
      : html`${name} <small>${sources}</small>`,
};

const bold = ({ sources }: Row) => (sources === undefined ? undefined : 'pooled');

function decisionTable(things: string, rows: readonly Row[], baseline: string): Markup {
  const columns = (group: string, of: (decision: DecisionComparison) => DecisionErrors | null) => {
    const found = ({ decision }: Row) => decision && of(decision);
    const wrong = (side: 'ours' | 'baseline') => (row: Row) => {
      const errors = found(row);
      return errors ? estimateCell(errors[side].halfTotalErrorRate, fewest(errors.units)) : none;
    };
    return [
      { group, head: 'ours', numeric: true, cell: wrong('ours') },
      {
        group,
        head: html`${baseline} <small>best cut for these</small>`,
        numeric: true,
        cell: wrong('baseline'),
      },
      { group, head: 'ours is wrong', numeric: true, cell: (row: Row) => verdictCell(found(row)) },
    ];
  };
  return table<Row>(
    `Decisions of ${things}: how often wrong, both errors counting alike`,
    [
      nameColumn,
      {
        head: html`of both classes <small>sources, genuine / attacks</small>`,
        numeric: true,
        cell: ({ decision }) =>
          decision
            ? html`${count(decision.sources.length)} <small>${count(decision.units.bonaFide)} / ${count(decision.units.attack)}</small>`
            : none,
      },
      ...columns('how often wrong', (decision) => decision),
      {
        group: 'ours undecided',
        head: html`genuine`,
        numeric: true,
        cell: ({ decision }) => undecided(decision, 'bonaFide'),
      },
      {
        group: 'ours undecided',
        head: html`attacks`,
        numeric: true,
        cell: ({ decision }) => undecided(decision, 'attack'),
      },
      ...columns('how often wrong where ours answered', ({ answered }) => answered),
    ],
    rows,
    bold,
  );
}

function undecided(decision: DecisionComparison | null, side: 'bonaFide' | 'attack'): Markup {
  return decision ? estimateCell(decision.inconclusive[side], decision.units[side]) : none;
}

function verdictCell(errors: DecisionErrors | null): Markup {
  if (!errors) return none;
  const points = `${Math.abs(100 * errors.difference.value).toFixed(1)} points`;
  return {
    less: html`<span class="better">less often <small>by ${points}</small></span>`,
    more: html`<span class="worse">more often <small>by ${points}</small></span>`,
    unclear:
      errors.difference.value === 0 ? html`as often` : html`cannot tell <small>${points}, chance</small>`,
  }[compared(errors)];
}

const order = ['leave_one_source_out', 'calibrated', 'raw_mean'] as const;

function rankingTable(things: string, rows: readonly Row[]): Markup {
  const kinds = order.filter((kind) =>
    rows.some(({ scores }) => scores.some((score) => score.kind === kind)),
  );
  const of = (kind: (typeof order)[number], { scores }: Row) => scores.find((score) => score.kind === kind);
  return table<Row>(
    `Ranking of ${things}: EER and AUC, one threshold for all sources`,
    [
      nameColumn,
      {
        head: html`units <small>genuine / attacks</small>`,
        numeric: true,
        cell: ({ units }) => html`${count(units.bonaFide)} / ${count(units.attack)}`,
      },
      ...kinds.map((kind) => ({
        group: 'EER',
        head: kindLabels[kind],
        numeric: true,
        cell: (row: Row) => estimateCell(of(kind, row)?.eer, fewest(row.units)),
      })),
      {
        group: 'EER',
        head: `${kindLabels[kinds[0] ?? 'calibrated']}, beside the raw mean`,
        numeric: true,
        cell: (row: Row) => change(row),
      },
      ...kinds.map((kind) => ({
        group: 'AUC',
        head: kindLabels[kind],
        numeric: true,
        cell: (row: Row) => areaCell(of(kind, row)?.auc, fewest(row.units)),
      })),
    ],
    rows,
    bold,
  );
}

/** By how much the EER of ours, where the source was unseen, lies below that of the raw mean. */
function change({ scores }: Row): Markup {
  const [ours, raw] = [
    scores.find(({ kind }) => kind === 'leave_one_source_out') ??
      scores.find(({ kind }) => kind === 'calibrated'),
    scores.find(({ kind }) => kind === 'raw_mean'),
  ];
  if (!ours?.eer || !raw?.eer) return none;
  if (raw.eer.value === 0) return ours.eer.value === 0 ? html`the same` : none;
  const percentage = Math.round(100 * (ours.eer.value / raw.eer.value - 1));
  if (percentage === 0) return html`the same`;
  return html`<span class="${percentage < 0 ? 'better' : 'worse'}">${Math.abs(percentage)}\u00a0% ${percentage < 0 ? 'lower' : 'higher'}</span>`;
}

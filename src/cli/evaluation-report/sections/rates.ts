import type {
  Answers,
  InRangeReport,
  PooledReport,
  PresentationReport,
  Rate,
  ScoreReport,
  SourceReport,
  SpeciesAnswers,
} from '../../../decisions/evaluation/report.ts';
import { html, type Markup } from '../html.ts';
import { areaCell, count, estimateCell, none, rateCell } from '../numbers.ts';
import { figure } from '../plots/figure.ts';
import { named, pooledStyle, type Style } from '../plots/palette.ts';
import { drawRates, endOfAxis, type RateRow } from '../plots/rate-plot.ts';
import { poolsOf } from '../pools.ts';
import { table } from '../table.ts';
import { answeredScore, kindLabels, leadingScore, speciesText } from '../words.ts';

/** How sources are drawn. */
export type Styles = ReadonlyMap<string, Style>;

/** One line of a table: a source, or several together. */
interface Line {
  readonly name: string;
  readonly source: SourceReport | null;
  readonly score: ScoreReport | undefined;
  readonly nonResponse: PooledReport['nonResponse'];
  readonly inRange: InRangeReport | null;
}

/** Both errors by source, drawn and in figures. */
export function ratesBySource(presentation: PresentationReport, styles: Styles): Markup {
  const lines = linesOf(presentation);
  const answered = lines.some(({ score }) => score?.answers);
  const lead = lines.find(({ score }) => score)?.score;
  return html`<h3>Both errors, by source</h3>
<p>A source is one collection of files: mostly one kind of camera, and few kinds of attack. A method that is good on one
may fail on the next, so they stand apart.${lead ? ` Scores: ${kindLabels[lead.kind]}.` : ''}</p>
${answered ? drawn(lines, styles) : html`<p class="empty">No calibration answered: there are no verdicts to count, and so neither rate.</p>`}
${sourceTable(lines, styles)}
${legendOfMarks(presentation)}
`;
}

function linesOf(presentation: PresentationReport): Line[] {
  const line = (name: string, source: SourceReport | null, of: PooledReport | SourceReport): Line => ({
    ...{ name, source, inRange: of.inRange, score: leadingScore(of.scores) },
    nonResponse:
      'nonResponse' in of
        ? of.nonResponse
        : { bonaFide: of.bonaFide.nonResponse, attack: of.attack.nonResponse },
  });
  const pooled = poolsOf(presentation).map(({ name, pool }) => ({ name: `${name}, pooled`, pool }));
  const first = pooled.filter(({ pool }) => pool === presentation.headline);
  return [
    ...first.map(({ name, pool }) => line(name, null, pool)),
    ...presentation.sources.map((source) => line(source.source, source, source)),
    ...pooled.filter((one) => !first.includes(one)).map(({ name, pool }) => line(name, null, pool)),
  ];
}

function drawn(lines: readonly Line[], styles: Styles): Markup {
  const rows = (rate: (answers: Answers) => Rate | undefined): RateRow[] =>
    lines.map(({ name, source, score }) => {
      const found = score?.answers ? rate(score.answers) : undefined;
      return {
        name,
        style: source ? styles.get(source.source)! : pooledStyle,
        shown: found ? { value: found.rate, low: found.low, high: found.high } : null,
        strong: source === null,
        faint: source?.marks.headline === false,
      };
    });
  const apcer = rows((answers) => worst(answers)?.live);
  const bpcer = rows((answers) => answers.bonaFide?.attack);
  const end = endOfAxis([...apcer, ...bpcer]);
  const one = (title: string, which: readonly RateRow[], axis: string) =>
    figure(
      title,
      drawRates(which, title, axis, end),
      'The mark is what was seen, the line its 95 % interval. Left is better.',
    );
  return html`<div class="figures">
${one('Attacks called live (APCER of the worst species)', apcer, 'share of attacks')}
${one('Genuine people called an attack (BPCER)', bpcer, 'share of genuine people')}
</div>
`;
}

function worst({ species, worstSpecies }: Answers): SpeciesAnswers | undefined {
  return species.find((one) => one.species === worstSpecies);
}

function sourceTable(lines: readonly Line[], styles: Styles): Markup {
  const answers = ({ score }: Line) => score?.answers;
  const people = { group: 'genuine people', numeric: true } as const;
  const attacks = { group: 'attacks', numeric: true } as const;
  const ranged = { group: 'in range alone', numeric: true } as const;
  const inside = lines.some(({ inRange }) => inRange !== null);
  const lead = ({ score, inRange }: Line) => inRange?.scores.find(({ kind }) => kind === score?.kind);
  const many = (score: ScoreReport | undefined) =>
    score ? Math.min(score.units.bonaFide, score.units.attack) : 0;
  return table<Line>(
    'Rates by source, of units with an answer',
    [
      { head: 'source', cell: (line) => nameCell(line, styles) },
      {
        ...people,
        head: html`called an attack <small>BPCER</small>`,
        cell: (line) => rateCell(answers(line)?.bonaFide?.attack),
      },
      { ...people, head: 'undecided', cell: (line) => rateCell(answers(line)?.bonaFide?.inconclusive) },
      { ...people, head: 'no answer', cell: ({ nonResponse }) => rateCell(nonResponse.bonaFide) },
      {
        ...attacks,
        head: html`called live <small>APCER, by species</small>`,
        cell: (line) => speciesCell(answers(line)),
      },
      { ...attacks, head: 'undecided', cell: (line) => rateCell(answers(line)?.attack?.inconclusive) },
      { ...attacks, head: 'no answer', cell: ({ nonResponse }) => rateCell(nonResponse.attack) },
      ...(inside
        ? [
            {
              ...ranged,
              head: html`units <small>genuine / attacks</small>`,
              cell: ({ inRange }: Line) =>
                inRange ? html`${count(inRange.bonaFide.units)} / ${count(inRange.attack.units)}` : none,
            },
            { ...ranged, head: 'EER', cell: (line: Line) => estimateCell(lead(line)?.eer, many(lead(line))) },
            { ...ranged, head: 'AUC', cell: (line: Line) => areaCell(lead(line)?.auc, many(lead(line))) },
          ]
        : [
            {
              group: 'ranking',
              numeric: true,
              head: 'EER',
              cell: ({ score }: Line) => estimateCell(score?.eer, many(score)),
            },
            {
              group: 'ranking',
              numeric: true,
              head: 'AUC',
              cell: ({ score }: Line) => areaCell(score?.auc, many(score)),
            },
          ]),
    ],
    lines,
    ({ source }) => (source === null ? 'pooled' : undefined),
  );
}

/** What passes of each species. */
function speciesCell(answers: Answers | null | undefined): Markup {
  if (!answers || answers.species.length === 0) return none;
  return html`<ul class="species">${answers.species.map(({ species, live }) => html`<li>${answers.species.length > 1 || species !== 'spoof' ? html`<i>${speciesText(species)}</i> ` : undefined}${rateCell(live)}</li>`)}</ul>`;
}

function worstCell(answers: Answers | null | undefined): Markup {
  const found = answers ? worst(answers) : undefined;
  if (!found) return none;
  if (found.live.errors === 0) return rateCell(found.live);
  return html`${rateCell(found.live)}${answers!.species.length > 1 ? html` <small>${speciesText(found.species)}</small>` : undefined}`;
}

function nameCell({ name, source }: Line, styles: Styles): Markup {
  if (!source) return html`${name}`;
  return html`${named(styles.get(name)!, name)}${badges(source)}`;
}

/** What to know of a source before its figures are believed. */
export function badges({ marks }: Pick<SourceReport, 'marks'>): Markup {
  return html`${marks.confounded ? html` <span class="badge">confounded</span>` : undefined}${marks.noisy ? html` <span class="badge">noisy</span>` : undefined}${marks.bothClasses ? undefined : html` <span class="badge quiet">one class</span>`}`;
}

function legendOfMarks({ sources }: PresentationReport): Markup {
  const has = (test: (source: SourceReport) => boolean) => sources.some(test);
  return html`<p class="note">${has(({ marks }) => marks.confounded) ? html`<span class="badge">confounded</span> something beside the face tells its classes apart. ` : undefined}${has(({ marks }) => marks.noisy) ? html`<span class="badge">noisy</span> its labels or crops are not to be trusted. ` : undefined}${has(({ marks }) => !marks.headline) ? 'Neither is in the headline. ' : undefined}${has(({ marks }) => !marks.bothClasses) ? html`<span class="badge quiet">one class</span> without the other one there is no EER, AUC or DET. ` : undefined}Pooled rates are means of the sources’ rates, so they are not the quotient of the counts.</p>`;
}

/** APCER of each species: what the standard asks for. */
export function ratesBySpecies({ headline, sources }: PresentationReport, styles: Styles): Markup {
  const lines = [
    ...(headline.sources.length === 0 ? [] : speciesOf(headline.scores)).map((species) => ({
      name: 'Headline, pooled',
      source: null,
      ...species,
    })),
    ...sources.flatMap((source) =>
      speciesOf(source.scores).map((species) => ({ name: source.source, source, ...species })),
    ),
  ];
  if (lines.length === 0)
    return html`<h3>Attacks, by species</h3><p class="empty">No attack was answered: there is no APCER.</p>`;
  return html`<h3>Attacks, by species</h3>
<p>What passes depends on what is held before the camera; an average would hide the dangerous kind.</p>
${table(
  'Answers to attacks, by species',
  [
    {
      head: 'source',
      cell: (line) =>
        line.source ? html`${named(styles.get(line.name)!, line.name)}${badges(line.source)}` : line.name,
    },
    {
      head: 'species',
      cell: ({ species, worst: isWorst }) =>
        html`${speciesText(species)}${isWorst ? html` <span class="badge quiet">worst</span>` : undefined}`,
    },
    { head: html`called live <small>APCER</small>`, numeric: true, cell: ({ live }) => rateCell(live) },
    { head: 'inconclusive', numeric: true, cell: ({ inconclusive }) => rateCell(inconclusive) },
    { head: 'called an attack', numeric: true, cell: ({ attack }) => rateCell(attack) },
  ],
  lines,
  ({ source }) => (source === null ? 'pooled' : undefined),
)}`;
}

function speciesOf(scores: readonly ScoreReport[]): (SpeciesAnswers & { worst: boolean })[] {
  const answers = answeredScore(scores)?.answers;
  if (!answers) return [];
  const several = answers.species.length > 1 && answers.species.some(({ live }) => live.errors > 0);
  return answers.species.map((one) => ({ ...one, worst: several && one.species === answers.worstSpecies }));
}

/** What a single file meets, where a unit is more than that. */
export function ratesOfFiles({ headline, all }: PresentationReport): Markup | undefined {
  const lines = [
    { name: 'Headline, pooled', files: answeredScore(headline.scores)?.files },
    { name: 'All sources, pooled', files: answeredScore(all.scores)?.files },
  ]
    .slice(headline.sources.length === 0 ? 1 : 0, headline.sources.length === all.sources.length ? 1 : 2)
    .flatMap(({ name, files }) => (files ? [{ name, files }] : []));
  if (lines.length === 0) return undefined;
  return html`<h3>A single file at a time</h3>
<p>Above, the files of a unit are averaged. This is what somebody meets who sends one.</p>
${table(
  'Rates of single files; intervals know whose they are',
  [
    { head: 'sources', cell: ({ name }) => name },
    { head: html`attacks called live`, numeric: true, cell: ({ files }) => rateCell(files.attack?.live) },
    { head: html`worst species <small>APCER</small>`, numeric: true, cell: ({ files }) => worstCell(files) },
    {
      head: html`people called an attack <small>BPCER</small>`,
      numeric: true,
      cell: ({ files }) => rateCell(files.bonaFide?.attack),
    },
    {
      head: html`people inconclusive`,
      numeric: true,
      cell: ({ files }) => rateCell(files.bonaFide?.inconclusive),
    },
  ],
  lines,
)}`;
}

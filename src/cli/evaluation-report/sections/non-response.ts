import type { ClassSummary, PresentationReport, SourceReport } from '../../../decisions/evaluation/report.ts';
import { html, type Markup } from '../html.ts';
import { count, counted, none, rateCell } from '../numbers.ts';
import { named } from '../plots/palette.ts';
import { table } from '../table.ts';
import { reasonText } from '../words.ts';
import type { Styles } from './rates.ts';

/** How much there was, and how much of it got no answer. */
export function nonResponse({ sources }: PresentationReport, styles: Styles): Markup {
  return html`<h3>How much there was, and what got no answer</h3>
<p>A unit without any answer is in no rate above. An attack that gets none does not pass; a person who gets none has to try
again.</p>
${table<SourceReport>(
  'Files, units and non-response by source',
  [
    { head: 'source', cell: ({ source }) => named(styles.get(source)!, source) },
    { head: 'genuine', numeric: true, cell: ({ bonaFide }) => amount(bonaFide) },
    { head: 'without an answer', numeric: true, cell: ({ bonaFide }) => rateCell(bonaFide.nonResponse) },
    { head: 'attacks', numeric: true, cell: ({ attack }) => amount(attack) },
    { head: 'without an answer', numeric: true, cell: ({ attack }) => rateCell(attack.nonResponse) },
    { head: 'why, in files', cell: ({ bonaFide, attack }) => reasons([bonaFide, attack]) },
  ],
  sources,
)}`;
}

function amount({ files, units, subjects }: ClassSummary): Markup {
  if (files === 0) return none;
  return html`${counted(units, 'unit')} <small class="count">${counted(files, 'file')}, ${counted(subjects, 'subject')}</small>`;
}

function reasons(classes: readonly ClassSummary[]): Markup {
  const sums = new Map<string, number>();
  for (const { reason, files } of classes.flatMap((one) => one.reasons))
    sums.set(reason, (sums.get(reason) ?? 0) + files);
  if (sums.size === 0) return none;
  return html`${[...sums].sort(([, one], [, other]) => other - one).map(([reason, files], at) => html`${at > 0 ? ', ' : ''}${reasonText(reason)}: ${count(files)}`)}`;
}

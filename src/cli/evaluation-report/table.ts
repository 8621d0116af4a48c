import { type Content, html, type Markup } from './html.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly head: Content;
  /** What stands in it; the first column names the row. */
  readonly cell: (row: Row) => Content;
  /** Figures are set to the right. */
  readonly numeric?: boolean;
  /** What it shares with its neighbours of the same group: stands above their heads. */
  readonly group?: string;
}

/**
 * A table that says what it is and whose heads say what they are of. Too wide for the screen, it scrolls by itself, with
 * the keyboard too. Where columns have groups the parts of a cell stand below each other, so that more columns fit.
 *
 * @param caption what the table shows, in a phrase
 * @param className of rows that should stand out
 */
export function table<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  className: (row: Row) => string | undefined = () => undefined,
): Markup {
  const line = (row: Row) => {
    const name = className(row);
    const cells = columns.map((column, at) =>
      at === 0
        ? html`<th scope="row">${column.cell(row)}</th>`
        : html`<td${classOf(columns, at)}>${column.cell(row)}</td>`,
    );
    return html`<tr${name ? html` class="${name}"` : undefined}>${cells}</tr>\n`;
  };
  const grouped = columns.some(({ group }) => group !== undefined);
  return html`<div class="scroll" role="group" aria-label="${caption}" tabindex="0"><table${grouped ? html` class="dense"` : undefined}>
<caption><span class="stay">${caption}</span></caption>
<thead>${grouped ? groupRow(columns) : undefined}<tr>${columns.map((column, at) => html`<th scope="col"${classOf(columns, at)}>${column.head}</th>`)}</tr></thead>
<tbody>
${rows.map(line)}</tbody>
</table></div>
`;
}

function classOf<Row>(columns: readonly Column<Row>[], at: number): Markup | undefined {
  const names = [columns[at]!.numeric ? 'numeric' : [], begins(columns, at) ? 'begins' : []].flat();
  return names.length > 0 ? html` class="${names.join(' ')}"` : undefined;
}

/** Whether a group begins here. */
function begins<Row>(columns: readonly Column<Row>[], at: number): boolean {
  const { group } = columns[at]!;
  return group !== undefined && group !== columns[at - 1]?.group;
}

function groupRow<Row>(columns: readonly Column<Row>[]): Markup {
  const spans: { group: string | undefined; span: number }[] = [];
  for (const { group } of columns) {
    const last = spans.at(-1);
    if (last && last.group === group) last.span++;
    else spans.push({ group, span: 1 });
  }
  return html`<tr class="groups">${spans.map(({ group, span }) =>
    group === undefined
      ? html`<td colspan="${span}"></td>`
      : html`<th scope="colgroup" class="begins" colspan="${span}">${group}</th>`,
  )}</tr>`;
}

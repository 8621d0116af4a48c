import { type Content, html, type Markup } from './html.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly head: Content;
  /** What stands in it; the first column names the row. */
  readonly cell: (row: Row) => Content;
  /** Figures are set to the right. */
  readonly numeric?: boolean;
}

/**
 * A table that says what it is and whose heads say what they are of. Too wide for the screen, it scrolls by itself, with
 * the keyboard too.
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
  const kind = (column: Column<Row>) => (column.numeric ? html` class="numeric"` : undefined);
  const line = (row: Row) => {
    const name = className(row);
    const cells = columns.map((column, at) =>
      at === 0
        ? html`<th scope="row">${column.cell(row)}</th>`
        : html`<td${kind(column)}>${column.cell(row)}</td>`,
    );
    return html`<tr${name ? html` class="${name}"` : undefined}>${cells}</tr>\n`;
  };
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption><span class="stay">${caption}</span></caption>
<thead><tr>${columns.map((column) => html`<th scope="col"${kind(column)}>${column.head}</th>`)}</tr></thead>
<tbody>
${rows.map(line)}</tbody>
</table></div>
`;
}

/**
 * The value below which a share of the others lies (nearest rank); NaN of none.
 *
 * @param {readonly number[]} values
 * @param {number} share 0..1
 */
export function quantile(values, share) {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? Number.NaN;
}

/** @param {readonly number[]} values */
export const median = (values) => quantile(values, 0.5);

/** @param {readonly number[]} values */
export const sum = (values) => values.reduce((total, value) => total + value, 0);

/**
 * What a quantity grows by from one equally spaced sample to the next: the slope of the least-squares line.
 *
 * @param {readonly number[]} values two or more
 */
export function growth(values) {
  const middle = (values.length - 1) / 2;
  const mean = sum(values) / values.length;
  const rise = sum(values.map((value, at) => (at - middle) * (value - mean)));
  return rise / sum(values.map((_, at) => (at - middle) ** 2));
}

/**
 * Lines up rows of text: the first column to the left, figures to the right. A figure that could not be
 * measured is a dash.
 *
 * @param {readonly (readonly (string | number)[])[]} rows the first one is the heading
 * @param {number} digits after the point, of those figures that are not whole
 */
export function table(rows, digits = 1) {
  const text = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? figure(cell, digits) : cell)));
  const widths = text[0].map((_, column) => Math.max(...text.map((row) => row[column].length)));
  const line = (row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join('   ');
  return text.map((row) => `  ${line(row)}`).join('\n');
}

function figure(value, digits) {
  if (Number.isNaN(value)) return '–';
  return Number.isInteger(value) ? String(value) : value.toFixed(digits);
}

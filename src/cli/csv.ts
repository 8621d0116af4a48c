import { UsageError } from './usage.ts';

/** A table with named columns. */
export interface CsvTable {
  readonly columns: readonly string[];
  /** One entry a row, by column; every row has them all. */
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/**
 * Reads comma-separated values with a line of column names (RFC 4180): fields may be quoted, and then hold commas,
 * line breaks and doubled quotes. Blank lines are passed over; a byte order mark is taken off.
 *
 * @throws Error that says which row is wrong
 */
export function parseCsv(text: string): CsvTable {
  const [header = [], ...records] = splitRecords(text.replace(/^\uFEFF/, ''));
  const columns = header.map((name) => name.trim());
  const rows = records.map((fields, at) => {
    if (fields.length !== columns.length)
      throw new Error(`row ${at + 1} has ${fields.length} fields, not ${columns.length}`);
    return Object.fromEntries(columns.map((column, field) => [column, fields[field]!]));
  });
  return { columns, rows };
}

/**
 * Reads what {@link parseCsv} reads of a file that somebody gave.
 *
 * @param name what to call it: its path, after the option that names it where that is needed
 * @throws UsageError that says which row is wrong
 */
export function parseTable(name: string, bytes: Buffer): CsvTable {
  try {
    return parseCsv(bytes.toString('utf8'));
  } catch (error) {
    throw new UsageError(`${name} is no table of comma-separated values: ${(error as Error).message}.`);
  }
}

/** One field and what ends it; a quoted one, in which quotes are doubled, or a plain one. */
const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

function splitRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  field.lastIndex = 0;
  while (field.lastIndex < text.length || record.length > 0) {
    const found = field.exec(text);
    if (!found) throw new Error(`row ${records.length} has a quote that is not closed, or text beside one`);
    const [, quoted, plain = '', end] = found;
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  }
  return records;
}

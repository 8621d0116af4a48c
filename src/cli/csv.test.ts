import { describe, expect, it } from 'vitest';
import { parseCsv } from './csv.ts';

describe('parseCsv', () => {
  it('reads quoted fields, doubled quotes and line breaks within them', () => {
    expect(parseCsv('\uFEFFpath,note\r\na.jpg,"one, two"\r\nb.jpg,"say ""hi""\nthere"\n\nc.jpg,')).toEqual({
      columns: ['path', 'note'],
      rows: [
        { path: 'a.jpg', note: 'one, two' },
        { path: 'b.jpg', note: 'say "hi"\nthere' },
        { path: 'c.jpg', note: '' },
      ],
    });
  });

  it('reads an empty last field, with and without the line break', () => {
    const rows = [{ a: '1', b: '' }];
    expect(parseCsv('a,b\n1,').rows).toEqual(rows);
    expect(parseCsv('a,b\n1,\n').rows).toEqual(rows);
  });

  it.each([
    ['a,b\n1', /row 1 has 1 fields, not 2/],
    ['a\n"1', /row 1 has a quote that is not closed/],
    ['a\n"1"2', /row 1 has a quote that is not closed, or text beside one/],
  ])('refuses %j', (text, message) => {
    expect(() => parseCsv(text)).toThrow(message);
  });

  it('has no rows in an empty text', () => {
    expect(parseCsv('').rows).toEqual([]);
  });
});

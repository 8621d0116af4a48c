import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { syntheticReport } from '../../test/support/evaluation-report.ts';
import { compareReports } from '../decisions/evaluation/compare-reports.ts';
import { readReport } from './evaluate-compare.ts';
import { UsageError } from './usage.ts';

const report = syntheticReport();

function folder(text: string): string {
  const path = mkdtempSync(join(tmpdir(), 'bonafide-report-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  writeFileSync(join(path, 'report.json'), text);
  return path;
}

const changed = (changes: object) => JSON.stringify({ ...report, ...changes });

describe('readReport', () => {
  it('reads a report by its folder or its file, and it can be compared', async () => {
    const path = folder(JSON.stringify(report));
    const read = await readReport(path);
    expect(read).toEqual(report);
    expect(await readReport(join(path, 'report.json'))).toEqual(report);
    const { rows, sameData } = compareReports(report, read);
    expect(sameData).toBe(true);
    expect(rows.some(({ of }) => of === 'headline_in_range')).toBe(true);
    expect(rows.every(({ difference }) => difference === 0)).toBe(true);
  });

  it('reads one without stills', async () => {
    expect((await readReport(folder(changed({ stills: null })))).stills).toBeNull();
  });

  it.each([
    ['no JSON', 'report', /is no report of bonafide evaluate/],
    ['half of one', changed({}).slice(0, 900), /is no report/],
    ['null', 'null', /is no report/],
    ['a list', '[1]', /is no report/],
    ['something else', '{"format":"bonafide-live-calibration","formatVersion":1}', /is no report/],
    [
      'an older one',
      changed({ formatVersion: 1 }),
      /of another version of bonafide \(format 1, not 4\): evaluate anew/,
    ],
    ['one of the future', changed({ formatVersion: 9 }), /format 9, not 4/],
    ['one of no version', changed({ formatVersion: undefined }), /another version/],
    ['one without a run', changed({ run: undefined }), /is damaged/],
    [
      'one with half a run',
      changed({ run: { ...report.run, where: null } }),
      /is damaged: run.where must be/,
    ],
    ['one without sources', changed({ stills: { headline: {} } }), /is damaged: stills/],
    ['one of hostile names', changed({ models: [{ name: {} }] }), /is damaged: models.0.name/],
  ])('refuses %s in a sentence', async (_what, text, message) => {
    const refusal = readReport(folder(text));
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toThrow(/^--compare: /);
    await expect(refusal).rejects.toBeInstanceOf(UsageError);
  });

  it('says which file is not there', async () => {
    await expect(readReport('nowhere')).rejects.toThrow('--compare: nowhere cannot be read (ENOENT).');
  });
});

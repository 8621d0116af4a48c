import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { listPictures } from './train-data.ts';

let trainDir: string;

beforeEach(() => {
  trainDir = mkdtempSync(join(tmpdir(), 'bonafide-train-'));
  for (const label of ['live', 'spoof']) mkdirSync(join(trainDir, label, 'raw'), { recursive: true });
  return () => rmSync(trainDir, { recursive: true });
});

const put = (path: string, text = path) => writeFileSync(join(trainDir, path), text);

describe('pictures to learn from', () => {
  it('are the files under live/raw and spoof/raw, in the order of their names, read when asked for', async () => {
    put('spoof/raw/b.jpg');
    put('live/raw/b.jpg');
    put('live/raw/a.png');
    put('live/raw/.half', 'no');
    mkdirSync(join(trainDir, 'live/faces'));
    put('live/faces/a.jpg');
    const pictures = await listPictures({ trainDir, subjects: undefined, maxBytes: 100 });
    expect(pictures.map(({ live }) => live)).toEqual([true, true, false]);
    expect(pictures.every(({ subject }) => subject === undefined)).toBe(true);
    expect(Buffer.from(await pictures[0]!.read()).toString()).toBe('live/raw/a.png');
  });

  it('are refused where they are too large', async () => {
    put('live/raw/a.png', 'x'.repeat(101));
    const [picture] = await listPictures({ trainDir, subjects: undefined, maxBytes: 100 });
    await expect(picture!.read()).rejects.toMatchObject({ code: 'payload_too_large' });
  });

  it('have the subjects of the list, by paths that are relative or not', async () => {
    put('live/raw/a.png');
    put('live/raw/b, c.png');
    put('spoof/raw/d.png');
    const subjects = join(trainDir, 'subjects.csv');
    writeFileSync(
      subjects,
      `path,subject\r\nlive/raw/a.png,Ana\r\n"live/raw/b, c.png","Bia, too"\r\n${join(trainDir, 'spoof/raw/d.png')}, Ana\r\n`,
    );
    const pictures = await listPictures({ trainDir, subjects, maxBytes: 100 });
    expect(pictures.map(({ subject }) => subject)).toEqual(['Ana', 'Bia, too', 'Ana']);
  });

  it('are asked for in a sentence where there are none, or the list is none', async () => {
    await expect(
      listPictures({ trainDir: join(trainDir, 'none'), subjects: undefined, maxBytes: 100 }),
    ).rejects.toThrow(/is no folder: --train-dir needs live\/raw and spoof\/raw/);
    const subjects = join(trainDir, 'subjects.csv');
    writeFileSync(subjects, 'path,subject\nlive/raw/a.png\n');
    await expect(listPictures({ trainDir, subjects, maxBytes: 100 })).rejects.toThrow(
      /line 2: write path,subject/,
    );
    await expect(
      listPictures({ trainDir, subjects: join(trainDir, 'nowhere.csv'), maxBytes: 100 }),
    ).rejects.toThrow(/nowhere\.csv/);
  });
});

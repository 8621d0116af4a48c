import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkFiles, selectFiles } from './evaluate-manifest.ts';
import { UsageError } from './usage.ts';

const manifestText = [
  'path,kind,label,subject,source_repo,source_path',
  'A/cam/1.jpg,A,live,ann,repo,x/1.jpg',
  'A/cam/2.jpg,A,print,ann,repo,x/2.jpg',
  'A/cam/3.jpg,A,photo,,repo,x/3.jpg',
  'A/vf_cam/real_001.jpg,A,live,,repo,videos/real.mp4#frame_001',
  'A/vf_cam/real_002.jpg,A,live,,repo,videos/real.mp4#frame_002',
  'A/crops/fake/fake.mp4102.png,A,spoof,,other,fake/fake.mp4102.png',
  'A/crops/fake/7.png,A,spoof,,other,fake/7.png',
  'B/cam/real.mp4,B,live,,repo,videos/real.mp4',
  'D/many.jpg,D,multi_face,,,',
].join('\n');

function manifest(text = manifestText): string {
  const folder = mkdtempSync(join(tmpdir(), 'bonafide-manifest-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'manifest.csv'), text);
  return join(folder, 'manifest.csv');
}

const pathsOf = async (...where: readonly string[]) =>
  (await selectFiles(manifest(), where)).files.map(({ path }) => path);

describe('selectFiles', () => {
  it('takes labelled stills and clips by default, and says what it leaves', async () => {
    const { files, notCounted, manifestSha256 } = await selectFiles(manifest(), []);
    expect(files).toHaveLength(7);
    expect(notCounted).toEqual([
      { why: 'labelled photo, which is neither live nor an attack', files: 1 },
      { why: 'of kind D', files: 1 },
    ]);
    expect(manifestSha256).toBe(createHash('sha256').update(manifestText).digest('hex'));
  });

  it('knows sources, families, species and clips', async () => {
    const { files } = await selectFiles(manifest(), []);
    const byPath = Object.fromEntries(files.map((file) => [file.path, file]));
    expect(byPath['A/cam/2.jpg']).toMatchObject({
      ...{ source: 'cam', family: 'repo', species: 'print', live: false, subject: 'ann', clip: undefined },
      presentation: 'still',
    });
    expect(byPath['A/vf_cam/real_001.jpg']!.clip).toBe('repo:videos/real.mp4');
    expect(byPath['A/vf_cam/real_002.jpg']!.clip).toBe('repo:videos/real.mp4');
    expect(byPath['B/cam/real.mp4']).toMatchObject({ presentation: 'clip', clip: 'repo:videos/real.mp4' });
    expect(byPath['A/crops/fake/fake.mp4102.png']!.clip).toBe('A/crops/fake/fake.mp4');
    expect(byPath['A/crops/fake/7.png']!.clip).toBeUndefined();
  });

  it('prefers what the manifest says outright', async () => {
    const text =
      'path,label,source,species,clip,noisy\nx/y/z.jpg,spoof,cam 1,mask,take 3,yes\nq.jpg,live,,,,\n';
    const { files } = await selectFiles(manifest(text), []);
    expect(files[0]).toMatchObject({ source: 'cam 1', species: 'mask', clip: 'take 3', noisy: true });
    expect(files[1]).toMatchObject({ species: 'live', noisy: false });
  });

  it('chooses by conditions, all of which hold', async () => {
    expect(await pathsOf('source=cam', 'presentation=still')).toEqual(['A/cam/1.jpg', 'A/cam/2.jpg']);
    expect(await pathsOf('label=print,spoof')).toHaveLength(3);
    expect(await pathsOf('label!=live', 'source != crops')).toEqual(['A/cam/2.jpg']);
    expect(await pathsOf('path=A/crops,B/')).toHaveLength(3);
    expect(await pathsOf('species=live', 'subject=ann')).toEqual(['A/cam/1.jpg']);
  });

  it('marks sources and folders as noisy', async () => {
    const noisy = async (name: string) =>
      (await selectFiles(manifest(), [], [name])).files.filter((file) => file.noisy).length;
    expect(await noisy('cam')).toBe(3);
    expect(await noisy('A/cam')).toBe(2);
    await expect(noisy('nowhere')).rejects.toThrow(/--noisy nowhere/);
  });

  it('marks all stills of a source of which one is noisy, as a calibration leaves them all out', async () => {
    const text = [
      'path,label,source,noisy',
      '1.jpg,live,cam,yes',
      '2.jpg,print,cam,',
      '3.mp4,live,cam,',
      '4.jpg,live,other,',
    ].join('\n');
    const { files } = await selectFiles(manifest(text), []);
    expect(files.map(({ noisy }) => noisy)).toEqual([true, true, false, false]);
  });

  it.each([
    ['source', /write column=value/],
    ['=x', /write column=value/],
    ['colour=red', /no column "colour"; there are path, kind/],
    ['source=nowhere', /Nothing is left to evaluate.*9 not of source=nowhere/],
    ['kind=D', /Nothing is left.*1 labelled multi_face/],
  ])('says what is wrong with the condition %s', async (where, message) => {
    const refusal = selectFiles(manifest(), [where]);
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toBeInstanceOf(UsageError);
  });

  it.each([
    ['file,label\n1.jpg,live\n', /has no column "path"; its first line names file, label/],
    ['path,kind\n1.jpg,A\n', /has no column "label"/],
    ['path,label\n1.jpg\n', /row 1 has 1 fields/],
    ['path,label\n', /it has no rows/],
    ['', /has no column "path"/],
  ])('says what is wrong with the manifest %j', async (text, message) => {
    await expect(selectFiles(manifest(text), [])).rejects.toThrow(message);
  });

  it('counts a path once', async () => {
    const { files, notCounted } = await selectFiles(manifest('path,label\n1.jpg,live\n1.jpg,live\n'), []);
    expect(files).toHaveLength(1);
    expect(notCounted).toEqual([{ why: 'a path that the manifest has twice', files: 1 }]);
  });
});

describe('checkFiles', () => {
  it('hashes files, and names those that are missing or other than the manifest says', async () => {
    const sha256 = createHash('sha256').update('one').digest('hex');
    const list = manifest(
      `path,label,sha256\n1.jpg,live,${sha256.toUpperCase()}\n2.jpg,live,${sha256}\n3.jpg,live,\n`,
    );
    const { files } = await selectFiles(list, []);
    writeFileSync(files[0]!.file, 'one');
    writeFileSync(files[1]!.file, 'two');
    await expect(checkFiles(files)).rejects.toThrow(
      /2 of 3 files are not in order\.\n {2}2\.jpg is not the file of the manifest .*\n {2}3\.jpg is not there/,
    );
    expect(await checkFiles(files.slice(0, 1))).toEqual([{ ...files[0], sha256 }]);
  });
});

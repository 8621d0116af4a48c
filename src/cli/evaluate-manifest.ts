import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseTable } from './csv.ts';
import { UsageError } from './usage.ts';

/** A file of the manifest that is evaluated. */
export interface ManifestFile {
  /** As the manifest has it, relative to its folder. */
  readonly path: string;
  /** Where it lies. */
  readonly file: string;
  readonly presentation: 'still' | 'clip';
  readonly source: string;
  /** Sources of one origin: a calibration that is tried on one must not have seen the others. */
  readonly family: string;
  /** `live` for a bona fide presentation. */
  readonly species: string;
  readonly live: boolean;
  readonly subject: string | undefined;
  /** The clip that it is, or is a frame of. */
  readonly clip: string | undefined;
  /** Its label or crop is not to be trusted, or that of another file of its source. */
  readonly noisy: boolean;
  /** Lower-case hex, as the manifest has it; undefined where it says nothing. */
  readonly sha256: string | undefined;
}

/** The rows that were chosen, and those that were not. */
export interface Selection {
  readonly files: readonly ManifestFile[];
  readonly notCounted: readonly { readonly why: string; readonly files: number }[];
  readonly manifestSha256: string;
  /** Whose each file of the manifest is, chosen or not, by its path. */
  readonly subjects: ReadonlyMap<string, string>;
}

type Row = Readonly<Record<string, string>>;

/**
 * Reads a manifest and chooses rows. It is a CSV with a line of names; paths are relative to its folder.
 *
 * | column | meaning |
 * | --- | --- |
 * | `path`, `label` | must be there; the label is `live` or a species of attack |
 * | `kind` | the default set is of `A` (stills) and `B` (clips) |
 * | `source` | the camera or collection; else the second part of the path, else the first |
 * | `species` | of an attack; else the label |
 * | `subject`, `clip` | whose it is, of which clip; a clip is also known by `source_path`, less what follows `#`, and by names such as `real.mp4107.png` |
 * | `source_repo` | sources that share it are one family |
 * | `noisy` | `1`, `true` or `yes`: labels or crops are not to be trusted, nor are those of the source |
 * | `sha256` | checked |
 *
 * @param where conditions, all of which hold: `column=value`, `column!=value`, several values with commas; `path`
 *   compares beginnings
 * @param noisy names of sources, or of folders, whose files are noisy, whatever the manifest says
 * @throws UsageError where the file is no such table, a condition or `noisy` names nothing, or nothing is left
 */
export async function selectFiles(
  manifest: string,
  where: readonly string[],
  noisy: readonly string[] = [],
): Promise<Selection> {
  const bytes = await readFile(manifest).catch((error) => {
    throw new UsageError(`${manifest} cannot be read: ${error.code ?? error.message}.`);
  });
  const { columns, rows } = parseTable(manifest, bytes);
  for (const column of ['path', 'label'])
    if (!columns.includes(column))
      throw new UsageError(
        `${manifest} has no column "${column}"; its first line names ${columns.join(', ')}.`,
      );
  const isChosen = conditions(where, columns);
  const notCounted = new Map<string, number>();
  const files: ManifestFile[] = [];
  const paths = new Set<string>();
  for (const row of rows) {
    const file = describeRow(row, dirname(manifest));
    const why = paths.has(file.path) ? 'a path that the manifest has twice' : isChosen(row, file);
    paths.add(file.path);
    if (why === undefined) files.push(file);
    else notCounted.set(why, (notCounted.get(why) ?? 0) + 1);
  }
  if (files.length === 0)
    throw new UsageError(
      `Nothing is left to evaluate in ${manifest}: ${[...notCounted].map(([why, count]) => `${count} ${why}`).join('; ') || 'it has no rows'}.`,
    );
  for (const name of noisy)
    if (!files.some((file) => isOf(file, name)))
      throw new UsageError(`--noisy ${name}: no source and no folder that is evaluated is named so.`);
  return {
    files: spreadNoise(
      files.map((file) => ({ ...file, noisy: file.noisy || noisy.some((name) => isOf(file, name)) })),
    ),
    notCounted: [...notCounted].map(([why, count]) => ({ why, files: count })),
    manifestSha256: createHash('sha256').update(bytes).digest('hex'),
    subjects: new Map(
      rows.flatMap(({ path, subject }) => (path && subject ? [[path, subject] as const] : [])),
    ),
  };
}

/** A source is not to be trusted where some of it is not; its clips say nothing of its stills. */
function spreadNoise(files: readonly ManifestFile[]): readonly ManifestFile[] {
  const key = ({ source, presentation }: ManifestFile) => `${presentation} ${source}`;
  const noisySources = new Set(files.flatMap((file) => (file.noisy ? key(file) : [])));
  return files.map((file) => ({ ...file, noisy: noisySources.has(key(file)) }));
}

const isOf = ({ source, path }: ManifestFile, name: string) =>
  source === name || path.startsWith(`${name.replace(/\/$/, '')}/`);

const clipNames = /^\.(mp4|m4v|mov|mkv|webm|avi)$/i;
const liveLabels = /^(live|real|genuine|bona[ _-]?fide)$/i;
/** Labels of attacks; others, such as `photo` or `multi_face`, are of files that say nothing of liveness. */
const attackLabels =
  /attack|spoof|fake|print|paper|poster|replay|screen|display|monitor|phone|tablet|mask|cut|mannequin|doll|swap|inject|morph|synth|generated|make-?up/i;

function describeRow(row: Row, folder: string): ManifestFile {
  const { path = '', label = '' } = row;
  const parts = path.split('/');
  const source = row.source || (parts.length > 2 ? parts[1]! : (parts[0] ?? ''));
  const presentation = clipNames.test(extname(path)) ? 'clip' : 'still';
  const live = liveLabels.test(label);
  return {
    path,
    file: join(folder, path),
    presentation,
    source,
    family: row.source_repo || source,
    species: live ? 'live' : row.species || label,
    live,
    subject: row.subject || undefined,
    clip: row.clip || clipOf(row, presentation),
    noisy: /^(1|true|yes)$/i.test(row.noisy ?? ''),
    sha256: row.sha256?.toLowerCase() || undefined,
  };
}

/** A clip is its own; a frame is known by where it was taken from, or by a name that goes on after the clip's. */
function clipOf({ path = '', source_repo = '', source_path = '' }: Row, presentation: 'still' | 'clip') {
  const [taken, frame] = source_path.split('#');
  if (taken && (frame !== undefined || presentation === 'clip')) return `${source_repo}:${taken}`;
  if (presentation === 'clip') return path;
  const named = /^(.*\.(?:mp4|m4v|mov|mkv|webm|avi))[._-]?\d+\.\w+$/i.exec(basename(path))?.[1];
  return named === undefined ? undefined : join(dirname(path), named);
}

/** Says of a row why it is not counted; undefined where it is. */
function conditions(
  where: readonly string[],
  columns: readonly string[],
): (row: Row, file: ManifestFile) => string | undefined {
  const known = [...new Set([...columns, 'source', 'species', 'family', 'clip', 'presentation'])];
  const tests = where.map((text) => {
    const [, name = '', sign, list = ''] = /^\s*([\w.-]+)\s*(!?=)\s*(.*?)\s*$/.exec(text) ?? [];
    if (sign === undefined)
      throw new UsageError(`--where '${text}': write column=value, column!=value or column=value,value.`);
    if (!known.includes(name))
      throw new UsageError(`--where '${text}': there is no column "${name}"; there are ${known.join(', ')}.`);
    const values = list.split(',').map((value) => value.trim());
    const isOne = (value: string) =>
      name === 'path' ? values.some((start) => value.startsWith(start)) : values.includes(value);
    return (row: Row, file: ManifestFile) =>
      isOne(fieldOf(name, row, file)) === (sign === '=') ? undefined : `not of ${text.trim()}`;
  });
  if (where.length === 0 && columns.includes('kind'))
    tests.push(({ kind }) => (kind === 'A' || kind === 'B' ? undefined : `of kind ${kind || 'unknown'}`));
  return (row, file) => {
    for (const test of tests) {
      const why = test(row, file);
      if (why !== undefined) return why;
    }
    if (file.live || attackLabels.test(row.species || row.label!)) return undefined;
    return `labelled ${row.label || 'nothing'}, which is neither live nor an attack`;
  };
}

function fieldOf(name: string, row: Row, file: ManifestFile): string {
  if (name === 'source' || name === 'species' || name === 'family' || name === 'presentation')
    return file[name];
  if (name === 'clip') return file.clip ?? '';
  return row[name] ?? '';
}

/** A file with the hash of its bytes. */
export interface HashedFile extends ManifestFile {
  readonly sha256: string;
}

/**
 * Hashes every file, and compares with the manifest.
 *
 * @throws UsageError that names files which are missing or differ
 */
export async function checkFiles(files: readonly ManifestFile[]): Promise<readonly HashedFile[]> {
  const problems: string[] = [];
  const hashed: HashedFile[] = [];
  for (const file of files) {
    const sha256 = await hashOf(file.file);
    if (sha256 === undefined) problems.push(`${file.path} is not there`);
    else if (file.sha256 !== undefined && file.sha256 !== sha256)
      problems.push(`${file.path} is not the file of the manifest (its SHA-256 is ${sha256})`);
    else hashed.push({ ...file, sha256 });
  }
  if (problems.length > 0) {
    const more = problems.length > 5 ? `\n  … and ${problems.length - 5} more` : '';
    throw new UsageError(
      `${problems.length} of ${files.length} files are not in order.\n  ${problems.slice(0, 5).join('\n  ')}${more}`,
    );
  }
  return hashed;
}

async function hashOf(file: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
    return hash.digest('hex');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'EACCES') return undefined;
    throw error;
  }
}

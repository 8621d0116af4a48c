import { mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EmbeddingSpace } from '../decisions/facts.ts';
import { BonafideError } from '../errors.ts';
import { findEmbeddingSpace } from '../perception/models/embedding-spaces.ts';
import { defaultExpiry, type MatcherSettings, uniqueness } from '../services/matcher.ts';
import { checkConsent, checkUserId } from '../services/user-id.ts';
import { SqlError } from '../stores/database/sql-errors.ts';
import type { Enrolments, Template } from '../stores/ports.ts';
import {
  fileNameOf,
  hashedFileNameOf,
  maxTemplateFileBytes,
  readTemplateFile,
  writeTemplateFile,
} from '../stores/templates/template-files.ts';
import { replaceFile } from '../stores/write-durably.ts';

/** A progress bar, or nothing that looks like one. */
export interface Progress {
  start(total: number, done: number): void;
  increment(): void;
  stop(): void;
}

/**
 * Writes every template as a file of the folder, which is made where there is none; what stands there under the same
 * name is replaced. Nobody but the owner may read them.
 *
 * @returns how many
 */
export async function exportTemplates(
  enrolments: Pick<Enrolments, 'export'>,
  folder: string,
  now: Date,
  total: number,
  progress: Progress,
): Promise<number> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const taken = new Set<string>();
  let count = 0;
  progress.start(total, 0);
  try {
    for await (const template of enrolments.export(now)) {
      const plain = fileNameOf(template.userId);
      const name = taken.has(plain.toLowerCase()) ? hashedFileNameOf(template.userId) : plain;
      taken.add(name.toLowerCase());
      replaceFile(join(folder, name), writeTemplateFile(template));
      count++;
      progress.increment();
    }
  } finally {
    progress.stop();
  }
  return count;
}

export interface ImportResult {
  readonly imported: number;
  readonly refused: readonly { readonly file: string; readonly problem: string }[];
}

/** How files are imported; what the server's settings say of enrolments holds for them too. */
export interface ImportOptions extends MatcherSettings {
  readonly now: () => Date;
  /** What files are of that hold an embedding alone, as the operator says; undefined: those are refused. */
  readonly vouched: EmbeddingSpace | undefined;
}

/** Enrols every `.npz` of a folder, each for itself: what is wrong with one keeps no other out. */
export async function importTemplates(
  enrolments: Pick<Enrolments, 'put'>,
  folder: string,
  options: ImportOptions,
  progress: Progress,
): Promise<ImportResult> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.npz')).sort();
  const refused: { file: string; problem: string }[] = [];
  progress.start(files.length, 0);
  try {
    for (const file of files) {
      const time = options.now();
      try {
        const bytes = await readSmall(join(folder, file));
        const template = complete(readTemplateFile(bytes, file, time, options.vouched), options, time);
        const outcome = await enrolments.put(template, time, {
          event: 'imported',
          ...uniqueness(options, template.model),
        });
        if (outcome === 'face_taken')
          throw new Error('Its face is enrolled under another id (UNIQUE_FACES).');
      } catch (error) {
        // What is wrong with the database is wrong with all files.
        if (error instanceof BonafideError && error.status >= 500) throw error;
        if (error instanceof SqlError) throw error;
        refused.push({ file, problem: (error as Error).message });
      }
      progress.increment();
    }
  } finally {
    progress.stop();
  }
  return { imported: files.length - refused.length, refused };
}

/** Reads no more of a file than a template may have, and one byte. */
async function readSmall(path: string): Promise<Uint8Array> {
  const handle = await open(path);
  try {
    const buffer = Buffer.alloc(maxTemplateFileBytes + 1);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/**
 * A template with the end that it has by the settings.
 *
 * @throws Error where it is none that a server could compare
 */
function complete(template: Template, { lifetimeDays }: ImportOptions, now: Date): Template {
  checkUserId(template.userId);
  if (template.consent !== null) checkConsent(template.consent);
  const { model, modelHash, recipe, vector, createdAt } = template;
  const space = findEmbeddingSpace(model);
  if (!space || space.modelHash !== modelHash || space.recipe !== recipe)
    throw new Error('It is of a model, weights or an alignment that this version does not have: enrol anew.');
  if (vector.length !== space.length)
    throw new Error(`Its embedding has ${vector.length} numbers; those of ${model} have ${space.length}.`);
  const expiresAt = template.expiresAt ?? defaultExpiry(createdAt, lifetimeDays);
  if (expiresAt && expiresAt <= now)
    throw new Error(template.expiresAt ? 'It has expired.' : 'It is older than TEMPLATE_LIFETIME_DAYS.');
  return { ...template, expiresAt };
}

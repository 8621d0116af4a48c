import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findEmbeddingSpace } from '../perception/models/embedding-spaces.ts';
import { checkConsent, checkUserId } from '../services/user-id.ts';
import type { Enrolments, Template } from '../stores/ports.ts';
import {
  fileNameOf,
  hashedFileNameOf,
  maxTemplateFileBytes,
  readTemplateFile,
  writeTemplateFile,
} from '../stores/templates/template-files.ts';

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
      await writePrivately(join(folder, name), writeTemplateFile(template));
      count++;
      progress.increment();
    }
  } finally {
    progress.stop();
  }
  return count;
}

/** Renaming puts it in the place of whatever is there, a link included; it is never half written. */
async function writePrivately(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

export interface ImportResult {
  readonly imported: number;
  readonly refused: readonly { readonly file: string; readonly problem: string }[];
}

/** Enrols every `.npz` of a folder, each for itself: what is wrong with one keeps no other out. */
export async function importTemplates(
  enrolments: Pick<Enrolments, 'put'>,
  folder: string,
  now: () => Date,
  progress: Progress,
): Promise<ImportResult> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.npz')).sort();
  const refused: { file: string; problem: string }[] = [];
  progress.start(files.length, 0);
  try {
    for (const file of files) {
      const time = now();
      let template: Template;
      try {
        template = check(readTemplateFile(await readSmall(join(folder, file)), file, time), time);
      } catch (error) {
        refused.push({ file, problem: (error as Error).message });
        continue;
      } finally {
        progress.increment();
      }
      await enrolments.put(template, time, { event: 'imported' });
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

/** @throws Error where the template is none that a server could compare */
function check(template: Template, now: Date): Template {
  checkUserId(template.userId);
  if (template.consent !== null) checkConsent(template.consent);
  const { model, modelHash, recipe, vector, expiresAt } = template;
  const space = findEmbeddingSpace(model);
  if (!space || space.modelHash !== modelHash || space.recipe !== recipe)
    throw new Error('It is of a model, weights or an alignment that this version does not have: enrol anew.');
  if (vector.length !== space.length)
    throw new Error(`Its embedding has ${vector.length} numbers; those of ${model} have ${space.length}.`);
  if (expiresAt && expiresAt <= now) throw new Error('It has expired.');
  return template;
}

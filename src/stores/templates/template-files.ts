import { createHash } from 'node:crypto';
import { unzipSync, zipSync } from 'fflate';
import type { EmbeddingSpace } from '../../decisions/facts.ts';
import type { Template } from '../ports.ts';
import { type NpyArray, readNpy, writeFloats, writeInteger, writeText } from './npy.ts';

/** Largest file of one template, and largest of its arrays, in bytes: a real one has less than a tenth of it. */
export const maxTemplateFileBytes = 65_536;

/** Most arrays in a file; a real one has nine. */
const maxArrays = 32;

/** The arrays that say what an embedding is of; with none of them, a file is as other servers of seed 004 write it. */
const spaceArrays = ['model', 'model_hash', 'recipe'];

/** How far from 1 the length of a vector may be, which has gone through other programs. */
const lengthTolerance = 1e-3;

/**
 * A template as seed 004's `{user_id}.npz`: `embedding` (floats), and as texts `user_id`, `model`, `model_hash`,
 * `recipe`, `created` and, where there are any, `consent` and `expires` (ISO 8601); `frames` is a number. NumPy reads it
 * with `numpy.load(…, allow_pickle=False)`.
 *
 * It is not encrypted: whoever has it has the face.
 */
export function writeTemplateFile(template: Template): Uint8Array {
  const { userId, vector, model, modelHash, recipe, frames, consent, createdAt, expiresAt } = template;
  const texts = {
    user_id: userId,
    model,
    model_hash: modelHash,
    recipe,
    created: createdAt.toISOString(),
    ...(consent !== null && { consent }),
    ...(expiresAt && { expires: expiresAt.toISOString() }),
  };
  const arrays: Record<string, Uint8Array> = {
    'embedding.npy': writeFloats(vector),
    'frames.npy': writeInteger(frames),
  };
  for (const [name, text] of Object.entries(texts)) arrays[`${name}.npy`] = writeText(text);
  return zipSync(arrays, { level: 0, mtime: createdAt });
}

/**
 * Reads what {@link writeTemplateFile} writes, also as other programs write it.
 *
 * @param fileName names the person where the file itself does not
 * @param imported when, for files that do not say when they were made
 * @param vouched what a file is of that holds nothing but an embedding; such files are refused without
 * @throws Error that says what is wrong; it names nothing of the template
 */
export function readTemplateFile(
  bytes: Uint8Array,
  fileName: string,
  imported: Date,
  vouched?: EmbeddingSpace,
): Template {
  const arrays = readArrays(bytes);
  const isBare = spaceArrays.every((name) => !arrays.has(name));
  if (isBare && !vouched && arrays.has('embedding'))
    throw new Error(
      'It holds an embedding and does not say of which model: if you know that, name it with --model, else enrol anew.',
    );
  const text = (name: string) => {
    const array = arrays.get(name);
    if (array && array.kind !== 'text') throw new Error(`${name} is no text.`);
    return array?.value;
  };
  const required = (name: string) => {
    const value = text(name);
    if (!value)
      throw new Error(`It has no ${name}, without which nothing can be compared with it: enrol anew.`);
    return value;
  };
  const frames = arrays.get('frames');
  return {
    userId: whoseFile(fileName, text('user_id')),
    vector: readVector(arrays.get('embedding')),
    ...(isBare && vouched
      ? { model: vouched.model, modelHash: vouched.modelHash, recipe: vouched.recipe }
      : { model: required('model'), modelHash: required('model_hash'), recipe: required('recipe') }),
    frames: frames?.kind === 'floats' ? wholeNumber(frames.values[0]) : 1,
    consent: text('consent') || null,
    createdAt: date('created', text('created')) ?? imported,
    expiresAt: date('expires', text('expires')) ?? null,
  };
}

function readArrays(bytes: Uint8Array): ReadonlyMap<string, NpyArray> {
  if (bytes.length > maxTemplateFileBytes) throw new Error('It is too large for a template.');
  let count = 0;
  const filter = ({ originalSize, size }: { originalSize: number; size: number }) => {
    count++;
    if (count > maxArrays || originalSize > maxTemplateFileBytes || size > maxTemplateFileBytes)
      throw new Error('It unpacks to too much for a template.');
    return true;
  };
  const files = unzip(bytes, filter);
  return new Map(
    Object.entries(files).map(([name, content]) => {
      try {
        return [name.replace(/\.npy$/, ''), readNpy(content)];
      } catch (error) {
        throw new Error(`Its array ${JSON.stringify(name)} ${(error as Error).message}.`);
      }
    }),
  );
}

function unzip(bytes: Uint8Array, filter: (file: { originalSize: number; size: number }) => boolean) {
  try {
    return unzipSync(bytes, { filter });
  } catch (error) {
    // fflate's errors have a code of their own.
    throw typeof (error as { code?: unknown }).code === 'number' ? new Error('It is no zip file.') : error;
  }
}

function readVector(array: NpyArray | undefined): Float32Array {
  if (array?.kind !== 'floats') throw new Error('It has no array of floats named embedding.');
  const { shape, values } = array;
  if (shape.length === 0 || Math.max(...shape) !== values.length)
    throw new Error('Its embedding is not one row of numbers.');
  const length = Math.hypot(...values);
  // NaN is near to nothing.
  if (!(Math.abs(length - 1) <= lengthTolerance))
    throw new Error(`Its embedding has the norm ${length.toPrecision(3)}, and must have 1.`);
  return Float32Array.from(values);
}

function wholeNumber(value: number | undefined): number {
  if (value === undefined || !Number.isInteger(value) || value < 1)
    throw new Error('frames is no whole number.');
  return value;
}

function date(name: string, text: string | undefined): Date | undefined {
  if (!text) return undefined;
  const parsed = new Date(text);
  if (Number.isNaN(parsed.getTime())) throw new Error(`${name} is no time.`);
  return parsed;
}

/** Longest name that is the id itself, in bytes: file systems take 255, and the ending needs some. */
const maxNameBytes = 200;

/**
 * The file of a user: the id where it is a plain name, else with its other bytes as `%2F`; so no id leaves the folder or
 * is hidden in it. One that is too long ends with `~` and its hash.
 */
export function fileNameOf(userId: string): string {
  const name = [...Buffer.from(userId)].map(encodeByte).join('');
  return `${name.length <= maxNameBytes ? name : shortName(userId)}.npz`;
}

/** A name for an id whose own is taken by another one, on file systems that make no difference of case. */
export function hashedFileNameOf(userId: string): string {
  return `${shortName(userId)}.npz`;
}

function shortName(userId: string): string {
  const hash = createHash('sha256').update(userId).digest('hex');
  return `${[...Buffer.from(userId)].map(encodeByte).join('').slice(0, 60)}~${hash}`;
}

/** A leading dot would hide a file; `~` marks shortened names, and `%` is what begins an encoded byte. */
function encodeByte(byte: number, at: number): string {
  const letter = String.fromCharCode(byte);
  const isPlain = /[\w@+=-]/.test(letter) || (letter === '.' && at > 0);
  return isPlain ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/**
 * A file that was copied or renamed would replace the template of the one whom it names inside.
 *
 * @param named the id that the file itself holds
 */
function whoseFile(fileName: string, named: string | undefined): string {
  if (named === undefined) return userIdOf(fileName);
  if (fileName === hashedFileNameOf(named) || fileName === fileNameOf(named) || userIdOf(fileName) === named)
    return named;
  throw new Error('Its name says another id than the file itself: it was copied or renamed.');
}

function userIdOf(fileName: string): string {
  const name = fileName.replace(/\.npz$/, '');
  if (name.includes('~')) throw new Error('Its name is shortened, and it does not say whose it is.');
  try {
    return decodeURIComponent(name);
  } catch {
    throw new Error('Its name is no user id.');
  }
}

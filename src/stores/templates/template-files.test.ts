import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { testTemplate } from '../../../test/support/templates.ts';
import { readNpy, writeFloats, writeInteger, writeText } from './npy.ts';
import {
  fileNameOf,
  hashedFileNameOf,
  maxTemplateFileBytes,
  readTemplateFile,
  writeTemplateFile,
} from './template-files.ts';

const now = new Date('2026-06-01T12:00:00Z');
const whole = testTemplate('👩‍🚀/../15', {
  consent: 'contract/7',
  expiresAt: new Date('2030-01-01T00:00:00Z'),
});
const { vector } = whole;

describe('the file of a template', () => {
  it.each([whole, testTemplate('15')])('is read as it was written', (template) => {
    const bytes = writeTemplateFile(template);
    for (const nameOf of [fileNameOf, hashedFileNameOf])
      expect(readTemplateFile(bytes, nameOf(template.userId), now)).toEqual(template);
    expect(() => readTemplateFile(bytes, 'somebody-else.npz', now)).toThrow('copied or renamed');
  });

  it('is an array of NumPy as its format has it', () => {
    // What numpy.save makes of numpy.array([1, -2], dtype='<f4') and of numpy.array('é').
    const header = (descr: string, shape: string) =>
      `\x93NUMPY\x01\x00v\x00{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(127) +
      '\n';
    expect(writeFloats(Float32Array.of(1, -2)).toString('latin1')).toBe(
      `${header('<f4', '(2,)')}\0\0\x80?\0\0\0\xc0`,
    );
    expect(writeText('é').toString('latin1')).toBe(`${header('<U1', '()')}\xe9\0\0\0`);
    expect(writeInteger(-2).toString('latin1')).toBe(`${header('<i4', '()')}\xfe\xff\xff\xff`);
  });

  const arrays = {
    'embedding.npy': writeFloats(vector),
    'model.npy': writeText('dlib-resnet'),
    'model_hash.npy': writeText('ab'.repeat(32)),
    'recipe.npy': writeText('five-points-150-mirror-1'),
  };
  const read = (changes: Record<string, Uint8Array | undefined>, fileName = '15.npz') => {
    const entries = Object.entries({ ...arrays, ...changes }).filter(([, bytes]) => bytes !== undefined);
    return readTemplateFile(
      zipSync(Object.fromEntries(entries) as Record<string, Uint8Array>),
      fileName,
      now,
    );
  };

  it('may be packed, and may leave out all but the embedding and what it is of', () => {
    expect(read({})).toEqual({
      userId: '15',
      model: 'dlib-resnet',
      modelHash: 'ab'.repeat(32),
      recipe: 'five-points-150-mirror-1',
      vector,
      frames: 1,
      consent: null,
      createdAt: now,
      expiresAt: null,
    });
    expect(read({}, '%2E%2E%2Fx.npz').userId).toBe('../x');
  });

  it('may be an embedding alone where somebody vouches for what it is of', () => {
    const bare = zipSync({ 'embedding.npy': writeFloats(vector) });
    expect(() => readTemplateFile(bare, '15.npz', now)).toThrow('name it with --model');
    const space = { model: 'mobilefacenet', modelHash: 'cd'.repeat(32), recipe: 'another' };
    expect(readTemplateFile(bare, '15.npz', now, space)).toMatchObject({ userId: '15', ...space, vector });
    // What a file says of itself holds.
    expect(readTemplateFile(zipSync(arrays), '15.npz', now, space).model).toBe('dlib-resnet');
  });

  it.each<[string, Record<string, Uint8Array | undefined>, string]>([
    ['no embedding', { 'embedding.npy': undefined }, 'no array of floats named embedding'],
    ['no model', { 'model.npy': undefined }, 'It has no model'],
    ['NaN', { 'embedding.npy': writeFloats(vector.map(() => Number.NaN)) }, 'must have 1'],
    ['a NaN', { 'embedding.npy': writeFloats(vector.with(5, Number.NaN)) }, 'must have 1'],
    ['infinity', { 'embedding.npy': writeFloats(vector.with(5, Number.POSITIVE_INFINITY)) }, 'must have 1'],
    ['a longer vector', { 'embedding.npy': writeFloats(vector.map((value) => value * 2)) }, 'must have 1'],
    ['nothing in it', { 'embedding.npy': writeFloats(new Float32Array(0)) }, 'must have 1'],
    ['text as embedding', { 'embedding.npy': writeText('x') }, 'no array of floats'],
    ['a cut array', { 'embedding.npy': writeFloats(vector).subarray(0, 200) }, 'is cut off'],
    [
      'more than it says',
      { 'embedding.npy': Buffer.concat([writeFloats(vector), Buffer.alloc(4)]) },
      'is cut off',
    ],
    ['no array', { 'model.npy': Buffer.from('dlib-resnet') }, 'is no array of NumPy'],
    [
      'a pickle',
      { 'model.npy': Buffer.from(writeText('x').toString('latin1').replace("'<U1'", "'|O' "), 'latin1') },
      'which is not',
    ],
    ['numbers as model', { 'model.npy': writeInteger(7) }, 'model is no text'],
    ['no time', { 'expires.npy': writeText('tomorrow') }, 'expires is no time'],
    ['half a frame', { 'frames.npy': writeFloats(Float32Array.of(0.5)) }, 'frames is no whole number'],
    ['a bomb', { 'bomb.npy': new Uint8Array(50_000_000) }, 'unpacks to too much'],
    [
      'too many arrays',
      Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`${at}`, writeInteger(at)])),
      'unpacks to too much',
    ],
  ])('is refused with %s', (_what, changes, problem) => {
    expect(() => read(changes)).toThrow(problem);
  });

  it('is refused where it is none, or too large, or cut off anywhere', () => {
    expect(() => readTemplateFile(Buffer.from('hello'), '15.npz', now)).toThrow('It is no zip file.');
    expect(() => readTemplateFile(Buffer.alloc(maxTemplateFileBytes + 1), '15.npz', now)).toThrow(
      'too large',
    );
    const bytes = writeTemplateFile(whole);
    for (let length = 0; length < bytes.length; length += 7)
      expect(() => readTemplateFile(bytes.slice(0, length), 'x.npz', now), `${length} bytes`).toThrow();
  });

  it('unpacks no more than a file that lies about its size says', () => {
    const bytes = zipSync({ ...arrays, 'bomb.npy': new Uint8Array(50_000_000) });
    const buffer = Buffer.from(bytes);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(50_000_000);
    for (let at = buffer.indexOf(size); at !== -1; at = buffer.indexOf(size, at + 1))
      buffer.writeUInt32LE(100, at);
    expect(() => readTemplateFile(buffer, '15.npz', now)).toThrow();
  });

  it('damaged in any byte is refused, or read without what was damaged, and never crashes', () => {
    const bytes = writeTemplateFile(testTemplate('15'));
    for (let at = 0; at < bytes.length; at += 3) {
      const damaged = bytes.slice();
      damaged[at]! ^= 0xff;
      try {
        expect(Math.hypot(...readTemplateFile(damaged, 'x.npz', now).vector)).toBeCloseTo(1, 2);
      } catch (error) {
        expect(error, `byte ${at}`).toBeInstanceOf(Error);
      }
    }
  });
});

describe('the name of the file', () => {
  const hostile = [
    '../../x',
    '..',
    '.',
    '.hidden',
    '/etc/passwd',
    'a\\b',
    'a:b',
    'con%2F',
    '~',
    'x~y',
    '👩‍🚀',
    '',
    ' ',
    'é'.repeat(128),
    'x'.repeat(256),
    '🙂'.repeat(64),
  ];

  it.each(hostile)('of %j is one plain name, and leads back to it or says that it does not', (userId) => {
    const name = fileNameOf(userId);
    expect(name).toMatch(/^(?!\.)[\w@+=%~.-]{0,250}\.npz$|^\.npz$/);
    expect(name).not.toContain('/');
    if (name.includes('~')) expect(name.length).toBeLessThan(200);
    const bytes = zipSync({
      'embedding.npy': writeFloats(vector),
      'model.npy': writeText('m'),
      'model_hash.npy': writeText('h'),
      'recipe.npy': writeText('r'),
    });
    if (name.includes('~')) expect(() => readTemplateFile(bytes, name, now)).toThrow('name is shortened');
    else expect(readTemplateFile(bytes, name, now).userId).toBe(userId);
  });

  it('of every id is its own', () => {
    const ids = [...hostile, 'x'.repeat(255), `${'x'.repeat(255)}y`, '%2E%2E', 'a/b', 'a%2Fb'];
    expect(new Set(ids.map(fileNameOf)).size).toBe(new Set(ids).size);
    expect(new Set(ids.map(hashedFileNameOf)).size).toBe(new Set(ids).size);
  });
});

it('reads other numbers of NumPy, and another version of its header', () => {
  const doubles = Buffer.from(
    writeFloats(Float32Array.of(1, 2)).toString('latin1').replace('<f4', '<f8').replace('(2,)', '(1,)'),
    'latin1',
  );
  doubles.writeDoubleLE(0.25, 128);
  expect(readNpy(doubles)).toMatchObject({ kind: 'floats', shape: [1], values: Float64Array.of(0.25) });
  const first = writeFloats(Float32Array.of(3));
  const second = Buffer.concat([
    first.subarray(0, 6),
    Buffer.from([2, 0]),
    first.subarray(8, 10),
    Buffer.alloc(2),
    first.subarray(10),
  ]);
  expect(readNpy(second)).toMatchObject({ shape: [1], values: Float64Array.of(3) });
});

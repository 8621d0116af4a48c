import { expect, it } from 'vitest';
import { withoutFolders } from './without-folders.ts';

const settings = { MODELS_DIR: '../ana (private)/models', MODEL_PATH: '/home/ana maria/net.onnx' };

it.each([
  ['Not installed in ../ana (private)/models (MODELS_DIR): v2.', 'Not installed in MODELS_DIR: v2.'],
  ['MODEL_PATH=/home/ana maria/net.onnx is no file it knows.', 'MODEL_PATH is no file it knows.'],
  ['Not installed in /home/ana maria/models (MODELS_DIR): v2.', 'Not installed in MODELS_DIR: v2.'],
  [
    'Two of /srv/faces/a.jpg and C:\\faces\\b.jpg; see /health.',
    'Two of a folder and a folder; see /health.',
  ],
])('takes the folders out of %j', (sentence, rest) => {
  expect(withoutFolders(sentence, settings)).toBe(rest);
});

it('leaves words alone that a setting happens to be', () => {
  const sentence = '`bonafide models pull` fetches what is not installed in models (MODELS_DIR).';
  expect(withoutFolders(sentence, { MODELS_DIR: 'models', MODEL_PATH: '' })).toBe(
    '`bonafide models pull` fetches what is not installed in MODELS_DIR.',
  );
});

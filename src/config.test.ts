import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

it('takes the keys apart', () => {
  expect(readConfig({ API_KEY: ' first, second,,' }).API_KEY).toEqual(['first', 'second']);
});

it.each([undefined, ''])('API_KEY=%j is no key', (key) => {
  expect(readConfig({ API_KEY: key }).API_KEY).toEqual([]);
});

it.each([',', ' ', ' , ,'])('API_KEY=%j is a mistake, not an open server', (key) => {
  expect(() => readConfig({ API_KEY: key })).toThrow(/API_KEY is set, but holds no key/);
});

it.each(['notaurl', 'ftp://x.example', 'https://x.example/?a=b'])('PUBLIC_URL=%s is refused', (url) => {
  expect(() => readConfig({ PUBLIC_URL: url })).toThrow(/PUBLIC_URL=.*: must be an http or https address/);
});

it.each([
  'ftp://mirror.example',
  'https://user:secret@mirror.example/models',
  'https://mirror.example/?token=secret',
])('MODELS_MIRROR=%s is refused, and not shown', (mirror) => {
  const read = () => readConfig({ MODELS_MIRROR: mirror });
  expect(read).toThrow(/MODELS_MIRROR must be a folder, or an http or https address without user/);
  expect(read).not.toThrow(mirror);
});

it.each(['', '../models', '/srv/models', 'C:\\models', 'http://mirror:8080/models/'])(
  'MODELS_MIRROR=%s is taken',
  (mirror) => {
    expect(readConfig({ MODELS_MIRROR: mirror }).MODELS_MIRROR).toBe(mirror);
  },
);

it('refuses a list of nets that names none', () => {
  expect(() => readConfig({ ANTISPOOF_NETS: ',' })).toThrow(/ANTISPOOF_NETS is set, but names no net/);
});

it('refuses clips that need more frames than are looked at', () => {
  const frames = { VIDEO_LIVENESS_MIN_FRAMES: '9', VIDEO_LIVENESS_MAX_FRAMES: '8' };
  expect(() => readConfig(frames)).toThrow(/VIDEO_LIVENESS_MIN_FRAMES must not be above/);
});

it('refuses to require an anti-spoof net and to do without one', () => {
  const both = { REQUIRE_ANTI_SPOOF: 'true', ALLOW_HEURISTIC_ENROL: 'true' };
  expect(() => readConfig(both)).toThrow(/REQUIRE_ANTI_SPOOF and ALLOW_HEURISTIC_ENROL contradict/);
});

it.each([
  [
    `${'0f'.repeat(31)}0g`,
    /TEMPLATE_KEY: Template key 1 of 1 has 64 characters, which in hex must be 64, each of 0-9/,
  ],
  ['0f'.repeat(31), /has 62 characters, which in hex must be 64/],
  [`${'0f'.repeat(32)},c2hvcnQ=`, /Template key 2 of 2 holds 5 bytes/],
  [',', /TEMPLATE_KEY is set, but holds no key/],
])('refuses TEMPLATE_KEY=%s, and does not show it', (text, sentence) => {
  expect(() => readConfig({ TEMPLATE_KEY: text })).toThrow(sentence);
  if (text.length > 1) expect(() => readConfig({ TEMPLATE_KEY: text })).not.toThrow(text);
});

it('names every wrong setting at once', () => {
  const wrong = {
    PORT: 'eighty',
    ENABLE_METRICS: 'maybe',
    LIVE_THRESHOLD: '0.2',
    ATTACK_THRESHOLD: '0.3',
    API_KEY: ',',
  };
  expect(() => readConfig(wrong)).toThrow(
    /PORT=eighty: must be a whole number(.|\n)*API_KEY is set(.|\n)*ATTACK_THRESHOLD must not be above/,
  );
});

describe('ANTISPOOF_NETS', () => {
  it('says `none` alone', () => {
    expect(readConfig({ ANTISPOOF_NETS: 'none' }).ANTISPOOF_NETS).toEqual([]);
    expect(readConfig({}).ANTISPOOF_NETS).toEqual(['minifasnet-v2', 'minifasnet-v1se']);
    expect(() => readConfig({ ANTISPOOF_NETS: 'none,minifasnet-v2' })).toThrow(/`none` and others/);
  });

  it('goes with one word about what may be trusted', () => {
    const both = { REQUIRE_ANTI_SPOOF: 'true', ALLOW_EXPERIMENTAL: 'true' };
    expect(() => readConfig(both)).toThrow(/REQUIRE_ANTI_SPOOF and ALLOW_EXPERIMENTAL contradict/);
  });
});

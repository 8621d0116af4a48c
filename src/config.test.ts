import { expect, it } from 'vitest';
import { readConfig } from './config.ts';

it('takes the keys apart', () => {
  expect(readConfig({ API_KEY: ' first, second,,' }).API_KEY).toEqual(['first', 'second']);
});

it.each([undefined, ''])('API_KEY=%j is no key: the server keeps to loopback', (key) => {
  const { API_KEY, HOST } = readConfig({ API_KEY: key });
  expect([API_KEY, HOST]).toEqual([[], '127.0.0.1']);
});

it.each([',', ' ', ' , ,'])('API_KEY=%j is a mistake, not an open server', (key) => {
  expect(() => readConfig({ API_KEY: key })).toThrow(/API_KEY is set, but holds no key/);
});

it('names every wrong setting at once', () => {
  const wrong = { PORT: 'eighty', ENABLE_METRICS: 'maybe', LIVE_THRESHOLD: '0.2', API_KEY: ',' };
  expect(() => readConfig(wrong)).toThrow(
    /PORT=eighty: must be a whole number(.|\n)*API_KEY is set(.|\n)*ATTACK_THRESHOLD must not be above/,
  );
});

import { Histogram, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { quantile, readLatencies } from './latencies.ts';

const registers = [new Registry()];
const buckets = [0.01, 0.02, 0.05];

it('reads a histogram, series by series, in milliseconds', async () => {
  const histogram = new Histogram({ name: 'stages', help: 'x', labelNames: ['stage'], buckets, registers });
  for (const seconds of [0.015, 0.015, 0.03, 0.03]) histogram.observe({ stage: 'mesh' }, seconds);
  histogram.observe({ stage: 'decode' }, 0.2);
  const [mesh, decode, ...others] = await readLatencies(registers[0]!, 'stages');
  expect(others).toEqual([]);
  expect(mesh).toMatchObject({ labels: { stage: 'mesh' }, count: 4 });
  expect(mesh!.mean).toBeCloseTo(22.5);
  expect(mesh!.median).toBeCloseTo(20);
  expect(mesh!.p95).toBeCloseTo(47);
  // Beyond the largest bucket nothing is known but that.
  expect(decode).toMatchObject({ labels: { stage: 'decode' }, count: 1, mean: 200, median: 50, p95: 50 });
});

it('knows of no histogram that is not there', async () => {
  expect(await readLatencies(registers[0]!, 'nothing')).toEqual([]);
});

it('puts nothing where nothing was counted', () => {
  expect(quantile([], 0.5)).toBe(0);
  expect(quantile([{ le: 1, count: 0 }], 0.5)).toBe(0);
});

import type { Registry } from 'prom-client';

/** How long something took, since the server started. Milliseconds. */
export interface Latency {
  /** Its labels: `{ stage: 'detector' }` for instance. */
  readonly labels: Readonly<Record<string, string>>;
  readonly count: number;
  readonly mean: number;
  /** Estimated within buckets, as Prometheus' `histogram_quantile` does; the largest bucket's bound where it is beyond. */
  readonly median: number;
  readonly p95: number;
}

/** One bucket of a histogram: how many took no longer than `le` seconds. */
interface Bucket {
  readonly le: number;
  readonly count: number;
}

interface Sample {
  readonly value: number;
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
}

/** The series of a histogram of seconds, the most frequent first; none where the registry has no such histogram. */
export async function readLatencies(registry: Registry, name: string): Promise<readonly Latency[]> {
  const metric = await registry.getSingleMetric(name)?.get();
  if (!metric) return [];
  const series = new Map<string, Sample[]>();
  for (const sample of metric.values as unknown as readonly Sample[]) {
    const { le, ...labels } = sample.labels;
    const key = JSON.stringify(labels);
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  const latencies = [...series].map(([key, samples]) => toLatency(JSON.parse(key), samples, name));
  return latencies.filter(({ count }) => count > 0).sort((one, other) => other.count - one.count);
}

function toLatency(labels: Latency['labels'], samples: readonly Sample[], name: string): Latency {
  const figureOf = (suffix: string) =>
    samples.find(({ metricName }) => metricName === `${name}_${suffix}`)?.value ?? 0;
  const count = figureOf('count');
  const buckets = samples
    .filter(({ labels }) => 'le' in labels)
    .map(({ labels, value }) => ({
      le: Number(String(labels.le).replace('+Inf', 'Infinity')),
      count: value,
    }));
  const milliseconds = (share: number) => quantile(buckets, share) * 1000;
  const mean = count === 0 ? 0 : (figureOf('sum') / count) * 1000;
  return { labels, count, mean, median: milliseconds(0.5), p95: milliseconds(0.95) };
}

/**
 * The value below which a share of what was counted lies, linear within a bucket.
 *
 * @param buckets cumulative, the last one without a bound
 */
export function quantile(buckets: readonly Bucket[], share: number): number {
  const rank = (buckets.at(-1)?.count ?? 0) * share;
  const at = buckets.findIndex(({ count }) => count >= rank);
  const [bucket, below] = [buckets[at], buckets[at - 1] ?? { le: 0, count: 0 }];
  if (!bucket || rank === 0) return 0;
  if (!Number.isFinite(bucket.le)) return below.le;
  return below.le + ((bucket.le - below.le) * (rank - below.count)) / (bucket.count - below.count);
}

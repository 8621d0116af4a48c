import type { PooledReport, PresentationReport } from '../../decisions/evaluation/report.ts';

/** Several sources together, as the page calls them. */
export interface Pool {
  readonly name: string;
  readonly pool: PooledReport;
}

/** The sources together in each way that differs: the headline, with the confounded, with the noisy too. */
export function poolsOf({ headline, notNoisy, all }: PresentationReport): Pool[] {
  const many = (pool: PooledReport) => pool.sources.length;
  const isNew = many(notNoisy) > many(headline) && many(notNoisy) < many(all);
  return [
    ...(many(headline) > 0 ? [{ name: 'Headline', pool: headline }] : []),
    ...(isNew ? [{ name: 'All but the noisy', pool: notNoisy }] : []),
    ...(many(all) > many(headline) ? [{ name: 'All sources', pool: all }] : []),
  ];
}

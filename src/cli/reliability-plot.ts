import type { ReliabilityBin } from '../decisions/training/reliability.ts';

const width = 480;
const height = 560;
/** The square of the curve, and the strip of the counts below it. */
const frame = { left: 64, top: 40, side: 360 } as const;
const strip = { top: 446, height: 60 } as const;
const font = 'font-family="DejaVu Sans, Verdana, sans-serif"';

/**
 * A reliability plot as SVG: for each bin of scores the share that is live, against the mean score; a classifier whose
 * probabilities keep their word lies on the diagonal. Below, how many pictures each bin has.
 */
export function drawReliability(bins: readonly ReliabilityBin[]): string {
  const { left, top, side } = frame;
  const points = bins.map(({ predicted, observed }) => `${x(predicted)},${y(observed)}`);
  const dots = bins.map(
    ({ predicted, observed, rows }) =>
      `<circle cx="${x(predicted)}" cy="${y(observed)}" r="4.5" fill="#c2410c"><title>score ${predicted.toFixed(3)}, live ${observed.toFixed(3)}, ${rows} pictures</title></circle>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Reliability: the share of live faces for each score" ${font}>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${left}" y="24" font-size="15" font-weight="bold">Reliability, cross-validated</text>`,
    `<rect x="${left}" y="${top}" width="${side}" height="${side}" fill="none" stroke="#333"/>`,
    ...ticks(),
    `<line x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}" stroke="#777" stroke-dasharray="5 4"/>`,
    `<polyline points="${points.join(' ')}" fill="none" stroke="#c2410c" stroke-width="2"/>`,
    ...dots,
    `<text x="18" y="${y(0.5)}" font-size="13" text-anchor="middle" transform="rotate(-90 18 ${y(0.5)})">share that is live (classes counting alike)</text>`,
    ...counts(bins),
    `<text x="${x(0.5)}" y="${strip.top + strip.height + 19}" font-size="13" text-anchor="middle">mean score of a bin; bars: pictures in it</text>`,
    `<text x="${left}" y="${height - 12}" font-size="11" fill="#5b6b7b">Dashed: a probability that keeps its word.</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function ticks(): string[] {
  const { left } = frame;
  return [0, 0.2, 0.4, 0.6, 0.8, 1].flatMap((share) => [
    `<line x1="${x(share)}" y1="${y(0)}" x2="${x(share)}" y2="${y(0) + 5}" stroke="#333"/>`,
    `<text x="${x(share)}" y="${y(0) + 19}" font-size="12" text-anchor="middle">${share}</text>`,
    `<line x1="${left - 5}" y1="${y(share)}" x2="${left}" y2="${y(share)}" stroke="#333"/>`,
    `<text x="${left - 9}" y="${y(share) + 4}" font-size="12" text-anchor="end">${share}</text>`,
  ]);
}

function counts(bins: readonly ReliabilityBin[]): string[] {
  const most = Math.max(...bins.map(({ rows }) => rows));
  const bottom = strip.top + strip.height;
  return bins.flatMap(({ from, to, rows }) => {
    const bar = round((rows / most) * strip.height);
    return [
      `<rect x="${x(from)}" y="${round(bottom - bar)}" width="${round(x(to) - x(from) - 2)}" height="${bar}" fill="#c9d6e4"/>`,
      `<text x="${x((from + to) / 2)}" y="${round(bottom - bar - 4)}" font-size="9" fill="#5b6b7b" text-anchor="middle">${rows}</text>`,
    ];
  });
}

function x(share: number): number {
  return round(frame.left + share * frame.side);
}

function y(share: number): number {
  return round(frame.top + (1 - share) * frame.side);
}

function round(value: number): number {
  return Number(value.toFixed(1));
}

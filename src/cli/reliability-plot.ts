import type { ReliabilityBin } from '../decisions/training/reliability.ts';

const size = 480;
const frame = { left: 64, top: 40, side: 360 } as const;
const font = 'font-family="DejaVu Sans, Verdana, sans-serif"';

/**
 * A reliability plot as SVG: for each bin of scores the share that is live, against the mean score; a classifier whose
 * probabilities keep their word lies on the diagonal. Below, how many pictures each bin has.
 */
export function drawReliability(bins: readonly ReliabilityBin[]): string {
  const { left, top, side } = frame;
  const x = (share: number) => round(left + share * side);
  const y = (share: number) => round(top + (1 - share) * side);
  const most = Math.max(...bins.map(({ rows }) => rows));
  // Counts stand in the lowest fifth, behind the curve.
  const bars = bins.map(({ from, to, rows }) => {
    const height = (rows / most) * 0.2;
    return `<rect x="${x(from)}" y="${y(height)}" width="${round((to - from) * side - 2)}" height="${round(height * side)}" fill="#c9d6e4"><title>${rows} pictures</title></rect>`;
  });
  const counts = bins.map(
    ({ from, to, rows }) =>
      `<text x="${x((from + to) / 2)}" y="${round(Number(y((rows / most) * 0.2)) - 4)}" font-size="9" fill="#5b6b7b" text-anchor="middle">${rows}</text>`,
  );
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].flatMap((share) => [
    `<line x1="${x(share)}" y1="${y(0)}" x2="${x(share)}" y2="${round(Number(y(0)) + 5)}" stroke="#333"/>`,
    `<text x="${x(share)}" y="${round(Number(y(0)) + 19)}" font-size="12" text-anchor="middle">${share}</text>`,
    `<line x1="${left - 5}" y1="${y(share)}" x2="${left}" y2="${y(share)}" stroke="#333"/>`,
    `<text x="${left - 9}" y="${round(Number(y(share)) + 4)}" font-size="12" text-anchor="end">${share}</text>`,
  ]);
  const points = bins.map(({ predicted, observed }) => `${x(predicted)},${y(observed)}`);
  const dots = bins.map(
    ({ predicted, observed, rows }) =>
      `<circle cx="${x(predicted)}" cy="${y(observed)}" r="4.5" fill="#c2410c"><title>score ${predicted.toFixed(3)}, live ${observed.toFixed(3)}, ${rows} pictures</title></circle>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}" role="img" aria-label="Reliability: the share of live faces for each score" ${font}>`,
    `<rect width="${size}" height="${size}" fill="#fff"/>`,
    `<text x="${left}" y="24" font-size="15" font-weight="bold">Reliability, cross-validated</text>`,
    ...bars,
    `<rect x="${left}" y="${top}" width="${side}" height="${side}" fill="none" stroke="#333"/>`,
    ...ticks,
    `<line x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}" stroke="#777" stroke-dasharray="5 4"/>`,
    ...counts,
    `<polyline points="${points.join(' ')}" fill="none" stroke="#c2410c" stroke-width="2"/>`,
    ...dots,
    `<text x="${x(0.5)}" y="${size - 34}" font-size="13" text-anchor="middle">mean score of a bin</text>`,
    `<text x="18" y="${y(0.5)}" font-size="13" text-anchor="middle" transform="rotate(-90 18 ${y(0.5)})">share that is live (classes counting alike)</text>`,
    `<text x="${left}" y="${size - 12}" font-size="11" fill="#5b6b7b">Bars: pictures of each bin. Dashed: a probability that keeps its word.</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function round(value: number): string {
  return String(Number(value.toFixed(1)));
}

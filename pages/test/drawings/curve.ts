import { html, nothing, svg, type TemplateResult } from 'lit';

/** A line of a drawing: values over time, with gaps where there is none. */
export interface Line {
  /** A class of the style sheet. */
  readonly name: string;
  readonly points: readonly (readonly [milliseconds: number, value: number | null])[];
}

/** What is drawn. */
export interface Curve {
  /** For those who do not see it. */
  readonly label: string;
  readonly lines: readonly Line[];
  /** Lowest and highest value; those beyond lie on the edge. */
  readonly range: readonly [number, number];
  /** What the highest and the lowest values mean, in a word. */
  readonly ends: readonly [high: string, low: string];
  /** A value that is marked by a line. */
  readonly mark?: number;
}

const [width, height] = [320, 72];

/** The shortest stretch of time that fills the drawing, in milliseconds. */
const shortest = 10_000;

/** Curves over the time of a check, which all fits. */
export function drawCurve({ label, lines, range, ends, mark }: Curve): TemplateResult {
  const latest = Math.max(shortest, ...lines.map(({ points }) => points.at(-1)?.[0] ?? 0));
  const y = (value: number) => heightOf(value, range);
  const drawing = svg`<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label=${label}>
    <path class="edge" d="M0 ${height - 0.5}H${width}" />
    ${mark === undefined ? nothing : svg`<path class="mark" d="M0 ${y(mark).toFixed(1)}H${width}" />`}
    ${lines.map(({ name, points }) => svg`<path class="line ${name}" d=${pathOf(points, (at) => (at / latest) * width, y)} />`)}
  </svg>`;
  return html`<div class="curve">
    <span class="high">${ends[0]}</span>
    <span class="low">${ends[1]}</span>
    ${drawing}
  </div>`;
}

function heightOf(value: number, [low, high]: Curve['range']): number {
  const share = (Math.min(Math.max(value, low), high) - low) / (high - low);
  return 2 + (1 - share) * (height - 4);
}

/** A path that is lifted where nothing was measured; a value between two gaps is a dot. */
export function pathOf(
  points: Line['points'],
  x: (milliseconds: number) => number,
  y: (value: number) => number,
): string {
  let isDown = false;
  let path = '';
  for (const [index, [at, value]] of points.entries()) {
    if (value === null) {
      isDown = false;
      continue;
    }
    const place = `${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    const isAlone = !isDown && (points[index + 1]?.[1] ?? null) === null;
    path += isAlone ? `M${place}h.1` : `${isDown ? 'L' : 'M'}${place}`;
    isDown = true;
  }
  return path;
}

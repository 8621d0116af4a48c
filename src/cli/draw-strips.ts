import sharp from 'sharp';
import { drawText, escapeMarkup } from './draw-text.ts';

/** Something measured over time; a `null` value breaks the line. */
export interface Line {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly { readonly at: number; readonly value: number | null }[];
  /** `dots`: few measurements, which are shown as they are. */
  readonly style?: 'line' | 'dots';
}

/** A value that the lines are compared with, for the whole time or changing over it. */
export interface Level {
  readonly name?: string;
  readonly colour: string;
  readonly points: Line['points'];
}

/** What was found between two moments. */
export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly colour: string;
  /** A word or two, written into the strip. */
  readonly label: string;
}

/** One diagram; all of them share the axis of time. */
export interface Strip {
  readonly title: string;
  readonly unit: string;
  /** Share of the height, 1 for a usual strip. */
  readonly height: number;
  readonly range: readonly [number, number];
  readonly ticks: readonly number[];
  /** What the upper and the lower end mean. */
  readonly ends?: readonly [string, string];
  readonly lines: readonly Line[];
  readonly levels: readonly Level[];
  readonly marks: readonly Mark[];
}

/** Everything on the sheet; times are milliseconds. */
export interface Strips {
  readonly title: string;
  /** Lines of text under the title. */
  readonly notes: readonly string[];
  readonly duration: number;
  readonly strips: readonly Strip[];
  /** When no face was there to be measured; shaded through all strips. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
}

const width = 1600;
const left = 96;
const right = 40;
const plotWidth = width - left - right;
const stripHeight = 210;
/** Room above each strip for its title and legend. */
const headHeight = 40;
const axisHeight = 56;
const margin = 24;
const letters = { title: 30, note: 17, head: 18, tick: 15, mark: 15 } as const;
/** Of the words in the strips, whose letters are all equally wide: a letter and a row. */
const letterWidth = 0.62 * letters.mark;
const markRow = letters.mark + 4;
const ink = { text: '#1c2430', faint: '#6b7684', grid: '#e3e7ec', frame: '#aab4c0', gap: '#e2e2ea' } as const;

/** A text to be put on the sheet; `across` and `down` say which point of it lies at x, y (0 left, 1 right). */
interface Label {
  readonly markup: string;
  readonly size: number;
  readonly x: number;
  readonly y: number;
  readonly across: number;
  readonly down: number;
}

/** Where a strip lies on the sheet. */
interface Frame {
  readonly top: number;
  readonly height: number;
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
}

/**
 * Draws strips over time, one under the other, as a PNG file.
 *
 * The shapes are an SVG of our own making; letters are drawn apart, in the font that the npm package brings.
 */
export async function drawStrips(sheet: Strips): Promise<Buffer> {
  // Perception shut this door for strangers' files, which are decoded by now.
  sharp.unblock({ operation: ['VipsForeignLoadSvgBuffer'] });
  const title = await drawText(
    paint(sheet.title, ink.text, 'weight="bold"'),
    letters.title,
    width - 2 * margin,
  );
  const notes = await drawText(
    sheet.notes.map((note) => paint(note, ink.text)).join('\n'),
    letters.note,
    width - 2 * margin,
  );
  const firstTop = margin + title.height + 14 + notes.height + 10;
  const frames = placeStrips(sheet, firstTop);
  const bottom = firstTop + frames.reduce((sum, { height }) => sum + height + headHeight, 0);
  const shapes = sheet.strips.flatMap((strip, index) => drawStrip(sheet, strip, frames[index]!));
  const labels = [
    ...sheet.strips.flatMap((strip, index) => labelStrip(strip, frames[index]!)),
    ...labelTime(sheet.duration, bottom),
    ...(sheet.gaps.length > 0 ? [labelGaps(bottom)] : []),
  ];
  const height = bottom + axisHeight;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes.join('')}</svg>`;
  return sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite([
      { input: Buffer.from(svg), left: 0, top: 0 },
      { input: title.image, left: margin, top: margin },
      { input: notes.image, left: margin, top: margin + title.height + 14 },
      ...(await Promise.all(labels.map(place))),
    ])
    .removeAlpha()
    .png()
    .toBuffer();
}

function placeStrips({ strips, duration }: Strips, firstTop: number): Frame[] {
  let next = firstTop;
  return strips.map(({ height: share, range: [low, high] }) => {
    const top = next + headHeight;
    const height = Math.round(stripHeight * share);
    next = top + height;
    return {
      top,
      height,
      x: (at) => left + (plotWidth * at) / Math.max(duration, 1),
      y: (value) => top + height * (1 - (Math.min(Math.max(value, low), high) - low) / (high - low)),
    };
  });
}

function drawStrip(sheet: Strips, strip: Strip, frame: Frame): string[] {
  const { top, height, x, y } = frame;
  const box = (from: number, to: number, style: string) =>
    `<rect x="${fixed(x(from))}" y="${top}" width="${fixed(Math.max(x(to) - x(from), 2))}" height="${height}" ${style}/>`;
  return [
    ...sheet.gaps.map(({ from, to }) => box(from, to, `fill="${ink.gap}"`)),
    ...strip.marks.map(({ from, to, colour }) => box(from, to, `fill="${colour}" fill-opacity="0.16"`)),
    ...strip.ticks.map((tick) => stroke(`M${left} ${fixed(y(tick))}H${left + plotWidth}`, ink.grid, 1)),
    ...secondsOf(sheet.duration).map((second) =>
      stroke(`M${fixed(x(second * 1000))} ${top}V${top + height}`, ink.grid, 1),
    ),
    ...strip.levels.map(({ points, colour }) => stroke(pathOf(points, frame), colour, 2, '8 6')),
    ...strip.lines.map((line) =>
      line.style === 'dots' ? drawDots(line, frame) : stroke(pathOf(line.points, frame), line.colour, 2.4),
    ),
    `<rect x="${left}" y="${top}" width="${plotWidth}" height="${height}" fill="none" stroke="${ink.frame}" stroke-width="1.5"/>`,
  ];
}

/** The points as a path that is interrupted where nothing was measured. */
function pathOf(points: Line['points'], { x, y }: Frame): string {
  let path = '';
  let isDown = false;
  for (const { at, value } of points) {
    if (value !== null) path += `${isDown ? 'L' : 'M'}${fixed(x(at))} ${fixed(y(value))}`;
    isDown = value !== null;
  }
  return path;
}

function drawDots({ points, colour }: Line, { x, y }: Frame): string {
  const dots = points.flatMap(({ at, value }) =>
    value === null ? [] : [`<circle cx="${fixed(x(at))}" cy="${fixed(y(value))}" r="5"/>`],
  );
  return `<g fill="${colour}" fill-opacity="0.8">${dots.join('')}</g>`;
}

function stroke(path: string, colour: string, thickness: number, dashes = 'none'): string {
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${thickness}" stroke-dasharray="${dashes}" stroke-linejoin="round"/>`;
}

function labelStrip(strip: Strip, { top, height, x, y }: Frame): Label[] {
  const head = [
    paint(strip.title, ink.text, 'weight="bold"'),
    ...strip.lines.map(({ name, colour, style }) => paint(`${style === 'dots' ? '●' : '━'} ${name}`, colour)),
    ...strip.levels.flatMap(({ name, colour }) => (name ? [paint(`╌ ${name}`, colour)] : [])),
  ].join('   ');
  const ends = (strip.ends ?? []).map((end, index) => ({
    markup: paint(end, ink.faint),
    size: letters.mark,
    x: left + plotWidth - 8,
    y: index === 0 ? top + 8 : top + height - 8,
    across: 1,
    down: index,
  }));
  return [
    { markup: head, size: letters.head, x: left, y: top - 8, across: 0, down: 1 },
    ...strip.ticks.map((tick) => ({
      markup: paint(`${String(tick).replace('-', '−')}${strip.unit}`, ink.faint),
      size: letters.tick,
      x: left - 10,
      y: y(tick),
      across: 1,
      down: 0.5,
    })),
    ...ends,
    ...labelMarks(strip.marks, top, x),
  ];
}

/** The words of the marks, in as many rows as they need to stand apart. */
function labelMarks(marks: readonly Mark[], top: number, x: Frame['x']): Label[] {
  const rowEnds: number[] = [];
  const inTime = marks.toSorted((one, other) => one.from - other.from);
  return inTime.map(({ from, to, colour, label }) => {
    const middle = x((from + to) / 2);
    const half = (label.length * letterWidth) / 2;
    const free = rowEnds.findIndex((end) => end < middle - half);
    const row = free === -1 ? rowEnds.length : free;
    rowEnds[row] = middle + half + letterWidth;
    return {
      markup: paint(label, colour, 'weight="bold"'),
      size: letters.mark,
      x: middle,
      y: top + 8 + row * markRow,
      across: 0.5,
      down: 0,
    };
  });
}

function labelTime(duration: number, bottom: number): Label[] {
  const seconds = secondsOf(duration);
  const labels = seconds.map((second) => ({
    markup: paint(String(second), ink.faint),
    size: letters.tick,
    x: left + (plotWidth * second * 1000) / Math.max(duration, 1),
    y: bottom + 10,
    across: 0.5,
    down: 0,
  }));
  const name = {
    markup: paint('seconds', ink.faint),
    size: letters.tick,
    x: left + plotWidth,
    y: bottom + 34,
  };
  return [...labels, { ...name, across: 1, down: 0 }];
}

function labelGaps(bottom: number): Label {
  const markup = `${paint('■', ink.gap)} ${paint('no face to measure', ink.faint)}`;
  return { markup, size: letters.tick, x: left, y: bottom + 34, across: 0, down: 0 };
}

/** Moments on the axis of time, at most twenty-three of them. */
function secondsOf(duration: number): number[] {
  const step = [0.5, 1, 2, 5, 10, 30].find((step) => duration / 1000 / step <= 22) ?? 60;
  return Array.from({ length: Math.floor(duration / 1000 / step) + 1 }, (_, index) => index * step);
}

async function place({ markup, size, x, y, across, down }: Label) {
  const text = await drawText(markup, size);
  const start = Math.min(Math.max(x - across * text.width, 0), width - text.width);
  return { input: text.image, left: Math.round(start), top: Math.round(y - down * text.height) };
}

function paint(text: string, colour: string, attributes = ''): string {
  return `<span foreground="${colour}" ${attributes}>${escapeMarkup(text)}</span>`;
}

function fixed(value: number): string {
  return value.toFixed(1);
}

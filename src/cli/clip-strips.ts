import { eyeSamples } from '../decisions/blink/find-blinks.ts';
import { type ClipFacts, type FaceFacts, type FrameFacts, valueIfMeasured } from '../decisions/facts.ts';
import type { ClipEvents } from './clip-events.ts';
import type { Level, Line, Mark, Strip, Strips } from './draw-strips.ts';

/** Colours that colour-blind readers can tell apart (Okabe and Ito 2008). */
const colours = {
  pose: '#0072b2',
  left: '#0072b2',
  right: '#d55e00',
  nets: ['#009e73', '#cc79a7', '#e69f00', '#56b4e9'],
  event: '#b3440a',
  refused: '#8a8f98',
  neutral: '#6b7684',
  threshold: '#d6a100',
} as const;

/** The largest face over time, ready to be drawn. */
export function clipStrips(
  title: string,
  notes: readonly string[],
  facts: ClipFacts,
  events: ClipEvents,
): Strips {
  const { frames } = facts;
  return {
    title,
    notes,
    duration: facts.milliseconds,
    strips: [
      poseStrip('yaw', frames, events),
      poseStrip('pitch', frames, events),
      eyeStrip(frames, events),
      liveStrip(frames),
    ],
    gaps: gapsOf(frames),
  };
}

function poseStrip(axis: 'yaw' | 'pitch', frames: readonly FrameFacts[], events: ClipEvents): Strip {
  const points = overTime(frames, (face) => valueIfMeasured(face.pose)?.[axis]);
  const reach = Math.max(...points.map(({ value }) => Math.abs(value ?? 0)), axis === 'yaw' ? 59 : 44);
  const step = axis === 'yaw' ? 30 : 15;
  const limit = Math.ceil((reach + 1) / step) * step;
  const ticks = Array.from({ length: (2 * limit) / step + 1 }, (_, index) => index * step - limit);
  const { neutral, threshold } = events;
  const level = (value: number, colour: string, name?: string): Level => ({
    points: points.map(({ at }) => ({ at, value })),
    colour,
    ...(name && { name }),
  });
  const levels = neutral
    ? [
        level(neutral[axis], colours.neutral, 'neutral'),
        level(neutral[axis] + threshold[axis], colours.threshold, 'a turn begins'),
        level(neutral[axis] - threshold[axis], colours.threshold),
      ]
    : [];
  const directions: readonly string[] = axis === 'yaw' ? ['LEFT', 'RIGHT'] : ['UP', 'DOWN'];
  return {
    title: axis === 'yaw' ? 'Yaw' : 'Pitch',
    unit: '°',
    height: 1,
    range: [-limit, limit],
    ticks,
    ends: axis === 'yaw' ? ['to their own right', 'to their own left'] : ['up', 'down'],
    lines: [{ name: axis, colour: colours.pose, points }],
    levels,
    marks: events.turns
      .filter(({ direction }) => directions.includes(direction))
      .map(({ from, to, direction }) => ({ from, to, colour: colours.event, label: direction })),
  };
}

function eyeStrip(frames: readonly FrameFacts[], events: ClipEvents): Strip {
  const lines = (['left', 'right'] as const).map(
    (side): Line => ({
      name: `lid gap, ${side} eye`,
      colour: colours[side],
      points: overTime(frames, (face) => valueIfMeasured(face.eyes)?.[side].lidGap),
    }),
  );
  const highest = Math.max(...lines.flatMap(({ points }) => points.map(({ value }) => value ?? 0)), 0.39);
  // Room for the words above the highest gap.
  const top = Math.ceil((highest + 0.11) * 10) / 10;
  const mark = (colour: string, label: string, { at, duration }: { at: number; duration: number }): Mark => ({
    from: at - duration / 2,
    to: at + duration / 2,
    colour,
    label,
  });
  return {
    title: 'Eyes',
    unit: '',
    height: 1.3,
    range: [0, top],
    ticks: Array.from({ length: Math.round(top * 10) + 1 }, (_, index) => index / 10),
    lines,
    levels: baselines(frames),
    marks: [
      ...events.blinks.map((blink) => mark(colours.event, 'blink', blink)),
      ...events.refusedBlinks.map((blink) => mark(colours.refused, blink.why.replaceAll('_', ' '), blink)),
    ],
  };
}

/** The open-eye baseline of each eye: what the lid gap was divided by. */
function baselines(frames: readonly FrameFacts[]): Level[] {
  const gaps = new Map(
    frames.map((frame) => [frame.capturedAt, frame.faces[0] && valueIfMeasured(frame.faces[0].eyes)]),
  );
  const samples = eyeSamples(frames);
  return (['left', 'right'] as const).map((side) => ({
    name: `${side} eye open`,
    colour: colours[side],
    points: samples.map((sample) => {
      const gap = gaps.get(sample.at)?.[side].lidGap;
      return { at: sample.at, value: gap === undefined || sample[side] === 0 ? null : gap / sample[side] };
    }),
  }));
}

function liveStrip(frames: readonly FrameFacts[]): Strip {
  const nets = new Set(frames.flatMap(({ faces }) => Object.keys(faces[0]?.antiSpoof ?? {})));
  const lines = [...nets].map((net, index): Line => {
    const scoreOf = (face: FaceFacts) => face.antiSpoof[net] && valueIfMeasured(face.antiSpoof[net])?.live;
    const points = overTime(frames, scoreOf).filter(({ value }) => value !== null);
    return { name: net, colour: colours.nets[index % colours.nets.length]!, points, style: 'dots' };
  });
  const scored = lines.filter(({ points }) => points.length > 0);
  return {
    title:
      scored.length > 0 ? 'Live score of each full look' : 'Live score: no anti-spoof model is installed',
    unit: '',
    height: 0.8,
    range: [-0.06, 1.06],
    ticks: [0, 0.5, 1],
    lines: scored,
    levels: [],
    marks: [],
  };
}

function overTime(frames: readonly FrameFacts[], measure: (face: FaceFacts) => number | undefined) {
  return frames.map(({ capturedAt, faces: [face] }) => ({
    at: capturedAt ?? 0,
    value: (face && measure(face)) ?? null,
  }));
}

/** From the last frame with a mesh to the next one. */
function gapsOf(frames: readonly FrameFacts[]): Strips['gaps'] {
  const gaps: { from: number; to: number }[] = [];
  let from: number | undefined;
  for (const [index, { capturedAt, faces }] of frames.entries()) {
    const hasMesh = faces[0]?.mesh.status === 'measured';
    if (hasMesh && from !== undefined) gaps.push({ from, to: capturedAt ?? from });
    if (hasMesh) from = undefined;
    else from ??= frames[index - 1]?.capturedAt ?? 0;
  }
  const last = frames.at(-1)?.capturedAt;
  if (from !== undefined && last) gaps.push({ from, to: last });
  return gaps;
}

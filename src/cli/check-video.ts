import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Config, engineOptions } from '../config.ts';
import { type ClipFacts, valueIfMeasured } from '../decisions/facts.ts';
import { mean } from '../decisions/statistics.ts';
import { chooseSubject } from '../decisions/subject.ts';
import { BonafideError } from '../errors.ts';
import { createInlinePerception } from '../perception/inline.ts';
import { clipRequest } from '../services/check-blink.ts';
import { type ClipEvents, findEvents } from './clip-events.ts';
import { clipStrips } from './clip-strips.ts';
import { drawStrips } from './draw-strips.ts';

/** What is asked of `bonafide check --video`. */
export interface VideoCheck {
  readonly video: string;
  readonly draw?: string | undefined;
  readonly json: boolean;
}

/** What was measured, or why nothing was; `facts` are there whenever the clip could be decoded. */
interface Outcome {
  readonly summary?: ClipSummary;
  readonly events?: ClipEvents;
  readonly facts?: ClipFacts;
  readonly error?: { readonly code: string; readonly message: string };
}

/** A clip in numbers. */
interface ClipSummary {
  readonly framesPerSecond: number;
  readonly measuredFrames: number;
  readonly framesWithFace: number;
  readonly framesWithSeveralFaces: number;
  /** For each net: how often it scored, and its scores. */
  readonly antiSpoof: Readonly<Record<string, ScoreSummary>>;
}

interface ScoreSummary {
  readonly looks: number;
  readonly mean: number;
  readonly lowest: number;
}

/**
 * `bonafide check --video`: measures the largest face of a clip, frame by frame.
 *
 * @returns the exit code: 0 when there was a face to measure, else 1
 */
export async function checkVideo(config: Config, { video, draw, json }: VideoCheck): Promise<number> {
  const outcome = await measure(config, await readFile(video));
  const lines = describe(outcome, basename(video));
  console.log(json ? JSON.stringify(outcome, shortNumbers) : lines.join('\n'));
  if (draw) await drawOutcome(draw, outcome, lines);
  return outcome.error ? 1 : 0;
}

async function measure(config: Config, bytes: Uint8Array): Promise<Outcome> {
  const perception = await createInlinePerception(engineOptions(config));
  for (const notice of perception.describe().notices) console.error(notice);
  try {
    const facts = await perception.analyseClip(bytes, clipRequest);
    const summary = summarise(facts, config.BYSTANDER_RATIO);
    const events = findEvents(facts);
    if (summary.framesWithFace > 0) return { summary, events, facts };
    const error = { code: 'no_face', message: 'No face was found in any frame of the clip.' };
    return { error, summary, events, facts };
  } catch (error) {
    if (!(error instanceof BonafideError)) throw error;
    return { error: { code: error.code, message: error.message } };
  } finally {
    await perception.close();
  }
}

function summarise(facts: ClipFacts, bystanderRatio: number): ClipSummary {
  const { frames, decodedFrames, milliseconds } = facts;
  const subjects = frames.map(({ faces }) => chooseSubject(faces, bystanderRatio).status);
  const nets = new Set(frames.flatMap(({ faces }) => Object.keys(faces[0]?.antiSpoof ?? {})));
  return {
    framesPerSecond: milliseconds > 0 ? ((decodedFrames - 1) * 1000) / milliseconds : 0,
    measuredFrames: frames.length,
    framesWithFace: frames.filter(({ faces }) => faces[0]?.mesh.status === 'measured').length,
    framesWithSeveralFaces: subjects.filter((status) => status === 'several_faces').length,
    antiSpoof: Object.fromEntries([...nets].flatMap((net) => summariseScores(facts, net))),
  };
}

function summariseScores({ frames }: ClipFacts, net: string): [string, ScoreSummary][] {
  const scores = frames.flatMap(({ faces: [face] }) => {
    const score = face?.antiSpoof[net] && valueIfMeasured(face.antiSpoof[net]);
    return score ? [score.live] : [];
  });
  if (scores.length === 0) return [];
  return [[net, { looks: scores.length, mean: mean(scores), lowest: Math.min(...scores) }]];
}

/** Writes the drawing; of a clip that could not be decoded there is none. */
async function drawOutcome(
  file: string,
  { facts, events, error }: Outcome,
  [title = '', ...notes]: readonly string[],
): Promise<void> {
  if (!facts || !events) return console.error(`Nothing was drawn to ${file}: the clip was not decoded.`);
  const words = error ? [error.message] : notes;
  await writeFile(file, await drawStrips(clipStrips(title, words, facts, events)));
}

/** What is there to say, in lines; the first one is a title. */
function describe({ error, summary, events, facts }: Outcome, name: string): string[] {
  if (error) return [error.code, error.message];
  if (!summary || !events || !facts) return [];
  const [first] = facts.frames;
  const several = summary.framesWithSeveralFaces;
  return [
    `${name}: ${facts.codec} in ${facts.container}, ${first?.width} × ${first?.height} px`,
    `${seconds(facts.milliseconds)}, ${summary.framesPerSecond.toFixed(1)} frames a second; a face in ${summary.framesWithFace} of ${summary.measuredFrames} measured frames.`,
    ...(several > 0 ? [`More than one face could be meant in ${several} frames.`] : []),
    describeTurns(events),
    describeBlinks(events),
    ...describeScores(summary),
  ];
}

function describeTurns({ turns }: ClipEvents): string {
  if (turns.length === 0) return 'No turn of the head was found.';
  return `Turns, the subject's own sides: ${turns.map(({ direction, from, to }) => `${direction} ${moment(from)}–${moment(to)} s`).join(', ')}.`;
}

function describeBlinks({ blinks }: ClipEvents): string {
  if (blinks.length === 0) return 'No blink was found.';
  return `Blinks: ${blinks.length}, at ${blinks.map(({ at }) => moment(at)).join(', ')} s.`;
}

function describeScores({ antiSpoof }: ClipSummary): string[] {
  const nets = Object.entries(antiSpoof);
  if (nets.length === 0) return ['No anti-spoof model scored the face.'];
  return nets.map(
    ([net, { looks, mean, lowest }]) =>
      `${net} scores the face ${percent(mean)} live in ${looks} full looks, ${percent(lowest)} in the worst.`,
  );
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function moment(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(2);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Typed arrays as plain lists: pixels of the mesh to a hundredth, what has no unit to five digits. */
function shortNumbers(key: string, value: unknown): unknown {
  if (typeof value === 'number') return Math.round(value * 100_000) / 100_000;
  if (!(value instanceof Float32Array)) return value;
  const digits = key === 'mesh' || key === 'value' ? 100 : 100_000;
  return Array.from(value, (number) => Math.round(number * digits) / digits);
}

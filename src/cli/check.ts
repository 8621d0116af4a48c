import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Config, engineOptions, readConfig } from '../config.ts';
import { isMasked } from '../decisions/face-mask.ts';
import { type FaceFacts, type FrameFacts, valueIfMeasured } from '../decisions/facts.ts';
import { BonafideError } from '../errors.ts';
import { explain } from '../messages/explain.ts';
import { createInlinePerception } from '../perception/inline.ts';
import { calibrationInUse } from '../services/calibration-in-use.ts';
import { checkLiveness, type LivenessCheck } from '../services/check-liveness.ts';
import { checkVideo } from './check-video.ts';
import { drawFacts } from './draw.ts';
import { UsageError } from './usage.ts';

const usage = `Usage: bonafide check --image FILE | --video CLIP [--draw OUT.png] [--json] [--model-type onnx]

Checks one picture as POST /liveness does, or measures one clip frame by frame, with the settings of the
environment.

  --image FILE       the picture to check
  --video CLIP       the clip to measure: turns of the head, blinks, anti-spoof scores
  --draw OUT.png     of a picture, draw box, mesh, pose axes, eyes and the verdict with its reasons; of a clip,
                     yaw, pitch, eyes and scores over time, and the turns and blinks found in them
  --json             print everything that was measured
  --model-type onnx  accepted for the sake of older clients; ONNX is all there is
  -h, --help         show this text`;

const colours = { live: '#40e060', attack: '#ff5050', inconclusive: '#ffc040' } as const;

/**
 * `bonafide check`.
 *
 * @returns the exit code: 0 when a verdict was reached, whatever it is; 1 when the picture has none
 *   (no face, damaged, …), or the clip no face
 * @throws UsageError for wrong arguments
 */
export async function checkCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      image: { type: 'string' },
      video: { type: 'string' },
      draw: { type: 'string' },
      json: { type: 'boolean', default: false },
      'model-type': { type: 'string', default: 'onnx' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (values['model-type'] !== 'onnx') throw new UsageError('The only --model-type is onnx.');
  if (values.image && values.video) throw new UsageError('Name a picture or a clip, not both.');
  const { video, draw, json } = values;
  if (video) return checkVideo(readConfig(env), { video, draw, json });
  if (!values.image)
    throw new UsageError('Name a picture or a clip: bonafide check --image FILE, or --video CLIP.');
  const config = readConfig(env);
  const bytes = await readFile(values.image);
  const outcome = await check(config, bytes);
  console.log(json ? JSON.stringify(outcome, plainNumbers, 2) : describe(outcome).join('\n'));
  if (draw) await drawOutcome(draw, bytes, outcome);
  return outcome.error ? 1 : 0;
}

/** A verdict, or why there is none; `facts` are there whenever the picture could be decoded. */
interface Outcome {
  readonly facts?: FrameFacts;
  readonly check?: LivenessCheck;
  readonly error?: { readonly code: string; readonly message: string };
}

async function check(config: Config, bytes: Uint8Array): Promise<Outcome> {
  const { MAX_IMAGE_BYTES: maxBytes } = config;
  if (bytes.length > maxBytes)
    return failed(new BonafideError('payload_too_large', `The image is larger than ${maxBytes} bytes.`));
  const perception = await createInlinePerception(engineOptions(config));
  for (const notice of perception.describe().notices) console.error(notice);
  // The facts are kept aside: an unclear subject (no face, several faces) is still worth drawing. A mask does not
  // decide whether somebody is live, and is shown here all the same.
  let facts: FrameFacts | undefined;
  const remember = {
    ...perception,
    analyseImage: async (...[image, request, signal]: Parameters<typeof perception.analyseImage>) => {
      const measure = [...(request.measure ?? []), 'mask'] as const;
      facts = await perception.analyseImage(image, { ...request, measure }, signal);
      return facts;
    },
  };
  try {
    const calibration = calibrationInUse(perception, config);
    const options = {
      calibration,
      bystanderRatio: config.BYSTANDER_RATIO,
      needsAntiSpoof: config.REQUIRE_ANTI_SPOOF,
    };
    return { check: await checkLiveness(remember, options, bytes), ...(facts && { facts }) };
  } catch (error) {
    if (!(error instanceof BonafideError)) throw error;
    return failed(error, facts);
  } finally {
    await perception.close();
  }
}

function failed({ code, message }: BonafideError, facts?: FrameFacts): Outcome {
  return { error: { code, message }, ...(facts && { facts }) };
}

/** Writes the drawing; of a picture that could not be decoded there is none. */
async function drawOutcome(file: string, bytes: Uint8Array, outcome: Outcome): Promise<void> {
  const { facts, check } = outcome;
  if (!facts) return console.error(`Nothing was drawn to ${file}: the picture was not decoded.`);
  const [title = '', ...lines] = describe(outcome);
  const colour = colours[check?.verdict ?? 'inconclusive'];
  await writeFile(file, await drawFacts(bytes, facts, check?.subject, { title, colour, lines }));
}

/** The verdict and its reasons as lines of text, the verdict first. */
function describe({ check, error }: Outcome): string[] {
  if (error) return [error.code, error.message];
  if (!check) return [];
  const { verdict, liveProbability, reasons, subject, bystanders } = check;
  const probability = liveProbability === null ? '' : ` (live probability ${liveProbability.toFixed(3)})`;
  return [
    `${verdict}${probability}`,
    ...reasons.map((reason) => explain(reason, 'en')),
    describeFace(subject),
    ...(bystanders.length > 0 ? [`Bystanders who do not count: ${bystanders.length}.`] : []),
  ];
}

function describeFace(face: FaceFacts): string {
  const pose = valueIfMeasured(face.pose);
  const eyes = valueIfMeasured(face.eyes);
  const parts = [`face ${Math.round(face.box.width)} × ${Math.round(face.box.height)} px`];
  if (pose)
    parts.push(`yaw ${pose.yaw.toFixed(1)}°, pitch ${pose.pitch.toFixed(1)}°, roll ${pose.roll.toFixed(1)}°`);
  if (eyes) parts.push(`lid gap left ${eyes.left.lidGap.toFixed(2)}, right ${eyes.right.lidGap.toFixed(2)}`);
  const mask = valueIfMeasured(face.mask);
  if (mask !== undefined) parts.push(`${isMasked(face) ? 'wears a mask' : 'no mask'} (${mask.toFixed(2)})`);
  return parts.join(' · ');
}

/** Typed arrays (the mesh) as plain lists. */
function plainNumbers(_key: string, value: unknown): unknown {
  return value instanceof Float32Array
    ? Array.from(value, (number) => Math.round(number * 100) / 100)
    : value;
}

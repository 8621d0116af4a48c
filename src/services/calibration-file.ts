import { readFileSync } from 'node:fs';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { isForDetector, isForNets } from '../decisions/choose-calibration.ts';
import type { ModelIdentity } from '../decisions/facts.ts';
import type { LiveCalibrationFile } from '../decisions/live-calibration-file.ts';

const share = Type.Number({ minimum: 0, maximum: 1 });
const positive = Type.Number({ exclusiveMinimum: 0 });

/** The parts of the file that verdicts rest on; the rest is for readers. */
const calibrationFile = Type.Object({
  format: Type.Literal('bonafide-live-calibration'),
  formatVersion: Type.Literal(1),
  name: Type.String({ minLength: 1 }),
  models: Type.Array(
    Type.Object({
      role: Type.Enum(['detector', 'anti-spoof']),
      name: Type.String({ minLength: 1 }),
      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    }),
    { minItems: 2 },
  ),
  nets: Type.Record(
    Type.String(),
    Type.Object({
      bound: positive,
      mean: Type.Number(),
      scale: positive,
      weight: Type.Number({ minimum: 0 }),
    }),
  ),
  bias: Type.Number(),
  limits: Type.Object({ live: share, attack: share }),
  correlation: share,
  isExperimental: Type.Boolean(),
});

/**
 * Loads the calibration that CALIBRATION_PATH names, for the models in use.
 *
 * @throws Error that says what is wrong with the file in a sentence
 */
export function loadCalibration(path: string, models: readonly ModelIdentity[]): LiveCalibrationFile {
  const refuse = (why: string, cause?: unknown): never => {
    throw new Error(`CALIBRATION_PATH=${path}: ${why}`, { cause });
  };
  const file = parse(path, refuse);
  const nets = file.models.flatMap(({ role, name }) => (role === 'anti-spoof' ? name : []));
  if (!isForNets(file, models))
    refuse(
      `it was made for ${nets.join(', ')}, and this server has ${netsOf(models)}, or other weights. Calibrate anew with \`bonafide calibrate\` and the models of this server.`,
    );
  if (!isForDetector(file, models))
    refuse(
      'it was made with another face detector than this server has, by which scores differ. Calibrate anew with `bonafide calibrate`.',
    );
  if (
    Object.keys(file.nets ?? {})
      .sort()
      .join() !== nets.sort().join()
  )
    refuse('it does not weigh the nets that it is for: it is none that `bonafide calibrate` has made.');
  if (file.limits.attack > file.limits.live) refuse('its limit of an attack is above that of a live face.');
  return file;
}

function parse(path: string, refuse: (why: string, cause?: unknown) => never): LiveCalibrationFile {
  let text: string;
  let file: unknown;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return refuse(`the file cannot be read (${code}); make one with \`bonafide calibrate\`.`, error);
  }
  try {
    file = JSON.parse(text);
  } catch (error) {
    return refuse('the file is not JSON: it is none that `bonafide calibrate` has made.', error);
  }
  if (!Value.Check(calibrationFile, file)) {
    const [first] = Value.Errors(calibrationFile, file);
    return refuse(`the file has not the shape of a calibration (${first?.instancePath} ${first?.message}).`);
  }
  return file as unknown as LiveCalibrationFile;
}

function netsOf(models: readonly ModelIdentity[]): string {
  const nets = models.flatMap(({ role, name }) => (role === 'anti-spoof' ? name : []));
  return nets.length === 0 ? 'no anti-spoof net' : nets.join(', ');
}

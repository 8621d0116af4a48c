import type {
  ConfoundName,
  NoiseByCalibration,
  ScoreKind,
  ScoreKindDescription,
  ScoreReport,
  UnitKind,
} from '../../decisions/evaluation/report.ts';

/** A kind of score, in the few words of a heading or a legend. */
export const kindLabels: Readonly<Record<ScoreKind, string>> = {
  calibrated: 'calibrated, as shipped',
  raw_mean: 'raw mean of the nets',
  leave_one_source_out: 'calibrated, source unseen',
};

/** What could be told from a picture without looking at the face. */
export const confoundLabels: Readonly<Record<ConfoundName, string>> = {
  face_width: 'face width',
  brightness: 'brightness',
  sharpness: 'sharpness',
  format: 'file format',
};

/** What a unit is, as in "12 people". */
export const unitWords: Readonly<
  Record<UnitKind, { readonly one: string; readonly many: string; readonly about: string }>
> = {
  subject: {
    one: 'unit',
    many: 'units',
    about:
      'A unit is a person where the list of files names one, else the clip a picture is a frame of, else the file: pictures of one person are much alike and count once.',
  },
  clip: { one: 'unit', many: 'units', about: 'A unit is a clip with all its frames, else a file.' },
  file: {
    one: 'file',
    many: 'files',
    about:
      'Each file counts for itself. Where several are of one person, the exact intervals are too narrow.',
  },
};

/** Why there was no answer; other reasons are shown as they are. */
const reasons: Readonly<Record<string, string>> = {
  no_face: 'no face found',
  several_faces: 'several faces',
  multiple_faces: 'several faces',
  no_score: 'no net could score it',
  pose_unknown: 'pose unknown',
};

/** A reason for no answer, in words. */
export function reasonText(reason: string): string {
  return reasons[reason] ?? reason.replaceAll('_', ' ');
}

/** A species of attack, in words. */
export function speciesText(species: string): string {
  return species === 'spoof' ? 'unnamed' : species.replaceAll('_', ' ');
}

/** `a`, `a and b`, `a, b and c`. */
export function joined(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/**
 * The kind whose answers the page begins with: the one that was not fitted on what it is judged by, where there is
 * one; else what ships.
 */
export function leadingKind(kinds: readonly ScoreKind[]): ScoreKind | undefined {
  return (['leave_one_source_out', 'calibrated', 'raw_mean'] as const).find((kind) => kinds.includes(kind));
}

/**
 * Below so many units of a class, no curve and no histogram is drawn of a source: steps of more than a tenth say nothing
 * of a shape.
 */
export const drawableUnits = 10;

/** The description of a kind; undefined where the report has none. */
export function describe(
  kinds: readonly ScoreKindDescription[],
  kind: ScoreKind,
): ScoreKindDescription | undefined {
  return kinds.find((one) => one.kind === kind);
}

/** What the page begins with: the answers of the {@link leadingKind}; undefined where nothing was answered. */
export function answeredScore(scores: readonly ScoreReport[]): ScoreReport | undefined {
  const answered = scores.filter(({ answers }) => answers !== null);
  const kind = leadingKind(answered.map((score) => score.kind));
  return answered.find((score) => score.kind === kind);
}

/** The scores of the {@link leadingKind}, whether or not they answer something. */
export function leadingScore(scores: readonly ScoreReport[]): ScoreReport | undefined {
  const kind = leadingKind(scores.map((score) => score.kind));
  return answeredScore(scores) ?? scores.find((score) => score.kind === kind);
}

/** What a calibration has called noise, in a sentence. */
export function noiseText({ calibration, sources }: NoiseByCalibration): string {
  return `The calibration ${calibration}, which was fitted to this very list of files, left these out because labels or crops are noise: ${joined(sources)}.`;
}

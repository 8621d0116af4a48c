import { valueIfMeasured } from '../facts.ts';
import { percentile } from '../statistics.ts';
import { areaUnderCurve } from '../training/detection-rates.ts';
import type { KeptFace, Measurement } from './measurement.ts';
import type { ConfoundName, ConfoundRow } from './report.ts';

/** What could be told from a file without looking at the face in it. */
export interface ConfoundValues {
  readonly live: boolean;
  /** Pixels; of the median look at a clip. */
  readonly faceWidth: number;
  /** Both 0..1; null where the texture could not be measured. */
  readonly brightness: number | null;
  readonly sharpness: number | null;
  readonly format: string;
}

/** Above this AUC a source says more of how its pictures were made than of liveness (a judgement). */
const strongConfound = 0.9;

/** With fewer of either class chance alone exceeds that too often: in 5.7 % of all orders of four and four. */
const fewestFiles = 4;

/** What of a measured file could be told without looking at the face; undefined where it has no face. */
export function confoundValues(live: boolean, measurement: Measurement): ConfoundValues | undefined {
  if (measurement.outcome === 'unanswered') return undefined;
  const faces =
    measurement.presentation === 'still' ? [measurement.face] : measurement.looks.map(({ face }) => face);
  const middle = (read: (face: KeptFace) => number | undefined) => {
    const values = faces.flatMap((face) => read(face) ?? []);
    return values.length === 0 ? null : percentile(values, 0.5);
  };
  return {
    live,
    faceWidth: middle(({ box }) => box.width)!,
    brightness: middle(({ texture }) => valueIfMeasured(texture)?.brightness),
    // Named so by seed 004: 1 is sharp.
    sharpness: middle(({ texture }) => valueIfMeasured(texture)?.blur),
    format: measurement.format,
  };
}

/** How well each confound alone separates the classes of one source's files. */
export function confoundRow(source: string, files: readonly ConfoundValues[]): ConfoundRow {
  const auc: Record<ConfoundName, number | null> = {
    face_width: eitherWay(files, ({ faceWidth }) => faceWidth),
    brightness: eitherWay(files, ({ brightness }) => brightness),
    sharpness: eitherWay(files, ({ sharpness }) => sharpness),
    format: eitherWay(files, shareOfLive(files)),
  };
  const worst = (Object.entries(auc) as [ConfoundName, number | null][]).reduce<ConfoundRow['worst']>(
    (most, [name, value]) => (value !== null && value > (most?.auc ?? 0) ? { name, auc: value } : most),
    null,
  );
  const lives = files.filter(({ live }) => live).length;
  const isEnough = Math.min(lives, files.length - lives) >= fewestFiles;
  return { source, auc, worst, confounded: isEnough && (worst?.auc ?? 0) > strongConfound };
}

/** The AUC of whichever direction separates better. */
function eitherWay(
  files: readonly ConfoundValues[],
  scoreOf: (file: ConfoundValues) => number | null,
): number | null {
  const rows = files.flatMap((file) => {
    const score = scoreOf(file);
    return score === null ? [] : [{ score, live: file.live }];
  });
  const area = areaUnderCurve(rows);
  return Number.isNaN(area) ? null : Math.max(area, 1 - area);
}

/** The best that a category can do: to rank its kinds by how many of each are live (the ROC of likelihood ratios). */
function shareOfLive(files: readonly ConfoundValues[]): (file: ConfoundValues) => number {
  const counts = new Map<string, { live: number; all: number }>();
  for (const { format, live } of files) {
    const count = counts.get(format) ?? { live: 0, all: 0 };
    counts.set(format, { live: count.live + (live ? 1 : 0), all: count.all + 1 });
  }
  return ({ format }) => counts.get(format)!.live / counts.get(format)!.all;
}

import type { ModelIdentity } from './facts.ts';
import type { LiveCalibration } from './live-calibration.ts';

/** A share with its exact 95 % interval (Clopper and Pearson). */
export interface FileRate {
  readonly errors: number;
  readonly of: number;
  readonly low: number;
  readonly high: number;
}

/** What one class of a source was called by a calibration that has seen nothing of its family. */
export interface ClassRates {
  /** Pictures in range. */
  readonly files: number;
  /** What independent presentations are counted by: a subject, a clip, a file. */
  readonly units: number;
  /** Of pictures, units alike; 0..1. */
  readonly calledLive: number;
  readonly calledAttack: number;
  /** Of units, each called by the mean log-odds of its pictures: `live` for attacks, `attack` for bona fide ones. */
  readonly wrongUnits: FileRate;
}

/** Rates of one source. */
export interface SourceRates {
  readonly source: string;
  readonly family: string;
  /** False for a source that is left out of the fit: its labels or crops are noise, or too little of it is in range. */
  readonly isFitted: boolean;
  readonly bonaFide: ClassRates | null;
  readonly attack: ClassRates | null;
}

/** A calibration as it lies in a file: `bonafide calibrate` writes it, and says what it rests on. */
export interface LiveCalibrationFile extends LiveCalibration {
  readonly format: 'bonafide-live-calibration';
  readonly formatVersion: 1;
  /** Of the measurements, not of the fit: the same ones give the same file. */
  readonly measuredBy: { readonly version: string };
  /** The date on which it was made, ISO 8601. */
  readonly madeOn: string;
  /** What makes it anew. */
  readonly command: string;
  /** The detector and the anti-spoof nets that it is for. */
  readonly models: readonly Pick<CalibratedModel, 'role' | 'name' | 'sha256'>[];
  readonly data: {
    readonly manifestSha256: string;
    /** Pictures that were learnt from. */
    readonly files: number;
    readonly sources: readonly string[];
    readonly excluded: readonly { readonly source: string; readonly why: string }[];
    /** Pictures of all sources that were not learnt from, for these two reasons. */
    readonly outOfRange: number;
    readonly withoutAnswer: number;
  };
  /** The errors that the limits are stated for, and the ones they were chosen for, out of fold. */
  readonly rates: {
    readonly stated: { readonly attacksCalledLive: number; readonly genuineCalledAttack: number };
    readonly chosenFor: { readonly attacksCalledLive: number; readonly genuineCalledAttack: number };
    readonly leftOut: 'families' | 'units';
    /**
     * Means over sources, each judged by weights and limits that have seen nothing of its family; where units were left
     * out, for there are too few families, by the calibration itself.
     */
    readonly realised: {
      readonly attacksCalledLive: number;
      readonly attacksCalledAttack: number;
      readonly genuineCalledAttack: number;
      readonly genuineCalledLive: number;
    };
    readonly bySource: readonly SourceRates[];
  };
  /** Ranking out of fold, sources alike, on the same pictures; the mean is that of the nets' live scores. */
  readonly equalErrorRate: { readonly calibrated: number; readonly rawMean: number };
}

type CalibratedModel = ModelIdentity & { readonly role: 'detector' | 'anti-spoof' };

import type { ClipFacts, FrameFacts } from '../decisions/facts.ts';
import type { ErrorCode } from '../errors.ts';
import type { ClipRequest, EngineOptions, ImageRequest, PerceptionDescription } from './engine.ts';

/** A job for a perception process. */
export type Task =
  | { readonly type: 'analyse_image'; readonly bytes: Uint8Array; readonly request: ImageRequest }
  | { readonly type: 'analyse_clip'; readonly bytes: Uint8Array; readonly request: ClipRequest };

/** What comes of a task. */
export type TaskFacts = FrameFacts | ClipFacts;

/**
 * What the pool says to a perception process. The channel keeps the order and a process has one job
 * at a time, so messages need no numbers: a `stop` can only mean the job before it.
 */
export type ToProcess =
  /** The first message: load the models. */
  | { readonly type: 'start'; readonly engine: EngineOptions }
  | Task
  /** Give the job up between two stages; ignored when it is already done. */
  | { readonly type: 'stop' }
  /** The end: leave at once, whatever is under way. */
  | { readonly type: 'leave' };

/** What a perception process answers; `rss` is its resident memory after the job, in bytes. */
export type FromProcess =
  | { readonly type: 'ready'; readonly description: PerceptionDescription }
  /** The models could not be loaded; the process ends by itself. */
  | { readonly type: 'start_failed'; readonly message: string }
  | { readonly type: 'facts'; readonly facts: TaskFacts; readonly rss: number }
  | { readonly type: 'failed'; readonly failure: Failure; readonly rss: number };

/** Why a job failed. */
export interface Failure {
  readonly code: ErrorCode;
  /** Safe for clients. */
  readonly detail?: string;
  /** The message of an error outside the catalogue: for the log only. */
  readonly cause?: string;
}

import type { FrameFacts, ModelIdentity } from '../decisions/facts.ts';

/** What a caller wants to know of one image. */
export interface ImageRequest {
  /** How many of the largest faces are measured in full, 0..10; the others carry box and score only. */
  readonly measuredFaces: number;
}

/** What the engine needs to know to load its models. */
export interface EngineOptions {
  /** Folder of the strong pack's files; it need not exist. */
  readonly modelsDir: string;
  /** One anti-spoof ONNX file named by hand (seed 000's `MODEL_PATH`), or empty. */
  readonly modelPath: string;
  /** Names in the model registry; those whose files are missing are left out with a notice. */
  readonly antiSpoofNets: readonly string[];
  readonly executionProviders: readonly string[];
  /** Intra-op threads of one model. */
  readonly threads: number;
  /** Run every model once before the first request. */
  readonly warmUp: boolean;
  /** Images with more pixels than this are refused before they are decoded. */
  readonly maxImagePixels: number;
}

/**
 * The models of one process, loaded; made by `createEngine(options)` in `load-engine.ts`. One job at
 * a time; `shouldStop` is asked between stages and ends the work with `cancelled`.
 */
export interface Engine {
  analyseImage(bytes: Uint8Array, request: ImageRequest, shouldStop: () => boolean): Promise<FrameFacts>;
  describe(): PerceptionDescription;
}

/** What serves on this machine; `/health` and the log say it. */
export interface PerceptionDescription {
  readonly models: readonly ModelIdentity[];
  /** The ONNX Runtime execution providers in use, the preferred one first. */
  readonly executionProviders: readonly string[];
  /** Sentences for the operator: which fallback serves and why, how to get what is missing. */
  readonly notices: readonly string[];
}

/** The load of perception at one moment. */
export interface PerceptionLoad {
  /** Jobs waiting for a process. */
  readonly queued: number;
  /** Jobs being worked on. */
  readonly running: number;
  /** Processes that are ready to work or working. */
  readonly processes: number;
  /** True when one more job would be refused with `busy`. */
  readonly full: boolean;
}

/**
 * Pixels to facts. Two implementations: the pool of perception processes (`pool.ts`) and its inline
 * twin for tests (`inline.ts`).
 */
export interface Perception {
  /**
   * Decodes one still image and measures the faces in it.
   *
   * @param bytes the encoded file, untouched
   * @param signal aborts the work when the client has left
   * @throws BonafideError `unsupported_format`, `invalid_image`, `too_many_pixels`, `busy`,
   *   `perception_lost`, `deadline_exceeded` or `cancelled`
   */
  analyseImage(bytes: Uint8Array, request: ImageRequest, signal?: AbortSignal): Promise<FrameFacts>;
  describe(): PerceptionDescription;
  load(): PerceptionLoad;
  /** Finishes nothing, releases everything: pending jobs are refused with `shutting_down`. */
  close(): Promise<void>;
}

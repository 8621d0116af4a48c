import type { ClipFacts, FrameFacts, ModelIdentity } from '../decisions/facts.ts';

/** What can be measured of a face beyond its box, mesh and pose. */
export type Measurement = 'eyes' | 'texture' | 'anti_spoof' | 'embedding' | 'mask' | 'crop';

/** What a caller wants to know of one image. */
export interface ImageRequest {
  /** How many of the largest faces are measured, 0..10; the others carry box and score only. */
  readonly measuredFaces: number;
  /** What is measured of them; eyes, texture and anti-spoof scores unless told otherwise. */
  readonly measure?: readonly Measurement[];
  /**
   * `thorough`, the default: in every orientation, and small faces in tiles; `glance`: one look at an
   * upright picture, for the frames of a stream.
   */
  readonly search?: 'thorough' | 'glance';
  /**
   * The mesh of the face in the frame before, in shares of its longer side, for this frame may have another size. The
   * face is looked for there, at a third of the cost, and if it is there, no other is looked for; texture, mask, crop
   * and anti-spoof scores, which need the detector's box, are not measured then.
   */
  readonly follow?: Float32Array;
}

/** What a caller wants to know of one clip: how its faces move, or what a few of its frames show. */
export type ClipRequest = MovementRequest | SampleRequest;

/** Every frame counts: the largest face of each one is measured. */
export interface MovementRequest {
  /**
   * Milliseconds between frames that are looked at in full: every face is looked for, and the largest gets
   * anti-spoof scores, texture measures and an embedding. Between them the largest is followed: pose, eyes, change.
   */
  readonly fullLookEvery: number;
}

/**
 * A few frames, spread evenly over the clip, each measured as a still is, in the same resolution. Those between
 * are decoded, for later ones are made from them, but not looked at.
 */
export interface SampleRequest {
  /** How many frames are looked at, at most; a clip of fewer has all of them looked at. */
  readonly frames: number;
  /** What is measured of the largest face of each; any others are found and carry box and score only. */
  readonly measure: readonly Measurement[];
}

/** What a clip may cost. */
export interface ClipBounds {
  readonly maxBytes: number;
  /** From the first frame to the last. */
  readonly maxMilliseconds: number;
  /** Width times height of a frame. */
  readonly maxPixels: number;
  /** Time spent on decoding alone. */
  readonly maxDecodeMilliseconds: number;
}

/** The embedders that can be chosen, by their names in the model registry. */
export type EmbedderName = 'dlib-resnet' | 'mobilefacenet';

/** What the engine needs to know to load its models. */
export interface EngineOptions {
  /** Folder of the strong pack's files; it need not exist. */
  readonly modelsDir: string;
  /** One anti-spoof ONNX file named by hand (seed 000's `MODEL_PATH`), or empty. */
  readonly modelPath: string;
  /**
   * Names in the model registry; those whose files are missing are left out with a notice, and where none is there that
   * may speak alone, our own net stands in. Empty: no net at all.
   */
  readonly antiSpoofNets: readonly string[];
  /** One of the strong pack must be installed, or the engine does not start. */
  readonly embedder: EmbedderName;
  readonly executionProviders: readonly string[];
  /** Intra-op threads of one model. */
  readonly threads: number;
  /** Run every model once before the first request. */
  readonly warmUp: boolean;
  /** Images with more pixels than this are refused before they are decoded. */
  readonly maxImagePixels: number;
  readonly clip: ClipBounds;
  /** Shorter side in pixels below which a face is a small one for its texture; seed 004's default unless it is told. */
  readonly smallFaceSide?: number;
}

/**
 * The models of one process, loaded; made by `createEngine(options)` in `load-engine.ts`. One job at
 * a time; `shouldStop` is asked between stages and ends the work with `cancelled`.
 */
export interface Engine {
  analyseImage(bytes: Uint8Array, request: ImageRequest, shouldStop: () => boolean): Promise<FrameFacts>;
  analyseClip(bytes: Uint8Array, request: ClipRequest, shouldStop: () => boolean): Promise<ClipFacts>;
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
  /**
   * Decodes one clip and measures the largest face of each frame that is looked at.
   *
   * @throws BonafideError `unsupported_format`, `invalid_clip`, `payload_too_large`, `too_many_pixels`,
   *   `clip_too_long`, `busy`, `perception_lost`, `deadline_exceeded` or `cancelled`
   */
  analyseClip(bytes: Uint8Array, request: ClipRequest, signal?: AbortSignal): Promise<ClipFacts>;
  describe(): PerceptionDescription;
  load(): PerceptionLoad;
  /** Finishes nothing, releases everything: pending jobs are refused with `shutting_down`. */
  close(): Promise<void>;
}

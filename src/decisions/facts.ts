/**
 * The vocabulary shared by perception (which states facts) and the decisions (which weigh them).
 *
 * Sign conventions, written once, for unmirrored camera frames. Directions are the subject's own:
 * - yaw is negative when the subject turns to their own left (the nose moves to the image's right);
 * - pitch is positive when the head tips up;
 * - roll is positive when the head leans to the subject's own left (clockwise in the image).
 *
 * Coordinates are pixels of the image as its sender meant it to be seen (EXIF orientation applied),
 * x to the right, y down, the origin at the top left corner of the top left pixel.
 */

/** Why a fact is missing. A missing fact is never 0, never `false`, and never counts as live. */
export type UnavailableReason =
  /** No model fills this role on this machine. */
  | 'no_model'
  /** The caller did not ask for it. */
  | 'not_requested'
  /** The face is too small, too blurred or too far out of the frame to measure it. */
  | 'not_measurable';

/** Something perception measured, or the reason why it could not. */
export type Fact<T> =
  | { readonly status: 'measured'; readonly value: T }
  | { readonly status: 'unavailable'; readonly reason: UnavailableReason };

/** A fact that was measured. */
export function measured<T>(value: T): Fact<T> {
  return { status: 'measured', value };
}

/** A fact that was not measured, and why. */
export function unavailable(reason: UnavailableReason): Fact<never> {
  return { status: 'unavailable', reason };
}

/** The value of a measured fact, else `undefined` (which a genuine 0 is not). */
export function valueIfMeasured<T>(fact: Fact<T>): T | undefined {
  return fact.status === 'measured' ? fact.value : undefined;
}

/** A point in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An upright rectangle in pixels; `x`, `y` is its top left corner. It may reach outside the image. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Head pose in degrees; see the sign conventions above. */
export interface Pose {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

/** How open one eye is. Both numbers fall towards 0 as the lids close and are free of image scale. */
export interface EyeOpenness {
  /** Eye aspect ratio of the mesh (Soukupová and Čech 2016): lid distance over corner distance. */
  readonly aspectRatio: number;
  /** The iris net's mean lid gap over the corner distance; the better signal of a closing lid. */
  readonly lidGap: number;
}

/** The iris of one eye: its centre, and its radius in pixels. */
export interface Iris {
  readonly centre: Point;
  readonly radius: number;
}

/** One value for each eye, named by the subject's own side. */
export interface EyePair<T> {
  readonly left: T;
  readonly right: T;
}

/**
 * The seven texture measures of seed 004, and the light on the face; each 0..1. What each one means stands in
 * `perception/texture.ts`.
 */
export interface TextureMeasures {
  readonly blur: number;
  readonly saturation: number;
  readonly freqHighRatio: number;
  readonly axisAnisotropy: number;
  readonly glare: number;
  readonly lineRatio: number;
  readonly penaltySharpSmall: number;
  /** No sign of an attack, and nothing that a score weighs. */
  readonly brightness: number;
}

/** What one anti-spoof net says of a face. */
export interface AntiSpoofScore {
  /** The net's softmax probability of a bona fide presentation, 0..1: a raw score, not calibrated. */
  readonly live: number;
  /** `ln(p_live / p_attack)`, which keeps its resolution where `live` saturates. */
  readonly logit: number;
}

/**
 * What a vector's numbers mean. Only vectors of one model, one hash and one recipe may be compared, see
 * `areComparable` in `same-person.ts`: those of others have nothing in common.
 */
export interface EmbeddingSpace {
  /** The model's name in the registry. */
  readonly model: string;
  /** Lower-case hex SHA-256 of its weights. */
  readonly modelHash: string;
  /** How the face was aligned and its vectors put together, `five-points-150-mirror-1` for instance. */
  readonly recipe: string;
}

/** A face as a vector of unit length. */
export interface Embedding extends EmbeddingSpace {
  readonly vector: Float32Array;
}

/**
 * How the skin at the height of the eyes, between and beside them, changed: what no lid changes, and whatever is
 * drawn across the eyes does. Mean differences of colour of a levelled, evenly lit face, 0 (none) to 1; how they
 * are read stands in `perception/face-change.ts`.
 */
export interface FaceChange {
  /** Since the frame before. */
  readonly step: number;
  /** Since a quarter of a second before, or the first frame after the face appeared. */
  readonly lately: number;
}

/** Everything perception can state about one face. */
export interface FaceFacts {
  /** Of the detector; of the mesh where a face was followed from one frame to the next. */
  readonly box: Box;
  /**
   * Shorter side of the box in the pixels that were measured: less than in `box` where a large picture
   * was reduced first. What is too small to judge is told by this.
   */
  readonly measuredSide: number;
  /** The share of the box that lies inside the picture, 0..1: less than 1 where the face is cut off. */
  readonly visible: number;
  /**
   * How many times its size the box could have and still fit into the picture, wherever it lies: 1 where the face
   * fills it. Anti-spoof nets look around the face, and a crop of it has nothing there.
   */
  readonly room: number;
  /** The detector's score, 0..1; `not_requested` where a face was followed. */
  readonly detectorScore: Fact<number>;
  /** 468 mesh points, flat `[x0, y0, z0, x1, …]`: pixels; z in the same pixels, smaller is nearer. */
  readonly mesh: Fact<Float32Array>;
  /** The mesh net's own belief that it looks at a face, 0..1. */
  readonly presence: Fact<number>;
  readonly iris: Fact<EyePair<Iris>>;
  readonly pose: Fact<Pose>;
  readonly eyes: Fact<EyePair<EyeOpenness>>;
  readonly texture: Fact<TextureMeasures>;
  readonly embedding: Fact<Embedding>;
  /**
   * The upright face with a margin, as JPEG without metadata: the only pixels that leave perception, and only
   * where they are asked for. How large the margin is stands in `perception/face-crop.ts`.
   */
  readonly crop: Fact<Uint8Array>;
  /** The probability of a worn mask that covers the mouth, 0..1; see `decisions/face-mask.ts`. */
  readonly mask: Fact<number>;
  /** Since earlier frames; `not_measurable` in the first one, `not_requested` for a picture without any. */
  readonly change: Fact<FaceChange>;
  /**
   * One entry for each anti-spoof net that is asked for, by its name in the model registry; `no_model`
   * where its file is missing.
   */
  readonly antiSpoof: Readonly<Record<string, Fact<AntiSpoofScore>>>;
}

/** A model in use, with the hash of its weights. */
export interface ModelIdentity {
  readonly role: 'detector' | 'mesh' | 'iris' | 'anti-spoof' | 'embedding' | 'occlusion';
  /** The model's name in the registry, `minifasnet-v2` for instance. */
  readonly name: string;
  /** Where it comes from; `named`: the file that MODEL_PATH names. */
  readonly pack: 'embedded' | 'strong' | 'named';
  /** Lower-case hex SHA-256 of the weights file. */
  readonly sha256: string;
}

/** How long one stage of perception took. */
export interface StageTiming {
  /** `decode`, `detect`, `mesh`, `iris`, `texture`, `embedding`, `mask`, `crop`, `change` or `anti-spoof/<model>`. */
  readonly stage: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly milliseconds: number;
}

/** Everything perception can state about one frame. */
export interface FrameFacts {
  /** Size in pixels as the sender meant it to be seen (EXIF orientation applied). */
  readonly width: number;
  readonly height: number;
  /** The container's format: `jpeg`, `png`, `webp`, `avif`, `heic`, `gif` or `tiff`. */
  readonly format: string;
  /** When the frame was taken, in milliseconds since the clip's first one; `null` for a still. */
  readonly capturedAt: number | null;
  /** Up to ten faces, largest first. */
  readonly faces: readonly FaceFacts[];
  /** The models in use. */
  readonly models: readonly ModelIdentity[];
  readonly timings: readonly StageTiming[];
}

/** Everything perception can state about one clip. */
export interface ClipFacts {
  /** The file's format by its first bytes, `mp4` for instance, and its video codec, `h264` for instance. */
  readonly container: string;
  readonly codec: string;
  /** Frames that were decoded; `frames` holds those that were measured. */
  readonly decodedFrames: number;
  /** Time stamp of the last frame, counted from the first. */
  readonly milliseconds: number;
  /** In the order of their time stamps (`capturedAt`). Their own `timings` are empty. */
  readonly frames: readonly FrameFacts[];
  /** The models in use. */
  readonly models: readonly ModelIdentity[];
  /** One entry a stage: the sum over all frames. */
  readonly timings: readonly StageTiming[];
}

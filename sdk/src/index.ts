/** The camera side of Bonafide, without a user interface: `./element` has one. */
export type { Deadlines } from './deadlines.ts';
export { defaultDeadlines } from './deadlines.ts';
export type { FrameFormat } from './frame-plan.ts';
export { type HintCode, hintCodes } from './hints.ts';
export {
  LivenessClient,
  type LivenessEvents,
  type LivenessOptions,
  type Outcome,
  type StartOptions,
} from './liveness-client.ts';
export { openPictureCamera, type PictureCamera, type PictureCameraOptions } from './picture-camera.ts';
export type { Picture } from './pictures.ts';
export { type ClipOptions, clipType, recordClip } from './record-clip.ts';
export type { FrameReport } from './send-frames.ts';
export type { Failure, LivenessState, Phase } from './state.ts';
export { chooseLanguage, type Language, say, sayFailure, type TextKey } from './texts.ts';
export { type Trouble, type TroubleCode, TroubleError, type WayOut } from './troubles.ts';
export type { Contract, ServerMessage, StreamDetail } from './wire.ts';

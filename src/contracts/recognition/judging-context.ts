import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Language } from '../../messages.ts';
import { type Findings, hangUpSignal } from '../../plugins/lifecycle.ts';
import { summarise } from '../../plugins/summarise-decision.ts';
import type { JudgedPicture, PictureQuestion } from '../../services/judge-picture.ts';
import { logPicture } from './log-lines.ts';
import { backendOf, numberOf, type Parameters } from './parameters.ts';

/** Seed 004's default; its scores are compared with what this becomes (`effective-threshold.json`). */
const defaultThreshold = 0.5;

/** What every route that takes a picture lets a client ask for. */
export const judgingNames = ['detector_backend', 'threshold'] as const;

/** What goes with the judgement of a picture. */
export interface JudgingContext extends Pick<PictureQuestion, 'threshold' | 'signal' | 'onTimings'> {
  /** Hears of the picture as soon as it was judged, whatever comes of it. */
  readonly onJudged: (picture: JudgedPicture) => void;
}

/**
 * What a request asks of the judgement of its picture; what comes of that is logged, and noted for metrics and traces.
 *
 * @throws BonafideError `invalid_request`
 */
export function judgingContext(
  request: FastifyRequest,
  reply: FastifyReply,
  parameters: Parameters,
  language: Language,
): JudgingContext {
  const backend = backendOf(parameters, language);
  const threshold = numberOf(parameters, 'threshold', { from: 0, to: 1 }, language) ?? defaultThreshold;
  return {
    threshold,
    signal: hangUpSignal(reply),
    onTimings: (timings) => {
      request.findings = { timings };
    },
    onJudged: (picture) => logPicture(request, picture, { backend, threshold }),
  };
}

/** Notes what a request came to: in the contract's words, and in those of the decision log. */
export function noteVerdict(
  request: FastifyRequest,
  verdict: string,
  summary: Partial<Omit<Findings, 'verdict' | 'timings'>>,
): void {
  request.findings = { timings: request.findings?.timings ?? [], verdict, ...summary };
}

/** What the judgement of a picture comes to: of a still its largest face counts. Nothing where there is none. */
export function summarisePicture(picture: JudgedPicture): ReturnType<typeof summarise> {
  const judged = picture.kind === 'video' ? picture : picture.faces[0];
  if (!judged) return { reasons: ['no_face'] };
  return summarise(judged.judgement.isLive, judged.judgement.reasons);
}

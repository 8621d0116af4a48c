import type { FastifyRequest } from 'fastify';
import { type FaceFacts, valueIfMeasured } from '../../decisions/facts.ts';
import { type JudgedFace, type JudgedPicture, sizeOf } from '../../services/judge-picture.ts';

/** What a request asked for, as the log says it. */
interface AskedOf {
  readonly backend: string;
  readonly threshold: number;
}

/**
 * Logs what was seen in the words of seed 004, by the logger `api`: the picture, then each face. Nobody is named, and
 * no file.
 */
export function logPicture(request: FastifyRequest, picture: JudgedPicture, asked: AskedOf): void {
  const log = request.log.child({ name: 'api' });
  const prefix = `[req=${request.id.slice(0, 8)}] [liveness-core]`;
  for (const line of pictureLines(picture, asked)) log.info(`${prefix} ${line}`);
}

/** The lines without what every line begins with. */
function pictureLines(picture: JudgedPicture, { backend, threshold }: AskedOf): string[] {
  const size = sizeOf(picture);
  const image = size ? `${size.width}x${size.height}` : 'none';
  return [
    `backend=${backend} img=${image} thr=${threshold}`,
    ...shownFaces(picture).map(({ face, judgement, isLive }, index) => {
      const { score, threshold: effective } = judgement;
      return [
        `face#${index} score=${score === null ? 'none' : score.toFixed(3)} live=${isLive ? 'True' : 'False'}`,
        `thr_eff=${effective.toFixed(2)}`,
        ...signs(face),
      ].join(' ');
    }),
  ];
}

function shownFaces(picture: JudgedPicture): (JudgedFace & { readonly isLive: boolean })[] {
  if (picture.kind === 'image')
    return picture.faces.map((face) => ({ ...face, isLive: face.judgement.isLive }));
  const { best, isLive } = picture.judgement;
  return best ? [{ ...best, isLive }] : [];
}

function signs(face: FaceFacts): string[] {
  const texture = valueIfMeasured(face.texture);
  if (!texture) return [];
  const { axisAnisotropy, glare, lineRatio } = texture;
  return [`axis=${axisAnisotropy.toFixed(2)}`, `glare=${glare.toFixed(2)}`, `lines=${lineRatio.toFixed(2)}`];
}

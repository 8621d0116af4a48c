import type { FaceFacts } from './facts.ts';

/** Whose liveness is asked about: one face, or the reason why no single face could be meant. */
export type Subject =
  | { readonly status: 'chosen'; readonly face: FaceFacts; readonly bystanders: readonly FaceFacts[] }
  | { readonly status: 'no_face' }
  | { readonly status: 'several_faces' };

/**
 * Chooses the subject: the largest face, if every other face is lower than `bystanderRatio` times
 * its height. People further back stay out of it; two people side by side are not guessed between.
 *
 * @param faces largest first, as perception states them
 * @param bystanderRatio 0..1; 0 takes any second face for a second subject
 */
export function chooseSubject(faces: readonly FaceFacts[], bystanderRatio: number): Subject {
  const [face, ...others] = faces;
  if (face === undefined) return { status: 'no_face' };
  const alone = others.every((other) => other.box.height < bystanderRatio * face.box.height);
  return alone ? { status: 'chosen', face, bystanders: others } : { status: 'several_faces' };
}

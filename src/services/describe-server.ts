import type { Perception, PerceptionDescription, PerceptionLoad } from '../perception/engine.ts';

/** What serves on this machine, and how busy it is. */
export interface ServerDescription {
  readonly perception: PerceptionDescription;
  readonly load: PerceptionLoad;
  /** The model that finds the faces; null before any is loaded. */
  readonly detector: string | null;
  /** `embedded`, or `strong` as soon as one model comes from elsewhere than the npm packages. */
  readonly pack: 'embedded' | 'strong';
}

/** Describes the server without asking a perception process: it answers while all of them work. */
export function describeServer(perception: Perception): ServerDescription {
  const description = perception.describe();
  return {
    perception: description,
    load: perception.load(),
    detector: description.models.find(({ role }) => role === 'detector')?.name ?? null,
    pack: description.models.every(({ pack }) => pack === 'embedded') ? 'embedded' : 'strong',
  };
}

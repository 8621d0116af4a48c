import type { ModelIdentity } from '../facts.ts';

/** Silent-Face's pair, whose mean score is its own rule. */
const silentFace = ['minifasnet-v2', 'minifasnet-v1se'];

/** The nets whose mean live score is the baseline: what of Silent-Face's pair is there, else all of them. */
export function baselineOf(nets: readonly string[]): readonly string[] {
  const pair = silentFace.filter((name) => nets.includes(name));
  return pair.length > 0 ? pair : nets;
}

/** The same of the models in use, by their names in the registry. */
export function baselineNets(models: readonly Pick<ModelIdentity, 'role' | 'name'>[]): readonly string[] {
  return baselineOf(models.filter(({ role }) => role === 'anti-spoof').map(({ name }) => name));
}

import type { ModelIdentity } from './facts.ts';

/**
 * Our own anti-spoof net, by its name in the model registry. It serves where no other net is installed, and its word
 * alone is no proof of life: on cameras it has never seen it errs far more often than the nets of the strong pack
 * (`docs/accuracy.md`).
 */
export const experimentalNet = 'bonafide-antispoof';

/** Whether verdicts rest on the experimental net alone: it is loaded, and no other anti-spoof net beside it. */
export function isExperimentalAlone(models: readonly Pick<ModelIdentity, 'role' | 'name'>[]): boolean {
  const nets = models.filter(({ role }) => role === 'anti-spoof');
  return nets.length > 0 && nets.every(({ name }) => name === experimentalNet);
}

import calibration from './calibration/face-mask.json' with { type: 'json' };
import { type FaceFacts, valueIfMeasured } from './facts.ts';

/**
 * Whether a mask is worn over the mouth of this face; `undefined` where that was not measured, which is
 * neither yes nor no.
 */
export function isMasked({ mask }: Pick<FaceFacts, 'mask'>): boolean | undefined {
  const probability = valueIfMeasured(mask);
  return probability === undefined ? undefined : probability >= calibration.masked.value;
}

import { Type } from 'typebox';
import { nullable } from './numbers.ts';

/** What the contracts that show a live probability say of it; `also` comes after when it is null. */
export const liveProbability = (also = '') =>
  nullable(
    Type.Number({ minimum: 0, maximum: 1 }),
    `How probable it is by the anti-spoof nets that the face is live, were genuine faces and attacks equally frequent: by the calibration that \`/health\` names; where that is \`uncalibrated\`, the raw mean of their live scores, which is no probability. Null where they did not score the face, and for the experimental net without a calibration.${also}`,
  );

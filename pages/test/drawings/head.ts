import { svg, type TemplateResult } from 'lit';
import type { Pose } from '../sight.ts';

/** Half the width and the height of the head, in units of the drawing. */
const [halfWidth, halfHeight] = [30, 38];

/** Points of the drawing, with the head's middle at 0, in which an axis of the head ends. */
type Point = readonly [x: number, y: number];

const radians = Math.PI / 180;

/**
 * A head as draughtsmen begin one: an oval, the line down its middle and the line of the eyes, and an arrow where the nose
 * points. In the mirror, as the preview is: the subject's own left is on the left.
 */
export function drawHead(pose: Partial<Pose> | null, label: string): TemplateResult {
  const { yaw = 0, pitch = 0, roll = 0 } = pose ?? {};
  return svg`<svg class="head ${pose ? '' : 'unknown'}" viewBox="-62 -62 124 124" role="img" aria-label=${label}>
    <g transform="rotate(${-roll})">
      <ellipse rx=${halfWidth} ry=${halfHeight} />
      <path d=${meridian(yaw)} />
      <path d=${equator(pitch)} />
    </g>
    ${pose ? svg`<path class="nose" d=${arrow(nose(yaw, pitch, roll))} />` : null}
  </svg>`;
}

/** From the crown to the chin: half of an ellipse that is as wide as the head is turned. */
function meridian(yaw: number): string {
  const width = Math.abs(Math.sin(yaw * radians)) * halfWidth;
  return `M0 ${-halfHeight}A${width.toFixed(1)} ${halfHeight} 0 0 ${yaw < 0 ? 0 : 1} 0 ${halfHeight}`;
}

/** From ear to ear. */
function equator(pitch: number): string {
  const height = Math.abs(Math.sin(pitch * radians)) * halfHeight;
  return `M${-halfWidth} 0A${halfWidth} ${height.toFixed(1)} 0 0 ${pitch > 0 ? 1 : 0} ${halfWidth} 0`;
}

/** Where the nose begins and where it points to. */
export function nose(yaw: number, pitch: number, roll: number): readonly [from: Point, to: Point] {
  const x = Math.sin(yaw * radians) * Math.cos(pitch * radians);
  const y = -Math.sin(pitch * radians);
  const [cosine, sine] = [Math.cos(-roll * radians), Math.sin(-roll * radians)];
  const turned: Point = [x * cosine - y * sine, x * sine + y * cosine];
  return [
    [turned[0] * halfWidth, turned[1] * halfHeight],
    [turned[0] * (halfWidth + 30), turned[1] * (halfHeight + 30)],
  ];
}

function arrow([from, to]: readonly [Point, Point]): string {
  const write = ([x, y]: Point) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  return `M${write(from)}L${write(to)}`;
}

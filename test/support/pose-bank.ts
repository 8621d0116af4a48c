import sharp from 'sharp';
import { type Pose, valueIfMeasured } from '../../src/decisions/facts.ts';
import type { SampleFace } from './faces.ts';
import { createPuppet } from './puppet.ts';

export type Direction = 'LEFT' | 'RIGHT' | 'UP' | 'DOWN';

/** What somebody's camera sees: JPEGs, by where the head points. */
export interface PoseBank {
  /** The head at rest: several pictures that differ a little, as in life. */
  readonly centre: readonly Buffer[];
  /** From the first movement to the end of the turn. */
  readonly turns: Readonly<Record<Direction, readonly Buffer[]>>;
}

/** Degrees from the first movement to the end of a turn; the mesh net sees three quarters of it or more. */
const path = [10, 20, 30, 36];

const axes: Readonly<Record<Direction, Partial<Pose>>> = {
  LEFT: { yaw: -1 },
  RIGHT: { yaw: 1 },
  UP: { pitch: 1.15 },
  DOWN: { pitch: -1 },
};

/** Renders a person's bank; each picture is 640×480 of JPEG, as seed 001's clients send it. */
export async function renderPoseBank({ image, face }: SampleFace): Promise<PoseBank> {
  const puppet = createPuppet(image, face);
  const own = valueIfMeasured(face.pose)!;
  const picture = async ({ yaw = 0, pitch = 0 }: Partial<Pose>) => {
    const { width, height, data } = puppet.render({ yaw: yaw - own.yaw, pitch });
    return sharp(data, { raw: { width, height, channels: 3 } })
      .resize(640, 480, { fit: 'contain', background: '#777777' })
      .jpeg({ quality: 80 })
      .toBuffer();
  };
  const turn = (direction: Direction) => {
    const { yaw = 0, pitch = 0 } = axes[direction];
    return Promise.all(path.map((degrees) => picture({ yaw: yaw * degrees, pitch: pitch * degrees })));
  };
  const rest = [0, 0.6, 1.2, 0.6].map((sway) => picture({ yaw: sway, pitch: sway / 2 }));
  const [centre, LEFT, RIGHT, UP, DOWN] = await Promise.all([
    Promise.all(rest),
    turn('LEFT'),
    turn('RIGHT'),
    turn('UP'),
    turn('DOWN'),
  ]);
  return { centre, turns: { LEFT, RIGHT, UP, DOWN } };
}

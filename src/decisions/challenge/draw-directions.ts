import type { Direction } from './turn.ts';

const directions: readonly Direction[] = ['LEFT', 'RIGHT', 'UP', 'DOWN'];

/**
 * Draws what a session asks for: each of the four as likely as any other, drawn anew where two or more hold
 * no LEFT or RIGHT, for a client that mirrors its frames would pass those. Of the 64 ways to ask for three, 56
 * are left.
 *
 * @param randomInt a whole number from 0 up to but without `limit`, from a secure source
 */
export function drawDirections(count: number, randomInt: (limit: number) => number): Direction[] {
  for (;;) {
    const drawn = Array.from({ length: count }, () => directions[randomInt(directions.length)]!);
    if (count < 2 || drawn.some(isSideways)) return drawn;
  }
}

function isSideways(direction: Direction): boolean {
  return direction === 'LEFT' || direction === 'RIGHT';
}

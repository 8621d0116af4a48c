import { expect, it } from 'vitest';
import { readLook } from './page.ts';

/** The colours of the light page, and of the dark one. */
const [light = new Map<string, string>(), dark = new Map<string, string>()] = readLook()
  .split('@media')
  .map(
    (part) =>
      new Map(
        [...part.matchAll(/--([\w-]+): (#[\da-f]{6});/g)].map(([, name = '', value = '']) => [name, value]),
      ),
  );

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dim = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dim + 0.05);
}

const text = ['text', 'faint', 'accent', 'good', 'bad', 'bona-fide', 'attack'];
const marks = ['line', ...Array.from({ length: 6 }, (_, at) => `series-${at + 1}`)];

it.each([
  ['light', light],
  ['dark', dark],
] as const)('can be read, %s', (_, colours) => {
  for (const ground of ['ground', 'surface'])
    for (const [names, least] of [
      [text, 4.5],
      [marks, 3],
    ] as const)
      for (const name of names)
        expect(
          contrast(colours.get(name)!, colours.get(ground)!),
          `${name} on ${ground}`,
        ).toBeGreaterThanOrEqual(least);
  // Figures stand in the bars.
  for (const bar of ['bona-fide', 'attack', 'line'])
    expect(contrast(colours.get(bar)!, colours.get('surface')!), bar).toBeGreaterThanOrEqual(3);
});

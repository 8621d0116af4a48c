import { createRequire } from 'node:module';
import sharp from 'sharp';

/** Pango measures letters in points; at 96 dots an inch a pixel is three quarters of one. */
const pointsPerPixel = 0.75;
const font = {
  family: 'DejaVu Sans Mono',
  file: createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf'),
};

/** Text as a PNG without a background, cut to its letters. */
export interface DrawnText {
  readonly image: Buffer;
  readonly width: number;
  readonly height: number;
}

/**
 * Writes text in the font that the npm package brings, so that it looks alike on every machine.
 *
 * @param markup Pango's; see `escapeMarkup`
 * @param size of the letters, in pixels
 * @param width where lines are wrapped, in pixels; without it they are not
 */
export async function drawText(markup: string, size: number, width?: number): Promise<DrawnText> {
  const { data, info } = await sharp({
    text: {
      text: markup,
      font: `${font.family} ${Math.round(size * pointsPerPixel)}`,
      fontfile: font.file,
      dpi: 96,
      rgba: true,
      spacing: 6,
      ...(width !== undefined && { width, wrap: 'word-char' as const }),
    },
  })
    .png()
    .toBuffer({ resolveWithObject: true });
  return { image: data, width: info.width, height: info.height };
}

/** Text as Pango's markup. */
export function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

import sharp from 'sharp';

/** A picture of a screen that shows `jpeg`: soft (`blur` in pixels), and with the grid of the screen's pixels. */
export async function recapture(jpeg: Buffer, blur: number): Promise<Buffer> {
  const { data, info } = await sharp(jpeg).blur(blur).raw().toBuffer({ resolveWithObject: true });
  for (let at = 0; at < data.length; at++) {
    const [x, y] = [Math.floor(at / 3) % info.width, Math.floor(at / 3 / info.width)];
    data[at] = Math.min(255, Math.max(0, data[at]! + 18 * Math.sin(x * 2.1) + 18 * Math.sin(y * 2.1)));
  }
  return sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

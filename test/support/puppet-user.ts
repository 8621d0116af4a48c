import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { engineOptions, readConfig } from '../../src/config.ts';
import type { Perception } from '../../src/perception/engine.ts';
import { createInlinePerception } from '../../src/perception/inline.ts';
import { sitDown } from './browser.ts';
import { loadSampleFaces } from './faces.ts';
import { startPool } from './pool.ts';
import { type PoseBank, renderPoseBank } from './pose-bank.ts';

/** The embedded pack without an anti-spoof net: puppets are no living people, and are not asked to be. */
export const puppetEngine = engineOptions(readConfig({ MODELS_DIR: 'none', ANTISPOOF_NETS: 'none' }));

/** Somebody, as a puppet, and a pool of real models that is patient enough for a busy machine. */
export async function createPuppetUser(): Promise<{ pool: Perception; someone: PoseBank }> {
  const inline = await createInlinePerception(puppetEngine);
  const [sample] = await loadSampleFaces(inline);
  await inline.close();
  const someone = await renderPoseBank(sample!);
  return { someone, pool: await startPool(puppetEngine, { deadlineMs: 15_000 }) };
}

/** Sits down before a page of `openElement`, and does what the server says. */
export function obey(page: Page, someone: PoseBank): Promise<void> {
  return sitDown(page, someone, '#told', { LEFT: 'LEFT', RIGHT: 'RIGHT', UP: 'UP', DOWN: 'DOWN' });
}

/** A second of somebody at rest, 30 pictures, for `writeCameraFile`. */
export function atRest({ centre }: PoseBank): Buffer[] {
  return Array.from({ length: 30 }, (_, frame) => centre[Math.floor(frame / 8) % centre.length]!);
}

/** A picture of somebody beside themselves: two faces. */
export async function twoPeople({ centre }: PoseBank): Promise<Buffer> {
  const one = await sharp(centre[0]!)
    .resize(480, 360)
    .extract({ left: 120, top: 0, width: 240, height: 360 })
    .toBuffer();
  const [left, right] = [60, 340].map((from) => ({ input: one, left: from, top: 60 }));
  return sharp({ create: { width: 640, height: 480, channels: 3, background: '#777777' } })
    .composite([left!, right!])
    .jpeg()
    .toBuffer();
}

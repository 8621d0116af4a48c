import type { Page } from 'playwright-core';
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

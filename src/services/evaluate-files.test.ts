import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { uncalibrated } from '../decisions/live-calibration.ts';
import { BonafideError } from '../errors.ts';
import type { Perception } from '../perception/engine.ts';
import { measureFiles } from './evaluate-files.ts';

it('has added all that it will when it throws, and begins nothing more', async () => {
  // Nothing gets as far as perception: files that cannot be read, and one that is too large.
  const perception = {} as Perception;
  const file = (sha256: string, read: () => Promise<Uint8Array>) =>
    ({ presentation: 'still', sha256, read }) as const;
  const begun: string[] = [];
  const failing = file('1', async () => {
    throw new Error('the disk is gone');
  });
  const slow = file('2', async () => {
    await wait(50);
    throw new BonafideError('payload_too_large');
  });
  const rest = ['3', '4', '5'].map((name) =>
    file(name, async () => {
      begun.push(name);
      throw new BonafideError('payload_too_large');
    }),
  );
  const added: string[] = [];
  const kept = { known: new Map(), add: (sha256: string) => void added.push(sha256) };
  const measuring = measureFiles(perception, [failing, slow, ...rest], kept, {
    ...{ calibration: uncalibrated, bystanderRatio: 1, concurrency: 2 },
    ...{ signal: new AbortController().signal, onProgress: () => {} },
  });
  await expect(measuring).rejects.toThrow('the disk is gone');
  expect(added).toEqual(['2']);
  expect(begun).toEqual([]);
});

import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createFrameScheduler } from './frame-scheduler.ts';

/** A scheduler whose frames are done when the test says so; `started` lists them in order. */
function manualScheduler(slots = 1, minInterval = 0) {
  const started: string[] = [];
  const endings = new Map<string, () => void>();
  const scheduler = createFrameScheduler({ slots: () => slots, minInterval, now: () => performance.now() });
  const open = () =>
    scheduler.open<{ name: string }>(({ name }) => {
      started.push(name);
      return new Promise((resolve) => void endings.set(name, resolve));
    });
  const end = async (name: string) => {
    endings.get(name)!();
    await pause(0);
  };
  return { open, end, started };
}

it('lets a newer frame take the place of the one that waits, never of the one that is analysed', async () => {
  const { open, end, started } = manualScheduler();
  const line = open();
  expect(line.offer({ name: 'a1' })).toBeUndefined();
  expect(line.offer({ name: 'a2' })).toBeUndefined();
  expect(line.offer({ name: 'a3' })).toEqual({ name: 'a2' });
  expect(line.pending()).toEqual({ name: 'a1' });
  await end('a1');
  expect(line.pending()).toEqual({ name: 'a3' });
  await end('a3');
  expect(line.pending()).toBeUndefined();
  expect(started).toEqual(['a1', 'a3']);
});

it('takes turns, however much one line sends', async () => {
  const { open, end, started } = manualScheduler();
  const [greedy, modest, late] = [open(), open(), open()];
  greedy.offer({ name: 'g1' });
  for (const name of ['g2', 'g3', 'g4']) greedy.offer({ name });
  modest.offer({ name: 'm1' });
  late.offer({ name: 'l1' });
  // Sending again while it waits costs a line neither its place nor gives it another.
  modest.offer({ name: 'm2' });
  await end('g1');
  greedy.offer({ name: 'g5' });
  await end('m2');
  await end('l1');
  await end('g5');
  expect(started).toEqual(['g1', 'm2', 'l1', 'g5']);
});

it('fills its slots and no more', async () => {
  const { open, end, started } = manualScheduler(2);
  for (const name of ['a', 'b', 'c']) open().offer({ name });
  expect(started).toEqual(['a', 'b']);
  await end('b');
  expect(started).toEqual(['a', 'b', 'c']);
});

it('never starts two frames of one line sooner than the interval', async () => {
  const { open, end, started } = manualScheduler(2, 80);
  const line = open();
  line.offer({ name: 'a1' });
  await end('a1');
  line.offer({ name: 'a2' });
  await pause(30);
  expect(started).toEqual(['a1']);
  await expect.poll(() => started).toEqual(['a1', 'a2']);
});

it('holds a line back for a while', async () => {
  const { open, started } = manualScheduler(2);
  const line = open();
  line.hold(80);
  line.offer({ name: 'a1' });
  await pause(30);
  expect(started).toEqual([]);
  await expect.poll(() => started).toEqual(['a1']);
});

it('forgets what waits when a line closes, and lets the next one through', async () => {
  const { open, end, started } = manualScheduler();
  const [first, second, third] = [open(), open(), open()];
  first.offer({ name: 'a1' });
  second.offer({ name: 'b1' });
  third.offer({ name: 'c1' });
  expect(second.close()).toEqual({ name: 'b1' });
  expect(first.close()).toBeUndefined();
  expect(second.offer({ name: 'b2' })).toEqual({ name: 'b2' });
  await end('a1');
  expect(started).toEqual(['a1', 'c1']);
});

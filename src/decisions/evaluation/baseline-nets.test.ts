import { describe, expect, it } from 'vitest';
import { baselineNets, baselineOf } from './baseline-nets.ts';

describe('baselineNets', () => {
  const net = (name: string) => ({ role: 'anti-spoof', name }) as const;

  it.each([
    [
      ['minifasnet-v2', 'minifasnet-v1se', 'minifasnet-v2se'],
      ['minifasnet-v2', 'minifasnet-v1se'],
    ],
    [['minifasnet-v2', 'minifasnet-v2se'], ['minifasnet-v2']],
    [['bonafide-antispoof', 'minifasnet-v1se'], ['minifasnet-v1se']],
    [['bonafide-antispoof'], ['bonafide-antispoof']],
    [[], []],
  ])("is what there is of Silent-Face's pair, else whatever net there is: %j", (names, baseline) => {
    expect(baselineOf(names)).toEqual(baseline);
    expect(baselineNets([{ role: 'detector', name: 'yunet' }, ...names.map(net)])).toEqual(baseline);
  });
});

import { expect, it } from 'vitest';
import { bonafideAntiSpoof } from '../perception/models/bonafide-antispoof.ts';
import { experimentalNet, isExperimentalAlone } from './experimental-net.ts';
import type { ModelIdentity } from './facts.ts';

const net = (name: string): Pick<ModelIdentity, 'role' | 'name'> => ({ role: 'anti-spoof', name });
it('is called what perception calls it', () => {
  expect(experimentalNet).toBe(bonafideAntiSpoof);
});

const detector = { role: 'detector', name: 'blazeface' } as const;

it.each([
  ['no net at all', [detector], false],
  ['our own net', [detector, net(experimentalNet)], true],
  ['our own net beside another', [net('minifasnet-v2'), net(experimentalNet)], false],
  ['a file that merely ends in its name', [net(`named/${experimentalNet}`)], false],
])('%s', (_, models, expected) => {
  expect(isExperimentalAlone(models)).toBe(expected);
});

import { describe, expect, it } from 'vitest';
import { scriptedPerception } from '../../test/support/app.ts';
import { experimentalCalibration, ownScore } from '../../test/support/experimental.ts';
import { embeddingFacts, faceFacts, frameFacts } from '../../test/support/facts.ts';
import { clipRules, seedTexture } from '../../test/support/recognition-rules.ts';
import { jpeg } from '../../test/support/recognition-wire.ts';
import { measured } from '../decisions/facts.ts';
import type { Trust } from '../decisions/recognition/trusted-score.ts';
import type { Matcher } from './matcher.ts';
import { identify, register, verify } from './recognise.ts';

// Who is enrolled and compared by the word of the experimental net alone. Perception says what it is told.

const strict: Trust = { allowHeuristic: false, allowExperimental: false, classifierRestsOn: 'texture' };
const picture = { kind: 'image', bytes: jpeg } as const;

/** What is asked of the matcher, which is not what is tested here. */
function partsWith(trust: Partial<Trust>, classify?: () => number) {
  const asked: string[] = [];
  const note = (what: string) => async () => {
    asked.push(what);
    return {};
  };
  const matcher = {
    enrol: note('enrol'),
    verify: note('verify'),
    identify: note('identify'),
    requireEnrolled: async () => {},
  } as unknown as Matcher;
  const face = faceFacts({
    antiSpoof: ownScore(0.99),
    texture: measured(seedTexture),
    embedding: measured(embeddingFacts([1, 0])),
    mask: measured(0),
  });
  const rules = { ...clipRules, calibration: experimentalCalibration, classify, maximumFrames: 24 };
  const perception = scriptedPerception(async () => frameFacts(face));
  return { asked, parts: { perception, matcher, rules, trust: { ...strict, ...trust } } };
}

async function askAll(trust: Partial<Trust>, classify?: () => number) {
  const { asked, parts } = partsWith(trust, classify);
  const context = { threshold: 0.5 };
  const results = [
    await register(parts, { userId: 'ana' }, picture, context),
    await verify(parts, { userId: 'ana', matchThreshold: 0.35 }, picture, context),
    await identify(parts, { limit: 5, matchThreshold: 0.35 }, picture, context),
  ];
  return { asked, liveness: results.map(({ subject }) => subject.liveness) };
}

describe('a face that the experimental net alone calls live', () => {
  it('is neither enrolled nor compared', async () => {
    const { asked, liveness } = await askAll({});
    expect(asked).toEqual([]);
    expect(liveness).toEqual(['experimental', 'experimental', 'experimental']);
  });

  it('is where the operator allows it', async () => {
    const { asked, liveness } = await askAll({ allowExperimental: true });
    expect(asked).toEqual(['enrol', 'verify', 'identify']);
    expect(new Set(liveness)).toEqual(new Set(['live']));
  });

  it('is not by a classifier that weighs no other net either', async () => {
    const { asked, liveness } = await askAll({ classifierRestsOn: 'experimental' }, () => 0.99);
    expect(asked).toEqual([]);
    expect(new Set(liveness)).toEqual(new Set(['experimental']));
  });
});

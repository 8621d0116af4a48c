import { describe, expect, it } from 'vitest';
import { antiSpoof, frameFacts } from '../../../test/support/facts.ts';
import {
  face,
  jpeg,
  mp4,
  noNet,
  recognitionServers,
  seeing,
  send,
} from '../../../test/support/recognition-wire.ts';
import { measured } from '../../decisions/facts.ts';
import type { Perception } from '../../perception/engine.ts';

// The settings of seed 004, each seen in what the server answers. Perception says what it is told.

const listen = recognitionServers();
let address: string;

describe('the settings of seed 004', () => {
  /** Every signal at a value of its own, so that no setting can stand for another. */
  const texture = measured({
    blur: 0.8,
    saturation: 0.6,
    freqHighRatio: 0.5,
    axisAnisotropy: 0.42,
    glare: 0.1,
    lineRatio: 0.13,
    penaltySharpSmall: 0.4,
    brightness: 0.5,
  });
  const judged = async (settings: Readonly<Record<string, string>>) => {
    address = await listen(seeing(face({ texture, antiSpoof: noNet })), settings);
    const { body } = await send(`${address}/v1/liveness`, [['image', jpeg]]);
    return [body.faces[0].score, body.faces[0].threshold];
  };

  // By hand: 0.35·0.8 + 0.2·0.6 + 0.45·0.5 = 0.625; signs of 0.2, 0.25, 0.3 and 0.4 strength cost 0.05 + 0.03 + 0.045 + 0.048.
  it.each([
    ['their defaults', {}, [0.452, 0.673]],
    ['LIVENESS_W_BLUR', { LIVENESS_W_BLUR: '0' }, [0.172, 0.673]],
    ['LIVENESS_W_SAT', { LIVENESS_W_SAT: '0' }, [0.332, 0.673]],
    ['LIVENESS_W_FREQ', { LIVENESS_W_FREQ: '0' }, [0.227, 0.673]],
    ['LIVENESS_W_AXIS', { LIVENESS_W_AXIS: '0' }, [0.502, 0.623]],
    ['LIVENESS_W_GLARE', { LIVENESS_W_GLARE: '0' }, [0.482, 0.643]],
    ['LIVENESS_W_LINES', { LIVENESS_W_LINES: '0' }, [0.497, 0.628]],
    ['LIVENESS_W_SHARP_SMALL', { LIVENESS_W_SHARP_SMALL: '0' }, [0.5, 0.625]],
    ['LIVENESS_AXIS_SUSPECT', { LIVENESS_AXIS_SUSPECT: '0.42' }, [0.502, 0.623]],
    ['LIVENESS_GLARE_SUSPECT', { LIVENESS_GLARE_SUSPECT: '0.1' }, [0.482, 0.643]],
    ['LIVENESS_LINES_SUSPECT', { LIVENESS_LINES_SUSPECT: '0.13' }, [0.497, 0.628]],
  ] as const)('count: %s', async (_, settings, expected) => {
    expect(await judged(settings)).toEqual(expected);
  });

  it('call nothing live without an anti-spoof net, where REQUIRE_ANTI_SPOOF is set', async () => {
    for (const [required, isLive] of [
      ['false', true],
      ['true', false],
    ] as const) {
      address = await listen(seeing(face({ antiSpoof: noNet })), { REQUIRE_ANTI_SPOOF: required });
      const { body } = await send(`${address}/v1/liveness?threshold=0.3`, [['image', jpeg]]);
      expect(body.faces[0].is_live).toBe(isLive);
      const reasons = body.faces[0].extra.reasons.map(({ code }: { code: string }) => code);
      expect(reasons).toEqual(isLive ? [] : ['no_anti_spoof_model']);
    }
    const { body } = await send(`${address}/v1/register?user_id=r&threshold=0.3`, [['image', jpeg]]);
    expect(body).toMatchObject({
      success: false,
      liveness_ok: false,
      details: { liveness: { is_live: false } },
    });
  });

  it('count for clips', async () => {
    const asked: unknown[] = [];
    const perception: Perception = {
      ...seeing(),
      analyseClip: async (_bytes, request) => {
        asked.push(request);
        const live = face({ pose: measured({ yaw: 0, pitch: 0, roll: 0 }) });
        const attack = face({ antiSpoof: antiSpoof(0.01, 0.01) });
        const frames = [live, live, live, attack].map((one, index) => ({
          ...frameFacts(one),
          capturedAt: index * 40,
        }));
        const { models, timings } = frameFacts();
        return {
          container: 'mp4',
          codec: 'h264',
          decodedFrames: 4,
          milliseconds: 120,
          frames,
          models,
          timings,
        };
      },
    };
    const ask = async (settings: Readonly<Record<string, string>>) => {
      address = await listen(perception, { VIDEO_LIVENESS_MIN_FRAMES: '4', ...settings });
      return (await send(`${address}/v1/liveness`, [['video', mp4]])).body.faces[0];
    };
    expect(await ask({})).toMatchObject({ is_live: true, extra: { pass_ratio: 0.75 } });
    expect((await ask({ VIDEO_LIVENESS_MIN_FRAMES: '5' })).is_live).toBe(false);
    expect((await ask({ VIDEO_LIVENESS_PASS_RATIO: '0.76' })).is_live).toBe(false);
    await ask({ VIDEO_LIVENESS_MAX_FRAMES: '5' });
    const measure = ['texture', 'anti_spoof', 'eyes', 'embedding'];
    expect(asked).toEqual([
      { frames: 24, measure },
      { frames: 24, measure },
      { frames: 24, measure },
      { frames: 5, measure },
    ]);
  });
});

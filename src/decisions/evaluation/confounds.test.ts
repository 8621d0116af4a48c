import { describe, expect, it } from 'vitest';
import { faceFacts } from '../../../test/support/facts.ts';
import { unavailable } from '../facts.ts';
import { type ConfoundValues, confoundRow, confoundValues } from './confounds.ts';
import { keepFace, type Measurement } from './measurement.ts';

const file = (live: boolean, changes: Partial<ConfoundValues> = {}): ConfoundValues => ({
  live,
  faceWidth: 100,
  brightness: 0.5,
  sharpness: 0.5,
  format: 'jpeg',
  ...changes,
});

const many = (count: number, live: boolean, changes: (at: number) => Partial<ConfoundValues>) =>
  Array.from({ length: count }, (_, at) => file(live, changes(at)));

describe('confoundRow', () => {
  it('finds nothing where classes are alike', () => {
    const row = confoundRow('a', [...many(6, true, () => ({})), ...many(6, false, () => ({}))]);
    expect(row.auc).toEqual({ face_width: 0.5, brightness: 0.5, sharpness: 0.5, format: 0.5 });
    expect(row.confounded).toBe(false);
  });

  it('does not care which class is the larger', () => {
    const wide = (at: number) => ({ faceWidth: 200 + at });
    const [one, other] = [true, false].map((live) =>
      confoundRow('a', [...many(5, live, wide), ...many(5, !live, () => ({}))]),
    );
    expect(one!.auc.face_width).toBe(1);
    expect(other!.auc.face_width).toBe(1);
    expect(one!.worst).toEqual({ name: 'face_width', auc: 1 });
    expect([one!.confounded, other!.confounded]).toEqual([true, true]);
  });

  it('counts ties of a confound as half', () => {
    // Of four pairs 3 > 1, 3 > 2, 2 > 1, 2 = 2.
    const row = confoundRow('a', [
      file(true, { brightness: 0.3 }),
      file(true, { brightness: 0.2 }),
      file(false, { brightness: 0.1 }),
      file(false, { brightness: 0.2 }),
    ]);
    expect(row.auc.brightness).toBeCloseTo(3.5 / 4, 12);
  });

  it('takes the best order of formats, which have none', () => {
    const formats = (live: boolean, ...names: string[]) => names.map((format) => file(live, { format }));
    const row = confoundRow('a', [
      ...formats(true, 'png', 'png', 'webp', 'jpeg'),
      ...formats(false, 'jpeg', 'jpeg', 'jpeg', 'png'),
    ]);
    // By share of live ones: webp 1, png 2/3, jpeg 1/4. Pairs won: webp 4, each png 3 and half, jpeg 3 halves.
    expect(row.auc.format).toBeCloseTo((4 + 2 * 3.5 + 1.5) / 16, 12);
  });

  it('says nothing of one class, and marks nothing that chance would explain', () => {
    expect(
      confoundRow(
        'a',
        many(9, true, () => ({})),
      ),
    ).toMatchObject({
      auc: { face_width: null, format: null },
      worst: null,
      confounded: false,
    });
    const few = [...many(3, true, () => ({ faceWidth: 9 })), ...many(9, false, () => ({}))];
    expect(confoundRow('a', few)).toMatchObject({ worst: { auc: 1 }, confounded: false });
  });

  it('leaves out what was not measured', () => {
    const rows = [...many(4, true, () => ({ brightness: null })), ...many(4, false, () => ({}))];
    expect(confoundRow('a', rows).auc).toMatchObject({ brightness: null, sharpness: 0.5 });
  });
});

describe('confoundValues', () => {
  const still = (face = faceFacts()): Measurement => ({
    presentation: 'still',
    outcome: 'measured',
    width: 640,
    height: 480,
    format: 'png',
    faces: 1,
    face: keepFace(face),
    timings: [],
  });

  it('reads a still', () => {
    expect(confoundValues(true, still())).toEqual({
      live: true,
      faceWidth: 200,
      brightness: 0.5,
      sharpness: 0.8,
      format: 'png',
    });
    expect(confoundValues(true, still(faceFacts({ texture: unavailable('not_measurable') })))).toMatchObject({
      brightness: null,
      sharpness: null,
    });
  });

  it('takes the middle look at a clip', () => {
    const looks = [90, 300, 100].map((width, at) => ({
      at,
      face: keepFace(faceFacts({ box: { x: 0, y: 0, width, height: 100 } })),
    }));
    const clip: Measurement = {
      ...{ presentation: 'clip', outcome: 'measured', width: 640, height: 480, format: 'mp4/h264' },
      ...{ decodedFrames: 3, milliseconds: 100, looks, timings: [] },
    };
    expect(confoundValues(false, clip)).toMatchObject({ faceWidth: 100, format: 'mp4/h264' });
  });

  it('has none where no face was found', () => {
    const nothing: Measurement = { presentation: 'still', outcome: 'unanswered', reason: 'no_face' };
    expect(confoundValues(true, nothing)).toBeUndefined();
  });
});

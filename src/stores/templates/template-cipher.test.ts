import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { testTemplate } from '../../../test/support/templates.ts';
import type { Enrolment } from '../ports.ts';
import { openTemplate, SealedTemplateError, sealTemplate } from './template-cipher.ts';
import { deriveTemplateKey } from './template-keys.ts';

const key = deriveTemplateKey(randomBytes(32));
const template = testTemplate('15', { consent: 'contract/7', expiresAt: new Date('2030-01-01T00:00:00Z') });
const { vector: _, ...enrolment } = template;
const sealed = sealTemplate(template, key);

describe('a sealed template', () => {
  it('opens in its row, bit by bit as it was', () => {
    expect(openTemplate(enrolment, key, sealed)).toEqual(template);
  });

  it('is nonce, ciphertext and tag, and shows no float', () => {
    expect(sealed).toHaveLength(12 + 512 + 16);
    const plain = Buffer.from(template.vector.buffer);
    for (let at = 0; at < plain.length; at += 4)
      expect(sealed.includes(plain.subarray(at, at + 4)), `float ${at / 4}`).toBe(false);
  });

  it('has another nonce, and another ciphertext, each time', () => {
    const all = Array.from({ length: 1_000 }, () => sealTemplate(template, key));
    expect(new Set(all.map((one) => one.toString('hex', 0, 12))).size).toBe(1_000);
    expect(new Set(all.map((one) => one.toString('hex', 12))).size).toBe(1_000);
  });

  it.each<[string, Partial<Enrolment>]>([
    ['another person', { userId: '16' }],
    ['another model', { model: 'mobilefacenet' }],
    ['other weights', { modelHash: 'cd'.repeat(32) }],
    ['another recipe', { recipe: 'another' }],
    ['more frames', { frames: 4 }],
    ['another consent', { consent: 'contract/8' }],
    ['no consent', { consent: null }],
    ['a later expiry', { expiresAt: new Date('2031-01-01T00:00:00Z') }],
    ['no expiry', { expiresAt: null }],
    ['an earlier creation', { createdAt: new Date(0) }],
    // Fields that run into each other must not read the same.
    ['a model that took a part of the id', { userId: '1', model: '5dlib-resnet' }],
  ])('does not open in a row of %s', (_what, changes) => {
    expect(() => openTemplate({ ...enrolment, ...changes }, key, sealed)).toThrow(SealedTemplateError);
  });

  it('does not open with another key', () => {
    const other = deriveTemplateKey(randomBytes(32));
    expect(() => openTemplate(enrolment, other, sealed)).toThrow(SealedTemplateError);
    // Nor with a key that only claims to be the one.
    expect(() => openTemplate(enrolment, { ...other, id: key.id }, sealed)).toThrow(SealedTemplateError);
  });

  it('does not open when any byte of it was changed', () => {
    for (let at = 0; at < sealed.length; at++) {
      const damaged = Buffer.from(sealed);
      damaged[at]! ^= 1;
      expect(() => openTemplate(enrolment, key, damaged), `byte ${at}`).toThrow(SealedTemplateError);
    }
  });

  it.each([0, 1, 12, 27, 28, 539])('does not open when only %i bytes are left', (length) => {
    expect(() => openTemplate(enrolment, key, sealed.subarray(0, length))).toThrow(SealedTemplateError);
  });

  it('says nothing of keys or persons when it does not open', () => {
    try {
      openTemplate({ ...enrolment, userId: 'somebody' }, key, sealed);
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).toBe(
        'A template does not open: it is damaged, or its row is not as it was written.',
      );
    }
  });
});

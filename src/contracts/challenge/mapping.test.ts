import { expect, it } from 'vitest';
import { readFrame } from './mapping.ts';

it('does not parse a message of millions of lists, which would hold up all sessions', () => {
  const message = Buffer.from(`{"frame": ${'['.repeat(2_600_000)}`);
  expect(() => readFrame(message, false, 2_000_000)).toThrow(
    expect.objectContaining({ code: 'invalid_request' }),
  );
});

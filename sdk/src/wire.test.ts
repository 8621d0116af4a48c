import { describe, expect, it } from 'vitest';
import { answersFrame, encodeFrame, type ServerMessage, socketAddress } from './wire.ts';

describe('where a session is held', () => {
  it('on the stream of its token, which is no part of the address', () => {
    const { url, protocols } = socketAddress({
      contract: 'sessions',
      server: 'https://liveness.example.com',
      token: 'ses1.secret',
    });
    expect(url).toBe('wss://liveness.example.com/v2/sessions/ses1/stream');
    expect(protocols).toEqual(['bonafide', 'bonafide.token.ses1.secret']);
  });

  it('behind a path of its own, too', () => {
    const server = 'http://localhost:8000/bonafide';
    expect(socketAddress({ contract: 'challenge', server }).url).toBe('ws://localhost:8000/bonafide/ws');
    expect(socketAddress({ contract: 'challenge', server: `${server}/` }).url).toBe(
      'ws://localhost:8000/bonafide/ws',
    );
  });

  it('with a key as base64url', () => {
    const { protocols } = socketAddress({ contract: 'challenge', server: 'http://a', key: 'geheim/ключ+' });
    expect(protocols[1]).toBe(`bonafide.key.${Buffer.from('geheim/ключ+').toString('base64url')}`);
    expect(socketAddress({ contract: 'challenge', server: 'http://a' }).protocols).toEqual([]);
  });

  it('nowhere, where the address is none', () =>
    expect(() => socketAddress({ contract: 'challenge', server: 'liveness' })).toThrow(TypeError));
});

it('puts the capture time before the JPEG on a stream, and nothing on /ws', async () => {
  const jpeg = new Blob([new Uint8Array([0xff, 0xd8, 0xff])]);
  const frame = Buffer.from(await encodeFrame('sessions', 1234.5, jpeg).arrayBuffer());
  expect(frame.readDoubleBE(0)).toBe(1234.5);
  expect([...frame.subarray(8)]).toEqual([0xff, 0xd8, 0xff]);
  expect(encodeFrame('challenge', 1234.5, jpeg)).toBe(jpeg);
});

it('knows which messages answer a frame', () => {
  const message = {
    type: 'waiting',
    state: 'WAITING_CENTER',
    instruction: 'CENTER',
    success: 0,
    total: 3,
  } as const;
  const start: ServerMessage = { ...message, type: 'start' };
  expect(answersFrame('sessions', message)).toBe(false);
  expect(answersFrame('sessions', { ...message, frame: 1 })).toBe(true);
  expect(answersFrame('challenge', message)).toBe(true);
  expect(answersFrame('challenge', start)).toBe(false);
});

import { expect, it } from 'vitest';
import { listeningApp, scriptedPerception } from '../../../test/support/app.ts';
import { connect } from '../../../test/support/challenge-client.ts';
import { faceFacts, frameFacts } from '../../../test/support/facts.ts';
import { type FaceFacts, measured, valueIfMeasured } from '../../decisions/facts.ts';
import type { ImageRequest } from '../../perception/engine.ts';
import type { ServerMessage } from './schemas.ts';

// What a session says of a face that cannot be judged, over the wire. Perception measures what it is asked for.

const plain = faceFacts();
const lit = (changes: { brightness?: number; blur?: number }): FaceFacts =>
  faceFacts({ texture: measured({ ...valueIfMeasured(plain.texture)!, ...changes }) });

/** The answer to the first frame, which shows this face. */
async function answerTo(face: FaceFacts): Promise<{ message: ServerMessage; asked: ImageRequest }> {
  const requests: ImageRequest[] = [];
  const perception = {
    ...scriptedPerception(),
    analyseImage: async (_bytes: Uint8Array, request: ImageRequest) => {
      requests.push(request);
      return frameFacts(face);
    },
  };
  const socket = connect(await listeningApp({}, { perception }), { headers: { 'accept-language': 'en' } });
  const messages: ServerMessage[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  await expect.poll(() => messages.length).toBe(1);
  socket.send(Buffer.from('a picture'));
  await expect.poll(() => messages.length).toBe(2);
  socket.terminate();
  return { message: messages[1]!, asked: requests[0]! };
}

it.each([
  ['face_too_dark', lit({ brightness: 0.05 }), 'The face is too dark. Find more light.'],
  ['face_blurred', lit({ blur: 0.01 }), 'The face is blurred. Hold the camera still, and clean its lens.'],
  [
    'face_too_small',
    faceFacts({ measuredSide: 60 }),
    'The face is 60 pixels across; at least 80 are needed. Move closer.',
  ],
])('says %s, and what to do', async (hint, face, words) => {
  const { message } = await answerTo(face);
  expect(message).toMatchObject({ type: 'waiting', hint, message: words });
  expect(message).not.toHaveProperty('error');
});

it('says nothing of a face in range, whose light and focus it has measured', async () => {
  const { message, asked } = await answerTo(plain);
  expect(message.type).toBe('waiting');
  for (const field of ['hint', 'message', 'error']) expect(message).not.toHaveProperty(field);
  expect(asked.measure).toEqual(['anti_spoof', 'texture']);
});

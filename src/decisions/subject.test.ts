import { expect, it } from 'vitest';
import { faceFacts } from '../../test/support/facts.ts';
import { chooseSubject } from './subject.ts';

const tall = (height: number) => faceFacts({ box: { x: 0, y: 0, width: height, height } });

it('says so when there is no face', () => {
  expect(chooseSubject([], 0.5)).toEqual({ status: 'no_face' });
});

it('takes the only face, whatever the ratio', () => {
  expect(chooseSubject([tall(100)], 0)).toMatchObject({ status: 'chosen', bystanders: [] });
});

it('leaves a face below the ratio out as a bystander, and not one that reaches it', () => {
  const [subject, bystander] = [tall(100), tall(49)];
  const chosen = { status: 'chosen', face: subject, bystanders: [bystander] };
  expect(chooseSubject([subject, bystander], 0.5)).toEqual(chosen);
  expect(chooseSubject([subject, tall(50)], 0.5)).toEqual({ status: 'several_faces' });
});

it('does not guess when one of several others is close', () => {
  expect(chooseSubject([tall(100), tall(90), tall(10)], 0.5)).toEqual({ status: 'several_faces' });
});

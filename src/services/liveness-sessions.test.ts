import { randomBytes } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { memoryStores } from '../../test/support/stores.ts';
import { BonafideError } from '../errors.ts';
import { createLivenessSessions } from './liveness-sessions.ts';

it('names nobody who is erased while their session is made', async () => {
  const { sessions: store, ...stores } = await memoryStores();
  onTestFinished(() => stores.close());
  let asked = 0;
  const made: string[] = [];
  const sessions = createLivenessSessions({
    store: {
      ...store,
      create(session, ...more) {
        made.push(session.id);
        return store.create(session, ...more);
      },
    },
    matcher: {
      async requireEnrolled() {
        if (asked++ > 0) throw new BonafideError('user_not_found');
      },
    },
    cancel: () => {},
    directions: 3,
    mostUnused: 10,
    today: () => new Date(),
    randomBytes,
  });
  await expect(sessions.open(null, { userId: 'somebody' })).rejects.toMatchObject({ code: 'user_not_found' });
  expect(made).toHaveLength(1);
  expect(await store.find(made[0]!, null)).toBeUndefined();
  expect(sessions.opened()).toBe(0);
});

import { Type } from 'typebox';
import { kyc } from './settings/kyc.ts';
import { liveness } from './settings/liveness.ts';
import { perception } from './settings/perception.ts';
import { recognition } from './settings/recognition.ts';
import { server } from './settings/server.ts';
import { sessions } from './settings/sessions.ts';
import { stores } from './settings/stores.ts';

/**
 * Every setting of the server, with its default. `.env.example` is printed from this schema and a
 * test keeps the two equal.
 */
export const settings = Type.Object({
  ...server,
  ...perception,
  ...liveness,
  ...stores,
  ...kyc,
  ...recognition,
  ...sessions,
});

import { Type } from 'typebox';
import { list } from './list.ts';

/** The native session API, /v2/sessions. What a session asks for is said by the settings of WebSocket sessions. */
export const sessions = {
  RECONNECT_SECONDS: Type.Number({
    default: 10,
    minimum: 0,
    maximum: 60,
    description:
      'How long a session of /v2/sessions waits for a client that was lost, in seconds, where it may come back. The time for the whole session, SESSION_TIMEOUT, runs on.',
  }),
  STREAM_ORIGINS: list(
    '*',
    "Origins whose pages may open streams of /v2/sessions, https://shop.example for instance, besides those at PUBLIC_URL; separated by commas, *: any, for the token admits. Name yours, and no other page can hold a session of yours with its own visitors' browsers. Programs that are no browsers send none and always may.",
  ),
  MAX_UNUSED_SESSIONS: Type.Integer({
    default: 1_000,
    minimum: 1,
    maximum: 1_000_000,
    description:
      'Sessions of /v2/sessions that one API key may have made whose stream nobody has opened; those that have expired do not count. All keys of API_KEY count as one.',
  }),
  SESSION_RESULT_DAYS: Type.Integer({
    default: 30,
    minimum: 1,
    maximum: 3_650,
    description:
      'Days for which results of /v2/sessions, and their lines in the audit trail, are kept after a session was made.',
  }),
} as const;

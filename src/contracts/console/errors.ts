import { keyErrors } from '../../plugins/api-key.ts';

/** What every data route of the console may answer with. */
export const consoleErrors = [
  ...keyErrors,
  'console_closed',
  'invalid_request',
  'internal',
  'shutting_down',
] as const;

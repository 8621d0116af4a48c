import { apiKeys } from './001-api-keys.ts';
import { enrolments } from './002-enrolments.ts';
import { samples } from './003-samples.ts';
import { decisions } from './004-decisions.ts';
import { sessions } from './005-sessions.ts';

/** One step of the schema: applied once, in order, and never changed after it was released. */
export interface Migration {
  /** `001-api-keys` for instance: its number and what it is about. */
  readonly name: string;
  /** Statements, separated by semicolons at ends of lines. */
  readonly statements: string;
}

/** Every step, in order. */
export const migrations: readonly Migration[] = [apiKeys, enrolments, samples, decisions, sessions];

import { Type } from 'typebox';

/** A setting that is a comma-separated list in the environment. */
export const list = (fallback: string, description: string) =>
  Type.String({ default: fallback, description });

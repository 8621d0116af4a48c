import type { TemplateResult } from 'lit';
import type { StatusResponse } from '../../src/contracts/console/schemas.ts';
import type { Api } from './api.ts';
import type { Words } from './words.ts';

/** What every part of the console is given. */
export interface ConsoleHost {
  readonly api: Api;
  readonly words: Words;
  readonly status: StatusResponse;
  /** The time of day. */
  readonly today: () => Date;
  /** Draws the page anew, for something has changed. */
  readonly redraw: () => void;
  /** Says something to those who do not see that it happened. */
  readonly announce: (text: string) => void;
}

/** One section of the console, while it is open. */
export interface View {
  readonly template: () => TemplateResult;
  /** Gives up what is under way. */
  readonly close: () => void;
}

export type OpenView = (host: ConsoleHost) => View;

import type { TemplateResult } from 'lit';
import type { Server } from './server.ts';
import type { Sight } from './sight.ts';
import type { Words } from './words.ts';

/** What every check is given. */
export interface Demo {
  /** In the language of now. */
  readonly words: Words;
  readonly server: Server;
  /** The API key, where the server asks for one and there is one. */
  readonly key: string | undefined;
  /** Whether the server asks for one at all. */
  readonly needsKey: boolean;
  /** Draws the page anew, for something has changed. */
  readonly redraw: () => void;
  /** Something was seen: what was known before becomes what is known now. */
  readonly see: (change: (before: Sight) => Sight) => void;
  /** Notes what goes over a WebSocket; the same id takes the place of what it was before. */
  readonly noteSocket: (title: string, answer: unknown) => void;
  /** Goes to the blink of the same face, which ends the passive check of this id. */
  readonly goOn: (check: string) => void;
}

/** One contract that is tried, while it is chosen. */
export interface Check {
  readonly template: () => TemplateResult;
  /** Gives up what is under way: the camera goes off. */
  readonly close: () => void;
}

export type OpenCheck = (demo: Demo) => Check;

import type { Perception, PerceptionDescription, PerceptionLoad } from '../perception/engine.ts';
import type { Database } from '../stores/ports.ts';

/** What serves on this machine, and how busy it is. */
export interface ServerDescription {
  readonly perception: PerceptionDescription;
  /** Sentences for the operator: perception's, and what the server is worth without anti-spoof nets. */
  readonly notices: readonly string[];
  readonly load: PerceptionLoad;
  /** The model that finds the faces; null before any is loaded. */
  readonly detector: string | null;
  /** `embedded`, or `strong` as soon as one model comes from elsewhere than the npm packages. */
  readonly pack: 'embedded' | 'strong';
}

/** What a server with no anti-spoof net has to say for itself. */
const withoutNets = {
  allowed:
    'No anti-spoof net is installed: sessions, posed frames and blinks rest on movements alone, and a replay of somebody who does as told passes. REQUIRE_ANTI_SPOOF=true calls nothing live then.',
  refused: 'No anti-spoof net is installed, and REQUIRE_ANTI_SPOOF is set: nothing is called live.',
} as const;

/** Which database serves, and whether it answers; a third of a second at most. */
export async function describeDatabase(database: Database) {
  const status: 'ok' | 'unavailable' = (await database.isAnswering()) ? 'ok' : 'unavailable';
  return { kind: database.kind, status };
}

/** Describes the server without asking a perception process: it answers while all of them work. */
export function describeServer(
  perception: Perception,
  { needsAntiSpoof }: { readonly needsAntiSpoof: boolean },
): ServerDescription {
  const description = perception.describe();
  const hasNet = description.models.some(({ role }) => role === 'anti-spoof');
  const notice = withoutNets[needsAntiSpoof ? 'refused' : 'allowed'];
  return {
    perception: description,
    notices: hasNet ? description.notices : [...description.notices, notice],
    load: perception.load(),
    detector: description.models.find(({ role }) => role === 'detector')?.name ?? null,
    pack: description.models.every(({ pack }) => pack === 'embedded') ? 'embedded' : 'strong',
  };
}

import { isExperimentalAlone } from '../decisions/experimental-net.ts';
import type { ModelIdentity } from '../decisions/facts.ts';
import type { LiveCalibration } from '../decisions/live-calibration.ts';
import type { Perception, PerceptionDescription, PerceptionLoad } from '../perception/engine.ts';
import type { Database } from '../stores/ports.ts';

/** What serves on this machine, and how busy it is. */
export interface ServerDescription {
  readonly perception: PerceptionDescription;
  /** `experimental`: our own net alone, whose word enrols nobody and confirms no selfie unless the operator says so. */
  readonly antiSpoof: 'installed' | 'experimental' | 'none';
  /** Sentences for the operator: perception's, and what the server is worth without anti-spoof nets that are trusted. */
  readonly notices: readonly string[];
  readonly load: PerceptionLoad;
  /** The model that finds the faces; null before any is loaded. */
  readonly detector: string | null;
  readonly pack: Pack;
  /** A sentence: which pack serves, and how to get the other. */
  readonly packNote: string;
  /** How scores become verdicts. */
  readonly calibration: ServingCalibration;
}

/** What is told of the calibration that serves. */
export interface ServingCalibration extends Pick<LiveCalibration, 'name' | 'limits' | 'isExperimental'> {
  /**
   * `shipped`: with this version, for these models; `CALIBRATION_PATH`: the operator's own; `none`: nobody has measured
   * these models.
   */
  readonly source: 'shipped' | 'CALIBRATION_PATH' | 'none';
}

/**
 * Where the models come from that decide about liveness, detector and anti-spoof nets: `embedded` where both come
 * with the server (or there is no net), `strong` where neither does, else `mixed`.
 */
export type Pack = 'embedded' | 'strong' | 'mixed';

/** What a server with no anti-spoof net, or the experimental one alone, has to say for itself. */
const caveats = {
  none: {
    allowed:
      'No anti-spoof net is in use: sessions, posed frames and blinks rest on movements alone, and a replay of somebody who does as told passes. REQUIRE_ANTI_SPOOF=true calls nothing live then.',
    refused: 'No anti-spoof net is in use, and REQUIRE_ANTI_SPOOF is set: nothing is called live.',
  },
  experimental: {
    allowed:
      'The only anti-spoof net here is our own, bonafide-antispoof, which is experimental. Its passive verdicts enrol nobody and satisfy no KYC check (ALLOW_EXPERIMENTAL=true lets them). In sessions, posed frames and blinks it refuses what it takes for an attack, but vouches for nobody: they rest on movements, and a replay of somebody who does as told may pass. REQUIRE_ANTI_SPOOF=true calls nothing live then. `bonafide models pull` fetches the strong pack.',
    trusted:
      'The only anti-spoof net here is our own, bonafide-antispoof, which is experimental, and ALLOW_EXPERIMENTAL lets its word enrol and satisfy KYC: attacks will pass. `bonafide models pull` fetches the strong pack.',
    refused:
      'The only anti-spoof net here is our own, bonafide-antispoof, which is experimental, and REQUIRE_ANTI_SPOOF is set: nothing is called live. `bonafide models pull` fetches the strong pack.',
  },
} as const;

/** The settings that say what a server without trusted nets may do, and whose calibration serves. */
export interface DescribedSettings {
  readonly REQUIRE_ANTI_SPOOF: boolean;
  readonly ALLOW_EXPERIMENTAL: boolean;
  readonly CALIBRATION_PATH: string;
}

/** Which database serves, and whether it answers; a third of a second at most. */
export async function describeDatabase(database: Database) {
  const status: 'ok' | 'unavailable' = (await database.isAnswering()) ? 'ok' : 'unavailable';
  return { kind: database.kind, status };
}

/** Describes the server without asking a perception process: it answers while all of them work. */
export function describeServer(
  perception: Perception,
  settings: DescribedSettings,
  calibration: LiveCalibration,
): ServerDescription {
  const description = perception.describe();
  const antiSpoof = antiSpoofOf(description.models);
  return {
    perception: description,
    antiSpoof,
    notices: [...description.notices, ...caveatsOf(antiSpoof, settings)],
    load: perception.load(),
    detector: description.models.find(({ role }) => role === 'detector')?.name ?? null,
    ...describePack(description.models),
    calibration: describeCalibration(calibration, settings),
  };
}

function describeCalibration(
  { name, nets, limits, isExperimental }: LiveCalibration,
  { CALIBRATION_PATH: path }: DescribedSettings,
): ServingCalibration {
  const chosen = path === '' ? 'shipped' : 'CALIBRATION_PATH';
  return { name, source: nets === null ? 'none' : chosen, limits, isExperimental };
}

function antiSpoofOf(models: readonly ModelIdentity[]): ServerDescription['antiSpoof'] {
  if (isExperimentalAlone(models)) return 'experimental';
  return models.some(({ role }) => role === 'anti-spoof') ? 'installed' : 'none';
}

function caveatsOf(
  antiSpoof: ServerDescription['antiSpoof'],
  { REQUIRE_ANTI_SPOOF: refuses, ALLOW_EXPERIMENTAL: trusts }: DescribedSettings,
): readonly string[] {
  if (antiSpoof === 'installed') return [];
  if (refuses) return [caveats[antiSpoof].refused];
  return [antiSpoof === 'experimental' && trusts ? caveats.experimental.trusted : caveats[antiSpoof].allowed];
}

function describePack(models: PerceptionDescription['models']): Pick<ServerDescription, 'pack' | 'packNote'> {
  const deciding = models.filter(({ role }) => role === 'detector' || role === 'anti-spoof');
  const ours = deciding.filter(({ pack }) => pack === 'embedded').map(nameOf);
  const others = deciding.filter(({ pack }) => pack !== 'embedded').map(nameOf);
  const hasNet = deciding.some(({ role }) => role === 'anti-spoof');
  if (others.length === 0)
    return { pack: 'embedded', packNote: `${embeddedServes(ours, hasNet)} ${toGetStrong}` };
  if (ours.length === 0 && hasNet)
    return { pack: 'strong', packNote: `The strong pack serves: ${others.join(', ')}. ${toGetEmbedded}` };
  const part = `A part of the strong pack serves, ${others.join(', ')}, beside ${ours.join(', ') || 'no anti-spoof net'}.`;
  return { pack: 'mixed', packNote: `${part} ${toGetStrong}` };
}

function embeddedServes(names: readonly string[], hasNet: boolean): string {
  return `The embedded pack serves${names.length > 0 ? `: ${names.join(', ')}` : ''}${hasNet ? '' : ', and no anti-spoof net'}.`;
}

const toGetStrong =
  'A start with a network fetches the strong pack by itself unless MODELS_AUTO_PULL=false or --offline forbids it; `bonafide models pull` (--from DIR|URL: from a mirror) fetches it for the next start.';

const toGetEmbedded =
  'The embedded pack serves where MODELS_DIR names an empty folder and MODELS_AUTO_PULL=false or --offline is set.';

/** Our own anti-spoof net is an experiment, and called one wherever it is named. */
function nameOf({ role, name, pack }: ModelIdentity): string {
  if (pack === 'named') return `${name} (MODEL_PATH)`;
  return role === 'anti-spoof' && pack === 'embedded' ? `${name} (experimental)` : name;
}

import { randomBytes, randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import type { Config } from './config.ts';
import type { Perception } from './perception/engine.ts';
import type { ActiveChecks } from './services/active-checks.ts';
import { createKeyRing, type KeyRing } from './services/api-keys.ts';
import { createSampleBrowser } from './services/browse-samples.ts';
import type { ByteBudget } from './services/byte-budget.ts';
import type { CalibrationInUse } from './services/calibration-in-use.ts';
import {
  type ChallengeSessions,
  createChallengeSessions,
  type DrawDirections,
} from './services/challenge-sessions.ts';
import { type BlinkCheckContext, checkBlink } from './services/check-blink.ts';
import { checkLiveness, type LivenessCheckContext } from './services/check-liveness.ts';
import { checkSelfie, type SelfieCheckContext } from './services/check-selfie.ts';
import type { LoadedClassifier } from './services/classifier-file.ts';
import {
  type CollectContext,
  collectSample,
  type SampleUpload,
  summariseDataset,
} from './services/collect-samples.ts';
import { createConsoleData } from './services/console-data.ts';
import { createDecisionLog, type DecisionLog } from './services/decision-log.ts';
import { judgePicture, type Picture, type PictureRules } from './services/judge-picture.ts';
import { createLivenessSessions } from './services/liveness-sessions.ts';
import { createMatcher, type Matcher } from './services/matcher.ts';
import {
  identify,
  type RecogniseContext,
  type Registration,
  register,
  verify,
} from './services/recognise.ts';
import { createSelfieSessions } from './services/selfie-sessions.ts';
import { createSessionStreams } from './services/session-streams.ts';
import { type FramesContext, type PosedPictures, validateFrames } from './services/validate-frames.ts';
import type { Stores } from './stores/ports.ts';

/** What the app is made of; the clock and the randomness have real defaults. */
export interface AppParts {
  readonly config: Config;
  readonly perception: Perception;
  readonly stores: Stores;
  readonly logger: FastifyBaseLogger;
  /** Milliseconds of any steadily growing clock; default: `performance.now`. */
  readonly now?: () => number;
  /** The time of day, for what is kept with a date; default: the system's. */
  readonly today?: () => Date;
  /** A source of secure randomness; default: `crypto.randomBytes`. */
  readonly randomBytes?: (size: number) => Buffer;
  /** The classifier that LIVENESS_CLF_PATH names; default: none. */
  readonly classifier?: Pick<LoadedClassifier, 'classify' | 'restsOn'> | undefined;
  /** Draws what a challenge asks for; default: by `crypto.randomInt`. */
  readonly drawDirections?: DrawDirections;
  /** What the settings choose, where somebody has read it already; default: it is read from its file. */
  readonly calibration?: CalibrationInUse;
}

/** The same, with the calibration that all contracts share. */
export interface CalibratedParts extends AppParts {
  readonly calibration: CalibrationInUse;
}

/** The keys that the settings and the store know. */
export function keyRing({ config, stores, today = () => new Date() }: AppParts): KeyRing {
  return createKeyRing({ keys: config.API_KEY, store: stores.apiKeys, today });
}

/** What notes decisions, with these settings; nothing does where none are kept. */
export function decisionLogOptions({ config, perception, stores, logger, ...parts }: AppParts) {
  const none: DecisionLog = { note: () => {}, close: async () => {} };
  const isOn = config.DECISIONS_DAYS > 0;
  return {
    log: isOn
      ? createDecisionLog({
          store: stores.decisions,
          onTrouble: (error) =>
            logger.warn(
              { err: error },
              'decisions cannot be noted for the console; they wait, and are tried again',
            ),
          onLost: (decisions) => logger.warn({ decisions }, 'decisions were lost to the console'),
        })
      : none,
    today: parts.today ?? (() => new Date()),
    models: isOn ? perception.describe().models : [],
  };
}

/** What the passive contract asks, answered with these settings. */
export function passiveOptions(
  { config, perception, calibration }: CalibratedParts,
  activeChecks: ActiveChecks,
) {
  const options = {
    calibration,
    bystanderRatio: config.BYSTANDER_RATIO,
    needsAntiSpoof: config.REQUIRE_ANTI_SPOOF,
  };
  return {
    checkLiveness: (bytes: Uint8Array, context: LivenessCheckContext) =>
      checkLiveness(perception, options, bytes, context),
    isBusy: () => perception.load().full,
    openActiveCheck: activeChecks.open,
    checkBlink: (
      check: string | undefined,
      upload: () => Promise<Uint8Array>,
      context: BlinkCheckContext,
    ) => {
      const judge = async (selfie?: BlinkCheckContext['selfie']) =>
        checkBlink(perception, options, await upload(), { ...context, selfie });
      return check === undefined ? judge() : activeChecks.redeem(check, judge);
    },
    publicUrl: config.PUBLIC_URL.replace(/\/+$/, ''),
    maxImageBytes: config.MAX_IMAGE_BYTES,
    maxClipBytes: config.MAX_CLIP_BYTES,
  };
}

/** What the contract of posed frames asks, answered with these settings. */
export function framesOptions({ config, perception, calibration }: CalibratedParts) {
  const options = {
    threshold: config.FRAMES_THRESHOLD,
    attackVeto: config.FRAMES_ATTACK_VETO,
    needsAntiSpoof: config.REQUIRE_ANTI_SPOOF,
    passive: calibration,
    bystanderRatio: config.BYSTANDER_RATIO,
  };
  return {
    validateFrames: (pictures: PosedPictures, context: FramesContext) =>
      validateFrames(perception, options, pictures, context),
    isBusy: () => perception.load().full,
    threshold: config.FRAMES_THRESHOLD,
    maxImageBytes: config.MAX_IMAGE_BYTES,
  };
}

/** What the KYC contract asks, answered with these settings. */
export function kycOptions({ config, perception, stores, calibration, ...parts }: CalibratedParts) {
  const options = {
    faceThreshold: config.KYC_FACE_THRESHOLD,
    livenessThreshold: config.KYC_LIVENESS_THRESHOLD,
    calibration,
    allowExperimental: config.ALLOW_EXPERIMENTAL,
    minimumSide: config.KYC_MIN_FACE_SIDE,
    bystanderRatio: config.BYSTANDER_RATIO,
  };
  const sessions = createSelfieSessions(
    {
      required: config.KYC_REQUIRE_SESSION,
      uses: config.KYC_SESSION_USES,
      seconds: config.KYC_SESSION_SECONDS,
    },
    {
      store: stores.sessionTokens,
      today: parts.today ?? (() => new Date()),
      randomBytes: parts.randomBytes ?? randomBytes,
    },
  );
  return {
    checkSelfie: (bytes: Uint8Array, context: SelfieCheckContext) =>
      checkSelfie(perception, options, bytes, context),
    openSession: sessions.open,
    takeSession: sessions.take,
    isBusy: () => perception.load().full,
    maxImageBytes: config.MAX_IMAGE_BYTES,
  };
}

/** How seed 004's contract judges pictures, with these settings. */
function pictureRules({ config, calibration, classifier }: CalibratedParts): PictureRules {
  return {
    calibration,
    heuristic: {
      weights: {
        blur: config.LIVENESS_W_BLUR,
        saturation: config.LIVENESS_W_SAT,
        freqHighRatio: config.LIVENESS_W_FREQ,
      },
      penalties: {
        axisAnisotropy: config.LIVENESS_W_AXIS,
        glare: config.LIVENESS_W_GLARE,
        lineRatio: config.LIVENESS_W_LINES,
        penaltySharpSmall: config.LIVENESS_W_SHARP_SMALL,
      },
      suspect: {
        axisAnisotropy: config.LIVENESS_AXIS_SUSPECT,
        glare: config.LIVENESS_GLARE_SUSPECT,
        lineRatio: config.LIVENESS_LINES_SUSPECT,
      },
    },
    classify: classifier?.classify,
    needsAntiSpoof: config.REQUIRE_ANTI_SPOOF,
    prefersHeuristic: config.ALLOW_HEURISTIC_ENROL,
    bystanderRatio: config.BYSTANDER_RATIO,
    maximumFrames: config.VIDEO_LIVENESS_MAX_FRAMES,
    minimumFrames: config.VIDEO_LIVENESS_MIN_FRAMES,
    passRatio: config.VIDEO_LIVENESS_PASS_RATIO,
  };
}

/** Which scores enrol somebody, or let them be compared, with these settings. */
export function trustOf({ config, classifier }: Pick<AppParts, 'config' | 'classifier'>) {
  return {
    allowHeuristic: config.ALLOW_HEURISTIC_ENROL,
    allowExperimental: config.ALLOW_EXPERIMENTAL,
    classifierRestsOn: classifier?.restsOn ?? ('texture' as const),
  };
}

/** Enrolling and matching, with these settings. */
function matcherOf({ config, stores, today = () => new Date() }: AppParts): Matcher {
  return createMatcher({
    enrolments: stores.enrolments,
    settings: {
      matchThreshold: config.MATCH_THRESHOLD,
      lifetimeDays: config.TEMPLATE_LIFETIME_DAYS,
      uniqueFaces: config.UNIQUE_FACES,
    },
    now: today,
    randomId: randomUUID,
    alsoErase: { samples: (userId) => stores.samples.eraseUser(userId) },
  });
}

/** What the recognition contract asks of faces and people, answered with these settings. */
export function recognitionOptions(parts: CalibratedParts) {
  const { config, perception, today = () => new Date() } = parts;
  const rules = pictureRules(parts);
  const matcher = matcherOf(parts);
  const people = { perception, matcher, rules, trust: trustOf(parts) };
  return {
    judgePicture: async (picture: Picture, { onJudged, ...context }: RecogniseContext) => {
      const judged = await judgePicture(perception, rules, picture, { ...context, measuredFaces: 10 });
      onJudged?.(judged);
      return judged;
    },
    register: (registration: Registration, picture: Picture, context: RecogniseContext) =>
      register(people, registration, picture, context),
    verify: (question: Parameters<typeof verify>[1], picture: Picture, context: RecogniseContext) =>
      verify(people, question, picture, context),
    identify: (question: Parameters<typeof identify>[1], picture: Picture, context: RecogniseContext) =>
      identify(people, question, picture, context),
    listUsers: matcher.list,
    eraseUser: matcher.erase,
    matchThreshold: config.MATCH_THRESHOLD,
    today,
    isBusy: () => perception.load().full,
    maxImageBytes: config.MAX_IMAGE_BYTES,
    maxClipBytes: config.MAX_CLIP_BYTES,
  };
}

/** What the data set's routes ask, answered with these settings. */
export function datasetOptions(parts: CalibratedParts) {
  const { config, perception, stores } = parts;
  const collecting = {
    perception,
    samples: stores.samples,
    rules: pictureRules(parts),
    today: parts.today ?? (() => new Date()),
    randomBytes: parts.randomBytes ?? randomBytes,
  };
  return {
    collectSample: (upload: SampleUpload, context: CollectContext) =>
      collectSample(collecting, upload, context),
    summariseDataset: () => summariseDataset(stores.samples),
    isBusy: () => perception.load().full,
    maxImageBytes: config.MAX_IMAGE_BYTES,
  };
}

/** What the console's routes ask, answered with these settings. */
export function consoleOptions(
  { config, perception, stores, ...parts }: AppParts,
  sessions: ChallengeSessions,
) {
  const today = parts.today ?? (() => new Date());
  return {
    data: createConsoleData(stores),
    samples: createSampleBrowser({
      samples: stores.samples,
      auditTrail: stores.auditTrail,
      mayRelabel: config.CONSOLE_RELABEL,
      today,
    }),
    load: () => perception.load(),
    openSessions: () => sessions.figures().open,
    today,
    decisionsDays: config.DECISIONS_DAYS,
    mayRelabel: config.CONSOLE_RELABEL,
  };
}

/** All sessions of the challenge contract, with these settings. */
export function challengeSessions(
  { config, perception, calibration, ...parts }: CalibratedParts,
  budget: ByteBudget,
): ChallengeSessions {
  return createChallengeSessions({
    perception,
    budget,
    settings: {
      requiredSuccesses: config.REQUIRED_SUCCESSES,
      challengeTimeout: config.CHALLENGE_TIMEOUT * 1000,
      sessionTimeout: config.SESSION_TIMEOUT * 1000,
      maxWrongAttempts: config.MAX_WRONG_ATTEMPTS,
      bystanderRatio: config.BYSTANDER_RATIO,
      calibration,
      needsAntiSpoof: config.REQUIRE_ANTI_SPOOF,
    },
    maxSessions: config.MAX_SESSIONS,
    maxFrameRate: config.MAX_FRAME_RATE,
    idleTimeout: config.IDLE_TIMEOUT * 1000,
    now: parts.now ?? (() => performance.now()),
    drawDirections: parts.drawDirections,
  });
}

/** Both sides of the native sessions, with these settings; their challenges run among the others. */
export function nativeSessions(parts: CalibratedParts, challenges: ChallengeSessions) {
  const { config, stores, today = () => new Date() } = parts;
  const matcher = matcherOf(parts);
  const streams = createSessionStreams({
    store: stores.sessions,
    challenges,
    matcher,
    sessionTimeout: config.SESSION_TIMEOUT * 1000,
    reconnectTimeout: config.RECONNECT_SECONDS * 1000,
    today,
  });
  const sessions = createLivenessSessions({
    store: stores.sessions,
    matcher,
    cancel: streams.cancel,
    directions: config.REQUIRED_SUCCESSES,
    mostUnused: config.MAX_UNUSED_SESSIONS,
    today,
    randomBytes: parts.randomBytes ?? randomBytes,
  });
  return { sessions, streams };
}

import { areComparable, cosineDistance, meanEmbedding } from '../decisions/embedding.ts';
import type { Embedding, EmbeddingSpace } from '../decisions/facts.ts';
import { shownMatchDistance } from '../decisions/match-scale.ts';
import { BonafideError } from '../errors.ts';
import type {
  Enrolment,
  EnrolmentPage,
  Enrolments,
  ErasedCounts,
  PutOptions,
  SearchKind,
} from '../stores/ports.ts';
import { checkConsent, checkUserId } from './user-id.ts';

/** What enrolling and matching need. */
export interface MatcherParts {
  readonly enrolments: Enrolments;
  readonly settings: MatcherSettings;
  readonly now: () => Date;
  /** An id that nobody can guess, for receipts: `crypto.randomUUID`. */
  readonly randomId: () => string;
  /** What else is erased with a person, by its name in the receipt: the samples of the data set for instance. */
  readonly alsoErase?: Readonly<Record<string, (userId: string) => Promise<number>>>;
}

export interface MatcherSettings {
  /** Distance on the common scale up to which two faces are one person's, unless a request says otherwise. */
  readonly matchThreshold: number;
  /** Days after which an enrolment expires; 0: never. */
  readonly lifetimeDays: number;
  /** A face that is enrolled under another id is refused. */
  readonly uniqueFaces: boolean;
}

/** A face to be enrolled; that it is live was decided before. */
export interface EnrolmentRequest {
  readonly userId: string;
  /** Of one or more good frames of one person, all of one model. */
  readonly embeddings: readonly Embedding[];
  /** The relying party's reference to the consent, up to 256 bytes. */
  readonly consent?: string | undefined;
  /** Default: by the settings. */
  readonly expiresAt?: Date | undefined;
}

export interface EnrolmentResult {
  readonly enrolment: Enrolment;
  /** Somebody was enrolled under this id already. */
  readonly replaced: boolean;
}

/** How far apart a probe and a template are. */
export interface MatchDistance {
  readonly userId: string;
  /** On the common scale of all models (`decisions/match-scale.ts`), on which 0.35 is the recommended limit; six decimals. */
  readonly distance: number;
  /** 1 − `distance`. */
  readonly similarity: number;
  /** Cosine distance of the model, 0 to 2. */
  readonly rawDistance: number;
  /** `distance` is not above `threshold`. */
  readonly match: boolean;
  /** The limit that was applied, on the common scale. */
  readonly threshold: number;
}

export interface Identification {
  /** The nearest first, all of them matches; none where nobody matches. */
  readonly candidates: readonly MatchDistance[];
  readonly searchedWith: SearchKind;
  readonly threshold: number;
}

/** What was erased of a person. */
export interface ErasureReceipt {
  readonly receiptId: string;
  readonly userId: string;
  /** Counts: `templates`, `events` of their history, and those of `alsoErase` by their names. */
  readonly erased: ErasedCounts & Readonly<Record<string, number>>;
  readonly erasedAt: Date;
}

/** Enrolling faces, and finding out whose a face is. All distances are of the mean of the probe's embeddings. */
export interface Matcher {
  /**
   * Enrols a face, in the place of the id's former one. Answered when it is durable.
   *
   * @throws BonafideError `invalid_request` for a user id or a consent that is not fit to be kept;
   * `face_already_enrolled` where unique faces are asked for; `store_unavailable`
   */
  enrol(request: EnrolmentRequest): Promise<EnrolmentResult>;
  /**
   * Compares a face with the template of an id. Whether the face is live is not asked here.
   *
   * @param threshold on the common scale; default: of the settings
   * @throws BonafideError `user_not_found`; `template_of_another_model`; `invalid_request`; `store_unavailable`
   */
  verify(userId: string, probe: readonly Embedding[], threshold?: number): Promise<MatchDistance>;
  /**
   * Who, of all who are enrolled, a face may be.
   *
   * @param options `limit`: the most candidates to be named, 1 to 100, default 5; `threshold`: as in `verify`
   */
  identify(
    probe: readonly Embedding[],
    options?: { readonly limit?: number; readonly threshold?: number },
  ): Promise<Identification>;
  /**
   * Erases a person: the template, what searches find it by, its history, and `alsoErase`. Where it fails half-way, asking
   * again completes it, with the same receipt; what fails in `alsoErase` keeps no template. Of several who ask at once
   * one gets the receipt.
   *
   * @throws BonafideError `user_not_found` where there was nothing to erase; `invalid_request`; `store_unavailable`
   */
  erase(userId: string): Promise<ErasureReceipt>;
  /**
   * Who is enrolled, page by page, without templates.
   *
   * @param page `after`: `next` of the page before; `limit`: 1 to 1000, default 100
   */
  list(page?: {
    readonly after?: string;
    readonly limit?: number;
  }): Promise<EnrolmentPage & { readonly total: number }>;
  /**
   * Refuses an id that nobody is enrolled under, before any work on pictures.
   *
   * @throws BonafideError `user_not_found`; `invalid_request`; `store_unavailable`
   */
  requireEnrolled(userId: string): Promise<void>;
}

/** The matcher of these stores, settings and clock. */
export function createMatcher(parts: MatcherParts): Matcher {
  const { enrolments, settings, now } = parts;
  const cleanSoon = createCleaner(parts);
  return {
    async enrol({ userId, embeddings, consent, expiresAt }) {
      checkUserId(userId);
      if (consent !== undefined) checkConsent(consent);
      const createdAt = now();
      const enrolment: Enrolment = {
        userId,
        ...spaceOf(embeddings),
        frames: embeddings.length,
        consent: consent ?? null,
        createdAt,
        expiresAt: expiresAt ?? defaultExpiry(createdAt, settings.lifetimeDays),
      };
      const outcome = await enrolments.put({ ...enrolment, vector: meanOf(embeddings) }, createdAt, {
        ...uniqueness(settings, enrolment.model),
      });
      if (outcome === 'face_taken') throw new BonafideError('face_already_enrolled');
      return { enrolment, replaced: outcome === 'replaced' };
    },
    async verify(userId, probe, threshold = settings.matchThreshold) {
      checkUserId(userId);
      const space = spaceOf(probe);
      const template = await enrolments.get(userId, space, now());
      if (!template) throw new BonafideError('user_not_found');
      return judge(userId, space.model, cosineDistance(meanOf(probe), template.vector), threshold);
    },
    async identify(probe, { limit = 5, threshold = settings.matchThreshold } = {}) {
      const space = spaceOf(probe);
      const nearest = await enrolments.nearest({ ...space, vector: meanOf(probe) }, limit, now());
      const candidates = nearest
        .map(({ userId, distance }) => judge(userId, space.model, distance, threshold))
        .filter(({ match }) => match);
      return { candidates, searchedWith: enrolments.searchKind, threshold };
    },
    async erase(userId) {
      checkUserId(userId);
      const erasedAt = now();
      const newId = parts.randomId();
      // What is interrupted from here on is known to have begun: whoever asks again gets its receipt.
      const receiptId = await enrolments.beginErasure(userId, { id: newId, at: erasedAt });
      if (receiptId === undefined) throw new BonafideError('user_not_found');
      const others: Record<string, number> = {};
      const failures: unknown[] = [];
      for (const [name, eraseUser] of Object.entries(parts.alsoErase ?? {}))
        others[name] = await eraseUser(userId).catch((error: unknown) => {
          failures.push(error);
          return 0;
        });
      // The template goes whatever keeps the rest; then the person stays known, so that the rest can be erased again.
      const isUnfinished = failures.length > 0;
      const erased = await enrolments.erase(userId, { id: receiptId, at: erasedAt, others, isUnfinished });
      if (erased) cleanSoon();
      if (isUnfinished) throw failures[0];
      if (!erased) throw new BonafideError('user_not_found');
      return { receiptId, userId, erased, erasedAt };
    },
    async list({ after, limit = 100 } = {}) {
      const time = now();
      const page = await enrolments.list({ ...(after !== undefined && { after }), limit, now: time });
      return { ...page, total: await enrolments.count(time) };
    },
    async requireEnrolled(userId) {
      checkUserId(userId);
      if (!(await enrolments.describe(userId, now()))) throw new BonafideError('user_not_found');
    },
  };
}

/** Milliseconds between two clean-ups after erasures; what comes between is left to the next regular one. */
const cleaningPause = 10_000;

/** Cleans up behind an erasure without keeping its answer waiting. */
function createCleaner({ enrolments, now }: MatcherParts): () => void {
  let free = Number.NEGATIVE_INFINITY;
  return () => {
    if (now().getTime() < free) return;
    free = Number.POSITIVE_INFINITY;
    const done = () => {
      free = now().getTime() + cleaningPause;
    };
    // A failure is nobody's answer: the regular clean-up tries again, and tells.
    enrolments.clean().then(done, done);
  };
}

function judge(userId: string, model: string, rawDistance: number, threshold: number): MatchDistance {
  const distance = shownMatchDistance(model, rawDistance);
  return { userId, distance, similarity: 1 - distance, rawDistance, match: distance <= threshold, threshold };
}

/** What the vectors of some embeddings have in common. */
function spaceOf(embeddings: readonly Embedding[]): EmbeddingSpace {
  const [first] = embeddings;
  if (!first || !embeddings.every((other) => areComparable(first, other)))
    throw new RangeError('Embeddings of one model are expected, and one at least.');
  const { model, modelHash, recipe } = first;
  return { model, modelHash, recipe };
}

function meanOf(embeddings: readonly Embedding[]): Float32Array {
  return meanEmbedding(embeddings.map(({ vector }) => vector));
}

/** How a template of a model is written, so that its face is enrolled once, if that is asked for. */
export function uniqueness(
  { uniqueFaces, matchThreshold }: Pick<MatcherSettings, 'uniqueFaces' | 'matchThreshold'>,
  model: string,
): Pick<PutOptions, 'isTaken'> {
  return uniqueFaces ? { isTaken: (raw) => shownMatchDistance(model, raw) <= matchThreshold } : {};
}

/** When an enrolment expires that says nothing of it; null: never. */
export function defaultExpiry(createdAt: Date, days: number): Date | null {
  return days === 0 ? null : new Date(createdAt.getTime() + days * 86_400_000);
}

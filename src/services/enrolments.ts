import type { Embedding } from '../decisions/facts.ts';
import type {
  AuditTrail,
  Enrolment,
  EnrolmentPage,
  Enrolments,
  ErasedCounts,
  SearchKind,
} from '../stores/ports.ts';

/** What enrolling and matching need. */
export interface RecognitionParts {
  readonly enrolments: Enrolments;
  readonly auditTrail: AuditTrail;
  readonly settings: RecognitionSettings;
  readonly now: () => Date;
  /** An id that nobody can guess, for receipts: `crypto.randomUUID`. */
  readonly randomId: () => string;
  /** What else is erased with a person, by its name in the receipt: the samples of the data set for instance. */
  readonly alsoErase?: Readonly<Record<string, (userId: string) => Promise<number>>>;
}

export interface RecognitionSettings {
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
  /** On the common scale of all models (`decisions/match-scale.ts`), on which 0.35 is the recommended limit. */
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
  readonly erased: ErasedCounts & Readonly<Record<string, number>>;
  readonly erasedAt: Date;
}

/** Enrolling faces, and finding out whose a face is. All distances are of the mean of the probe's embeddings. */
export interface Recognition {
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
   * Erases a person: the template, what searches find it by, its history, and `alsoErase`.
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

export function createRecognition(_parts: RecognitionParts): Recognition {
  throw new Error('Not built yet.');
}

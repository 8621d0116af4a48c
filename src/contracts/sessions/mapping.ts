import { type FrameFacts, valueIfMeasured } from '../../decisions/facts.ts';
import type { Reason } from '../../decisions/reasons.ts';
import { type BonafideError, type CatalogueEntry, catalogue, type ErrorCode } from '../../errors.ts';
import { explain } from '../../messages/explain.ts';
import { type Language, say } from '../../messages.ts';
import type { IssuedSession, SessionView, SessionWish } from '../../services/liveness-sessions.ts';
import type { StreamWord } from '../../services/run-session.ts';
import { round } from '../numbers.ts';
import { toTurnMessage } from '../turn-message.ts';
import type { OpenedSession, SessionRequest, SessionResult, StreamDetail, StreamMessage } from './schemas.ts';

/** What a body of `POST /v2/sessions` asks for. */
export function toSessionWish({
  user_id: userId,
  expires_in: expiresIn,
  ...wish
}: SessionRequest): SessionWish {
  return { ...wish, userId, expiresIn };
}

/** A session that was just made. */
export function toOpenedSession({ id, token, expiresAt }: IssuedSession): OpenedSession {
  return {
    id,
    client_token: token,
    stream: `/v2/sessions/${id}/stream`,
    expires_at: expiresAt.toISOString(),
  };
}

/** How a session stands. */
export function toSessionResult(session: SessionView, language: Language): SessionResult {
  const { id, status, order, outcome, createdAt, expiresAt, startedAt, endedAt } = session;
  const reason = outcome?.reason ?? undefined;
  return {
    id,
    status,
    ...(reason && { reason }),
    reasons: [
      ...(reason ? [{ code: reason, text: say(`failure.${reason}` as 'failure.no_match', language) }] : []),
      // They were put there as reasons, and the store has kept them as they were.
      ...(outcome?.remarks ?? []).map((remark) => {
        return { code: remark.code, text: explain(remark as unknown as Reason, language) };
      }),
    ],
    ...(outcome && { live_probability: roundOrNull(outcome.liveProbability, 4) }),
    ...(outcome?.match && { match: outcome.match }),
    checks: [...order.checks],
    directions: order.directions,
    created_at: createdAt.toISOString(),
    expires_at: expiresAt.toISOString(),
    started_at: startedAt?.toISOString() ?? null,
    ended_at: endedAt?.toISOString() ?? null,
    frames: outcome?.frames ?? 0,
    models: [...(outcome?.models ?? [])],
  };
}

/** What the client of a stream is told. */
export function toStreamMessage({ message, context, order }: StreamWord, language: Language): StreamMessage {
  const { trouble, retryAfter, frame, remaining } = context;
  return {
    ...toTurnMessage(message, language, trouble),
    ...(frame !== undefined && { frame }),
    ...(retryAfter !== undefined && { retry_after_ms: retryAfter }),
    turn_remaining_ms: remaining.turn === null ? null : Math.round(remaining.turn),
    session_remaining_ms: Math.round(remaining.session),
    ...(order.detail && context.facts && { detail: toDetail(context.facts, context) }),
  };
}

/** The only message of a stream that is not to be opened. */
export function toRefusal({ code, retryAfter }: BonafideError, language: Language): StreamMessage {
  return {
    type: 'failed',
    state: 'WAITING_CENTER',
    instruction: 'CENTER',
    success: 0,
    total: 0,
    reason: code,
    message: say(`error.${code}`, language),
    ...(retryAfter !== undefined && { retry_after_ms: retryAfter * 1000 }),
    turn_remaining_ms: null,
    session_remaining_ms: 0,
  };
}

/** What a stream that is not to be opened is closed with. */
export function refusalCode(code: ErrorCode): number {
  const entry: CatalogueEntry = catalogue[code];
  return entry.closeCode ?? catalogue.internal.closeCode;
}

function toDetail(facts: FrameFacts, { findings }: StreamWord['context']): StreamDetail {
  const { logOdds, looks } = findings();
  const [face] = facts.faces;
  const mesh = face && valueIfMeasured(face.mesh);
  const pose = face && valueIfMeasured(face.pose);
  const eyes = face && valueIfMeasured(face.eyes);
  return {
    faces: facts.faces.length,
    mesh: mesh ? flatten(mesh, facts) : null,
    pose: pose ? { yaw: round(pose.yaw, 1), pitch: round(pose.pitch, 1), roll: round(pose.roll, 1) } : null,
    eyes: eyes ? { left: toEye(eyes.left), right: toEye(eyes.right) } : null,
    evidence: roundOrNull(logOdds, 2),
    looks,
    models: facts.models.map(({ role, name, sha256 }) => ({ role, name, sha256 })),
  };
}

function toEye({ aspectRatio, lidGap }: { readonly aspectRatio: number; readonly lidGap: number }) {
  return { aspect_ratio: round(aspectRatio, 3), lid_gap: round(lidGap, 3) };
}

/** Points of the image, without their depth, as shares of its sides. */
function flatten(mesh: Float32Array, { width, height }: FrameFacts): number[] {
  const sides = [width, height];
  return Array.from({ length: (mesh.length / 3) * 2 }, (_, at) =>
    round(mesh[Math.floor(at / 2) * 3 + (at % 2)]! / sides[at % 2]!, 4),
  );
}

function roundOrNull(value: number | null, digits: number): number | null {
  return value === null ? null : round(value, digits);
}

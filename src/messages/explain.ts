import type { Reason } from '../decisions/reasons.ts';
import { type Language, say } from '../messages.ts';

/** A reason in a sentence or two, its numbers written as the language writes them. */
export function explain(reason: Reason, language: Language): string {
  const percent = (share: number) => write(share, language, { ...oneDecimal, style: 'percent' });
  const whole = (value: number) => write(value, language, { maximumFractionDigits: 0 });
  switch (reason.code) {
    case 'anti_spoof_score':
      return say('reason.anti_spoof_score', language, { model: reason.model, live: percent(reason.live) });
    case 'anti_spoof_score_missing':
    case 'anti_spoof_model_missing':
      return say(`reason.${reason.code}`, language, { model: reason.model });
    case 'between_thresholds': {
      const limits = { attack: percent(reason.attack), live: percent(reason.live) };
      return say('reason.between_thresholds', language, limits);
    }
    case 'face_too_small': {
      // Downwards: a face that is too small never seems to have the size it lacks.
      const sizes = { side: whole(Math.floor(reason.side)), minimum: whole(reason.minimum) };
      return say('reason.face_too_small', language, sizes);
    }
    case 'face_cut_off':
      return say('reason.face_cut_off', language, { visible: percent(reason.visible) });
    case 'face_turned_away': {
      const angles = { yaw: whole(reason.yaw), pitch: whole(reason.pitch) };
      return say('reason.face_turned_away', language, angles);
    }
    case 'grid_pattern':
    case 'glare':
    case 'straight_lines':
      return say(`reason.${reason.code}`, language, { value: percent(reason.value) });
    case 'too_few_frames': {
      const minimum = whole(reason.minimum);
      if (reason.frameRate === null) return say('reason.too_few_frames.single', language, { minimum });
      const frameRate = write(reason.frameRate, language, oneDecimal);
      return say('reason.too_few_frames', language, { frameRate, minimum });
    }
    case 'too_few_faces': {
      const counts = { count: whole(reason.count), minimum: whole(reason.minimum) };
      return say('reason.too_few_faces', language, counts);
    }
    case 'too_few_live': {
      const ratios = { ratio: percent(reason.ratio), minimum: percent(reason.minimum) };
      return say('reason.too_few_live', language, ratios);
    }
    case 'blink_seen':
      if (reason.count === 1) return say('reason.blink_seen.once', language);
      return say('reason.blink_seen', language, { count: whole(reason.count) });
    default:
      return say(`reason.${reason.code}`, language);
  }
}

const oneDecimal = { minimumFractionDigits: 1, maximumFractionDigits: 1 } as const;

function write(value: number, language: Language, options: Intl.NumberFormatOptions): string {
  // Without the sign of a 0 that was a little less.
  return new Intl.NumberFormat(language, { signDisplay: 'negative', ...options }).format(value);
}

import type { Neighbour, Template } from '../ports.ts';

/** How far an index has followed the clock of templates. */
export interface IndexPosition {
  readonly revision: number;
  readonly erasures: number;
}

/** What was written of an id: a template, or, without one, that it has left this index. */
export interface IndexChange {
  readonly userId: string;
  readonly revision: number;
  readonly template?: Template;
}

/** Templates of one space in one array of floats. */
export interface MemoryIndex {
  /** Another object after each change. */
  readonly position: IndexPosition;
  /**
   * @param left revisions of all that was still there, whatever the changes say later; undefined: nothing was erased
   * @param changes since the position, the oldest first
   */
  apply(
    left: ReadonlySet<number> | undefined,
    changes: readonly IndexChange[],
    position: IndexPosition,
  ): void;
  nearest(probe: Float32Array, limit: number, now: Date): readonly Neighbour[];
}

interface Entry {
  readonly userId: string;
  readonly revision: number;
  /** Milliseconds since the Unix epoch, or infinity. */
  readonly expires: number;
}

export function createMemoryIndex(): MemoryIndex {
  let position: IndexPosition = { revision: 0, erasures: 0 };
  const entries: Entry[] = [];
  const slots = new Map<string, number>();
  let vectors = new Float32Array(0);
  let size = 0;

  function set({ userId, vector, expiresAt }: Template, revision: number): void {
    size = vector.length;
    const slot = slots.get(userId) ?? entries.length;
    const needed = (slot + 1) * size;
    if (needed > vectors.length) {
      const larger = new Float32Array(Math.max(needed, vectors.length * 2));
      larger.set(vectors);
      vectors = larger;
    }
    vectors.set(vector, slot * size);
    entries[slot] = { userId, revision, expires: expiresAt?.getTime() ?? Number.POSITIVE_INFINITY };
    slots.set(userId, slot);
  }

  /** The last entry takes the place of the one that goes, whose floats are wiped. */
  function remove(userId: string): void {
    const slot = slots.get(userId);
    if (slot === undefined) return;
    const last = entries.length - 1;
    vectors.copyWithin(slot * size, last * size, (last + 1) * size);
    vectors.fill(0, last * size, (last + 1) * size);
    entries[slot] = entries[last]!;
    slots.set(entries[slot].userId, slot);
    entries.pop();
    slots.delete(userId);
  }

  return {
    get position() {
      return position;
    },
    apply(left, changes, reached) {
      if (left) {
        const gone = entries.filter(({ revision }) => !left.has(revision));
        for (const { userId } of gone) remove(userId);
      }
      for (const { userId, revision, template } of changes) {
        if (template) set(template, revision);
        else remove(userId);
      }
      position = reached;
    },
    nearest(probe, limit, now) {
      const best: Neighbour[] = [];
      const time = now.getTime();
      let worst = Number.POSITIVE_INFINITY;
      for (let slot = 0; slot < entries.length; slot++) {
        const distance = distanceAt(vectors, slot * size, probe);
        if (!(distance < worst)) continue;
        const { userId, expires } = entries[slot]!;
        if (expires <= time) continue;
        let at = best.length;
        while (at > 0 && best[at - 1]!.distance > distance) at--;
        best.splice(at, 0, { userId, distance });
        if (best.length > limit) best.pop();
        if (best.length === limit) worst = best[limit - 1]!.distance;
      }
      return best;
    },
  };
}

/** 1 − cosine similarity of a probe and the vector that begins at `start`. Two sums take a third less time than one. */
function distanceAt(vectors: Float32Array, start: number, probe: Float32Array): number {
  let [even, odd] = [0, 0];
  const pairs = probe.length - (probe.length % 2);
  for (let at = 0; at < pairs; at += 2) {
    even += probe[at]! * vectors[start + at]!;
    odd += probe[at + 1]! * vectors[start + at + 1]!;
  }
  if (pairs < probe.length) odd += probe[pairs]! * vectors[start + pairs]!;
  return 1 - (even + odd);
}

/** Time stamps of a file are whole ticks; a tick is 1 ms at most in every container that is decoded here. */
const tick = 0.5;

/**
 * Chooses the times of `count` frames, or of all where there are fewer: in each of as many equal parts of the
 * clip the first frame at or after its middle, and later ones where a part holds none.
 *
 * @param times of all frames in milliseconds, growing, the first one 0
 */
export function spreadEvenly(times: readonly number[], count: number): number[] {
  const wanted = Math.min(count, times.length);
  const end = times.at(-1) ?? 0;
  const chosen: number[] = [];
  let next = 0;
  for (let part = 0; part < wanted; part++) {
    const middle = ((part + 0.5) / wanted) * end;
    // Every part that is still to come needs a frame, too.
    const last = times.length - (wanted - part);
    while (next < last && times[next]! < middle - tick) next++;
    chosen.push(times[next++]!);
  }
  return chosen;
}

/**
 * Tells of frames, asked about in the order of time, which ones are to be taken: those at the times that
 * {@link spreadEvenly} chooses, and the one after where such a frame does not come.
 */
export function takeTimes(times: readonly number[], count: number): (milliseconds: number) => boolean {
  const chosen = spreadEvenly(times, count);
  let next = 0;
  return (milliseconds) => {
    const isDue = next < chosen.length && milliseconds >= chosen[next]! - tick;
    while (next < chosen.length && milliseconds >= chosen[next]! - tick) next++;
    return isDue;
  };
}

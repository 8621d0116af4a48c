/** Makes of `draw` what may be called for each change: it draws once for all that change at a time. */
export function drawOnce(draw: () => void): () => void {
  let isScheduled = false;
  return () => {
    if (isScheduled) return;
    isScheduled = true;
    queueMicrotask(() => {
      isScheduled = false;
      draw();
    });
  };
}

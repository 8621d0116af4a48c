/** What the scheduler needs to know. */
export interface FrameSchedulerOptions {
  /** Frames of all lines that may be analysed at once, 1 or more; asked anew for each. */
  readonly slots: () => number;
  /** Shortest time from the start of one frame of a line to the start of its next, in milliseconds. */
  readonly minInterval: number;
  /** Milliseconds of any steadily growing clock. */
  readonly now: () => number;
}

/** The frames of one stream: at most one is analysed and at most one waits. */
export interface FrameLine<Frame> {
  /**
   * Takes a frame. It takes the place of the one that still waits, if any, which is late by now.
   *
   * @returns the frame that was dropped for it
   */
  offer(frame: Frame): Frame | undefined;
  /** The oldest frame that has no result yet. */
  pending(): Frame | undefined;
  /** Starts no frame for so many milliseconds. */
  hold(milliseconds: number): void;
  /**
   * Takes no more frames.
   *
   * @returns the one that waited, which is dropped
   */
  close(): Frame | undefined;
}

/** Shares a few slots fairly among many streams of frames. */
export interface FrameScheduler {
  /** Opens a line. `analyse` must not reject: whoever analyses knows what a failure means. */
  open<Frame>(analyse: (frame: Frame) => Promise<void>): FrameLine<Frame>;
}

/** A line as the queue sees it. */
interface Contender {
  start(): Promise<void>;
}

/**
 * Takes turns: a line queues up once, behind all others, whenever it has a frame to analyse, and sends the
 * latest one when its turn comes. So a stream that sends more than others gets no more than others, and
 * what waits is bounded: one frame a line.
 */
export function createFrameScheduler({ slots, minInterval, now }: FrameSchedulerOptions): FrameScheduler {
  // A Set iterates in the order of insertion: the first one has waited longest.
  const queue = new Set<Contender>();
  let running = 0;

  function dispatch(): void {
    for (const contender of queue) {
      if (running >= slots()) return;
      queue.delete(contender);
      running++;
      void contender.start().finally(() => {
        running--;
        dispatch();
      });
    }
  }

  return {
    open<Frame>(analyse: (frame: Frame) => Promise<void>): FrameLine<Frame> {
      let waiting: Frame | undefined;
      let analysed: Frame | undefined;
      let notBefore = Number.NEGATIVE_INFINITY;
      let timer: NodeJS.Timeout | undefined;
      let closed = false;

      const contender: Contender = {
        async start() {
          analysed = waiting;
          waiting = undefined;
          notBefore = now() + minInterval;
          await analyse(analysed!);
          analysed = undefined;
          queueUp();
        },
      };

      function queueUp(): void {
        if (waiting === undefined || analysed !== undefined || timer !== undefined) return;
        const early = notBefore - now();
        if (early > 0) timer = setTimeout(onceDue, early);
        else {
          queue.add(contender);
          dispatch();
        }
      }

      function onceDue(): void {
        timer = undefined;
        queueUp();
      }

      return {
        offer(frame) {
          if (closed) return frame;
          const late = waiting;
          waiting = frame;
          queueUp();
          return late;
        },
        pending: () => analysed ?? waiting,
        hold(milliseconds) {
          notBefore = Math.max(notBefore, now() + milliseconds);
        },
        close() {
          closed = true;
          const late = waiting;
          waiting = undefined;
          queue.delete(contender);
          clearTimeout(timer);
          return late;
        },
      };
    },
  };
}

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Bytes that a link sends at a time: what Ethernet's packets hold of TCP (1,500, less both headers). */
const packet = 1460;
/** Milliseconds of what is sent that wait before a link when it stops to read: what a modem's buffer holds. */
const buffer = 1_000;

/**
 * A slow link that several connections share, each way for itself: bytes leave one after the other at its rate,
 * and arrive half a round trip later. A new connection waits for one round trip, as TCP's handshake makes it. No
 * packet is lost.
 *
 * @param {{ kilobits: number, roundTrip: number }} speed kbit/s each way, and milliseconds; it may change at any time
 */
export function createLink(speed) {
  const up = createWay(speed);
  const down = createWay(speed);
  const servers = [];
  return {
    /**
     * Opens a port that leads over the link to a server of this machine.
     *
     * @param {string} url
     * @returns {Promise<string>} the same address, as it is beyond the link
     */
    async leadTo(url) {
      const { hostname, port } = new URL(url);
      const server = createServer({ pauseOnConnect: true }, async (near) => {
        await pause(speed.roundTrip);
        const far = connect(Number(port), hostname);
        up.carry(near, far);
        down.carry(far, near);
        near.resume();
      });
      servers.push(server.listen(0, '127.0.0.1'));
      await once(server, 'listening');
      return `http://127.0.0.1:${server.address().port}`;
    },
    close() {
      for (const server of servers) server.close();
    },
  };
}

/** One way of a link, which sends one byte after the other, of whichever connection. */
function createWay(speed) {
  let freeAt = 0;

  /** When so many bytes have arrived that are sent at `now`. */
  function send(bytes, now) {
    freeAt = Math.max(freeAt, now) + (bytes * 8) / speed.kilobits;
    return freeAt + speed.roundTrip / 2;
  }

  return {
    /** Carries what `from` says to `to`, and closes one when the other is closed. */
    carry(from, to) {
      const queue = createQueue();
      from.setNoDelay(true);
      from.on('data', (data) => {
        const now = performance.now();
        const parts = Array.from({ length: Math.ceil(data.length / packet) }, (_, at) =>
          data.subarray(at * packet, (at + 1) * packet),
        );
        for (const part of parts)
          queue.add(send(part.length, now), () => void (to.destroyed || to.write(part)));
        if (freeAt - now < buffer) return;
        from.pause();
        setTimeout(() => from.resume(), freeAt - now - buffer / 2);
      });
      from.on('error', () => undefined);
      from.on('close', () => queue.add(freeAt + speed.roundTrip / 2, () => to.destroy()));
    },
  };
}

/** Does one thing after the other, each at its time or when what was added before is done. */
function createQueue() {
  const waiting = [];
  let timer;
  function work() {
    timer = undefined;
    while (waiting.length > 0 && waiting[0].at <= performance.now()) waiting.shift().act();
    if (waiting.length > 0) timer = setTimeout(work, Math.max(waiting[0].at - performance.now(), 1));
  }
  return {
    add(at, act) {
      waiting.push({ at, act });
      if (timer === undefined) work();
    },
  };
}

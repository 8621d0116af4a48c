// Runs in a browser, before the scripts of the page.

/**
 * Notes when a page of `<bonafide-liveness>` can be used, when the camera was granted, when the first instruction
 * stood on the screen, and every frame and answer, as the browser's own WebSocket and camera see them. What it
 * knows is in `globalThis.watched`; times are milliseconds since the navigation began.
 *
 * @param {boolean} isUpright a phone in somebody's hand turns the picture of its camera, and what is asked of it
 */
export function watchPage(isUpright) {
  const watched = { frames: [], sent: 0, answered: 0, mostUnanswered: 0 };
  globalThis.watched = watched;
  const note = (name) => {
    watched[name] ??= performance.now();
  };

  addEventListener('click', () => note('click'), { capture: true });
  const { mediaDevices } = navigator;
  const ask = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (wanted) => {
    const { width, height, ...video } = wanted.video;
    const size = isUpright ? { width: height, height: width } : { width, height };
    const stream = await ask({ ...wanted, video: { ...video, ...size } });
    note('camera');
    return stream;
  };

  // Every message after the first one answers a frame.
  globalThis.WebSocket = class extends WebSocket {
    constructor(...address) {
      super(...address);
      this.addEventListener('message', ({ data }) => {
        if (JSON.parse(data).frame !== undefined) watched.answered++;
      });
    }
    send(frame) {
      watched.sent++;
      watched.mostUnanswered = Math.max(watched.mostUnanswered, watched.sent - watched.answered);
      super.send(frame);
    }
  };

  const find = () => {
    const element = document.querySelector('bonafide-liveness');
    const button = element?.shadowRoot?.querySelector('button.main');
    if (!(button?.getBoundingClientRect().width > 0)) return requestAnimationFrame(find);
    note('usable');
    watched.bytes = [
      ...performance.getEntriesByType('navigation'),
      ...performance.getEntriesByType('resource'),
    ]
      .map(({ transferSize }) => transferSize)
      .reduce((all, one) => all + one);
    watch(element);
  };
  requestAnimationFrame(find);

  function watch(element) {
    const { client } = element;
    // Shown is what a frame of the screen has been made of.
    const noteShown = (name) =>
      element.updateComplete.then(() => requestAnimationFrame(() => requestAnimationFrame(() => note(name))));
    client.addEventListener('state', ({ detail: { phase, instruction } }) => {
      if (phase !== 'running') return;
      noteShown('instruction');
      if (instruction !== 'CENTER') noteShown('turn');
    });
    client.addEventListener('frame', ({ detail }) =>
      watched.frames.push({ ...detail, at: performance.now() }),
    );
    for (const end of ['failed', 'error'])
      client.addEventListener(end, ({ detail }) => {
        watched.trouble = JSON.stringify(detail);
      });
  }
}

// Runs in a browser, before the scripts of the page.

/**
 * Puts a painted canvas in the camera's place: somebody who reads the page's instructions and follows them.
 *
 * @param {object} person
 * @param {string[]} person.centre addresses of pictures of them at rest
 * @param {{ text: string, pictures: string[] }[]} person.turns what they do when the instruction says `text`
 * @param {string} person.instruction CSS selector of the element that they read
 */
export function beACamera({ centre, turns, instruction }) {
  const pictureOf = (url) => Object.assign(new Image(), { src: url });
  const rest = centre.map(pictureOf);
  const moves = turns.map(({ text, pictures }) => ({ text, pictures: pictures.map(pictureOf) }));
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  let [path, step] = [rest, 0];

  function paint() {
    const words = document.querySelector(instruction)?.textContent ?? '';
    const wanted = moves.find(({ text }) => words.includes(text))?.pictures ?? rest;
    step = wanted === path ? step + 1 : 0;
    path = wanted;
    // A turn ends where it ends; a head at rest sways.
    const picture = path[path === rest ? step % path.length : Math.min(step, path.length - 1)];
    canvas.width = picture.naturalWidth;
    canvas.height = picture.naturalHeight;
    context.drawImage(picture, 0, 0);
  }

  navigator.mediaDevices.getUserMedia = async () => {
    await Promise.all(
      [...rest, ...moves.flatMap(({ pictures }) => pictures)].map((picture) => picture.decode()),
    );
    paint();
    setInterval(paint, 100);
    return canvas.captureStream(15);
  };
}

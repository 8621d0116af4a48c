// Runs in a browser, before the scripts of the page.

/**
 * Puts a painted canvas in the camera's place: somebody who reads the page's instructions and follows them.
 *
 * @param {object} person
 * @param {string[]} person.centre pictures of them at rest, as base64
 * @param {{ text: string, pictures: string[] }[]} person.turns what they do when the instruction says `text`
 * @param {string} person.instruction CSS selector of the element that they read
 */
export function beACamera({ centre, turns, instruction }) {
  // No image of an address: the policies of pages may forbid those.
  const pictureOf = (base64) =>
    createImageBitmap(new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))]));
  const picturesOf = (all) => Promise.all(all.map(pictureOf));
  let [rest, moves] = [[], []];
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  let [path, step] = [rest, 0];
  let painting;

  function paint() {
    const words = document.querySelector(instruction)?.textContent ?? '';
    const wanted = moves.find(({ text }) => words.includes(text))?.pictures ?? rest;
    step = wanted === path ? step + 1 : 0;
    path = wanted;
    // A turn ends where it ends; a head at rest sways.
    const picture = path[path === rest ? step % path.length : Math.min(step, path.length - 1)];
    canvas.width = picture.width;
    canvas.height = picture.height;
    context.drawImage(picture, 0, 0);
  }

  navigator.mediaDevices.getUserMedia = async () => {
    rest = await picturesOf(centre);
    moves = await Promise.all(
      turns.map(async ({ text, pictures }) => ({ text, pictures: await picturesOf(pictures) })),
    );
    paint();
    // Whoever asks again has the same person before them, and they move no faster.
    clearInterval(painting);
    painting = setInterval(paint, 100);
    return canvas.captureStream(15);
  };
}

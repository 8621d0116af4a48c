import { ConnectionError, runChallenge } from './client.js';

const find = (selector) => document.querySelector(selector);
const main = find('main');
const texts = JSON.parse(main.dataset.texts);
const form = find('form');
const button = find('button');
const video = find('video');
const instruction = find('.instruction');
const hint = find('.hint');
const arrow = find('.arrow');
const countdown = find('.countdown');
const challengeMilliseconds = Number(document.documentElement.dataset.challengeSeconds) * 1000;

/** Something went wrong that a text of this page explains. */
class Trouble extends Error {
  constructor(text, options) {
    super(texts[text], options);
  }
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const giveUp = new AbortController();
  show('running', texts.opening, '');
  form.hidden = true;
  try {
    const stream = await openCamera(giveUp);
    try {
      await play(stream);
      showResult(await runChallenge(challengeOptions(giveUp.signal)));
    } finally {
      for (const track of stream.getTracks()) track.stop();
      video.srcObject = null;
    }
  } catch (error) {
    show('failed', error instanceof ConnectionError ? await explain(error) : wordsOf(error), '');
  } finally {
    endTurn();
    form.hidden = false;
    button.textContent = texts.again;
    button.focus();
  }
});

function challengeOptions(signal) {
  const url = new URL('ws', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  return { video, url, key: find('input')?.value, onMessage: showMessage, signal };
}

async function openCamera(giveUp) {
  if (!navigator.mediaDevices) throw new Trouble('insecure');
  try {
    const wanted = { facingMode: 'user', width: { ideal: 640 }, height: { ideal: 480 } };
    const stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
    // The camera is unplugged, or the user takes the permission back.
    stream.getVideoTracks()[0].onended = () => giveUp.abort(new Trouble('cameraLost'));
    return stream;
  } catch (error) {
    throw new Trouble(cameraTroubles[error.name] ?? 'cameraFailed', { cause: error });
  }
}

/** What `getUserMedia` may refuse with. */
const cameraTroubles = {
  NotAllowedError: 'cameraRefused',
  SecurityError: 'cameraRefused',
  NotFoundError: 'cameraMissing',
  OverconstrainedError: 'cameraMissing',
  NotReadableError: 'cameraInUse',
  AbortError: 'cameraInUse',
};

async function play(stream) {
  video.srcObject = stream;
  await video.play();
  find('.figures').hidden = false;
}

function showMessage(message) {
  const { type, instruction: wanted, success } = message;
  showFigures(message);
  if (type === 'complete' || type === 'failed') return;
  if (type === 'challenge') beginTurn(wanted);
  if (type === 'success') endTurn();
  main.dataset.instruction = wanted;
  const isBack = wanted === 'CENTER' && success > 0;
  show('running', isBack ? texts.success : texts[wanted], hintOf(message));
}

/** What there is to add to the instruction. */
function hintOf({ type, wrong_direction: wrong, message }) {
  if (type === 'no_face') return texts.noFace;
  if (wrong) return texts[`wrong${wrong}`];
  return message ?? '';
}

function showFigures({ yaw, pitch, success, total }) {
  const degrees = (value) => (value === undefined ? '–' : `${value.toFixed(1).replace('-', '−')}°`);
  find('.yaw').textContent = degrees(yaw);
  find('.pitch').textContent = degrees(pitch);
  find('#count').textContent = `${success} / ${total}`;
  find('progress').value = success;
  find('progress').max = total;
}

function beginTurn(direction) {
  main.dataset.instruction = direction;
  arrow.toggleAttribute('hidden', false);
  countdown.hidden = false;
  for (const animation of countdown.getAnimations()) animation.cancel();
  const steps = [{ transform: 'scaleX(1)' }, { transform: 'scaleX(0)' }];
  countdown.animate(steps, { duration: challengeMilliseconds, fill: 'forwards' });
}

function endTurn() {
  arrow.toggleAttribute('hidden', true);
  countdown.hidden = true;
}

function showResult({ type, live, message, reason, hint: obstacle, wrong_direction: wrong }) {
  if (type === 'complete') return live ? show('live', texts.live, '') : show('failed', texts.notLive, '');
  // The reason itself is for whoever tries the server out.
  const addition = wrong ? `${texts[`wrong${wrong}`]} · ${reason}` : reason;
  const words = obstacle ? message : (texts.failures[reason] ?? message);
  show('failed', words ?? texts.failed, addition ?? '');
}

/** A refused WebSocket tells nobody why: an ordinary request to the same address does. */
async function explain({ kind }) {
  if (kind === 'lost') return texts.connectionLost;
  const key = find('input')?.value;
  try {
    const answer = await fetch('ws', { headers: key ? { 'X-API-KEY': key } : {} });
    if (answer.status === 401) return texts.keyRefused;
    return texts.connectionRefused;
  } catch {
    return texts.serverGone;
  }
}

function wordsOf(error) {
  return error instanceof Trouble ? error.message : texts.failed;
}

/** Live regions are read out when they change: what stays is left alone. */
function show(phase, words, addition) {
  main.dataset.phase = phase;
  if (instruction.textContent !== words) instruction.textContent = words;
  if (hint.textContent !== addition) hint.textContent = addition;
}

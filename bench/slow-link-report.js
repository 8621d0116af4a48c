import { median, table } from './figures.js';

/** @typedef {{ page: string, isSlow: boolean, sessions: readonly object[] }} Row what `holdSession` measured, three times */

/** @param {readonly Row[]} rows */
export function printStart(rows) {
  const heading = [
    'kB loaded',
    'button',
    'click to camera',
    'camera to first instruction',
    'click to it',
    'camera to first turn',
  ];
  const times = ['usable', 'toCamera', 'toInstruction', 'fromClick', 'toTurn'];
  console.log(
    'milliseconds from the navigation to the button; from camera or click to what stands on the screen',
  );
  printTable(rows, heading, (sessions) => [
    both(sessions, ({ bytes }) => bytes / 1000),
    ...times.map((name) => both(sessions, (session) => session[name])),
  ]);
  console.log('(aim: the first instruction within 3,000 ms after the camera)');
}

/**
 * @param {readonly Row[]} rows
 * @param {number} recovery seconds
 */
export function printFrames(rows, recovery) {
  const heading = [
    'frames/s',
    'round trip',
    '95 %',
    'unanswered at most',
    'first frame',
    'last',
    `${recovery} s after the link is fast`,
  ];
  console.log('\nframes, their round trips in milliseconds; frames are those of the session in the middle');
  printTable(rows, heading, (sessions, isSlow) => [
    both(sessions, ({ rate }) => rate, { digits: 1, worst: Math.min }),
    both(sessions, ({ roundTrip }) => roundTrip),
    both(sessions, ({ late }) => late),
    String(Math.max(...sessions.map(({ mostUnanswered }) => mostUnanswered))),
    middleFrame(sessions, ({ first }) => first),
    middleFrame(sessions, ({ last }) => last),
    isSlow ? middleFrame(sessions, ({ recovered }) => recovered) : '',
  ]);
}

/** @param {readonly Row[]} rows */
export function printRatios(rows) {
  const heading = ['button', 'camera to first instruction', 'camera to first turn', 'round trip', 'frames/s'];
  const names = ['usable', 'toInstruction', 'toTurn', 'roundTrip', 'rate'];
  const of = (row, name) => median(row.sessions.map((session) => session[name]));
  const pairs = rows
    .filter(({ isSlow }) => isSlow)
    .map((slow) => [slow, rows.find(({ page, isSlow }) => page === slow.page && !isSlow)]);
  console.log('\nslow link / full speed, medians');
  console.log(
    table([
      ['', ...heading],
      ...pairs.map(([slow, full]) => [slow.page, ...names.map((name) => of(slow, name) / of(full, name))]),
    ]),
  );
}

function printTable(rows, heading, cells) {
  const lines = rows.map(({ page, isSlow, sessions }) => [
    `${page}, ${isSlow ? 'slow' : 'full speed'}`,
    ...cells(sessions, isSlow),
  ]);
  console.log(table([['', ...heading], ...lines]));
}

/** Median and worst; a dash where a session did not come to that. */
function both(sessions, read, { digits = 0, worst = Math.max } = {}) {
  const values = sessions.map(read);
  if (values.some(Number.isNaN)) return '–';
  return `${median(values).toFixed(digits)} / ${worst(...values).toFixed(digits)}`;
}

/** The frame of the session that was neither the smallest nor the largest. */
function middleFrame(sessions, frameOf) {
  const frames = sessions.map(frameOf).toSorted((one, other) => one.bytes - other.bytes);
  const { width, height, quality, bytes } = frames[Math.floor(frames.length / 2)];
  return `${width}×${height} ${quality} ${Math.round(bytes / 1000)} kB`;
}

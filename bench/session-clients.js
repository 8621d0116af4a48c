// The clients: sockets that send frames at a steady pace, in a process of their own, so that what they cost can
// be told from the server. Each plays the same few pictures; nobody obeys, the challenges are set to last.
import WebSocket from 'ws';
import { serveHelper } from './helper.js';

/** Base64 is half of a client's work: each picture is encoded once. */
let messages;
let target;

serveHelper(async (question) => {
  if (question.url) {
    target = question.url.replace(/^http/, 'ws');
    messages = question.pictures.map((picture) => JSON.stringify({ frame: picture }));
    return 'ready';
  }
  return run(question);
});

/** `sockets` send `fps` frames a second each, for so many seconds after `warmUp`. */
async function run({ sockets, fps, seconds, warmUp }) {
  const clients = await Promise.all(Array.from({ length: sockets }, openClient));
  const cameras = clients.map((client, at) => startCamera(client, fps, (at / sockets) * (1000 / fps)));
  await pause(warmUp * 1000);
  const before = process.cpuUsage();
  for (const client of clients) {
    client.answered = 0;
    client.sent = 0;
  }
  await pause(seconds * 1000);
  const { user, system } = process.cpuUsage(before);
  const counts = clients.map(({ answered, sent, open }) => ({ answered, sent, open }));
  for (const camera of cameras) camera.stop();
  for (const { socket } of clients) socket.terminate();
  return { counts, cpu: (user + system) / 1000 };
}

function openClient() {
  const socket = new WebSocket(`${target}/ws`);
  const client = { socket, answered: 0, sent: 0, open: true };
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('message', () => {
      socket.on('message', () => client.answered++);
      resolve(client);
    });
    socket.on('close', () => {
      client.open = false;
    });
  });
}

/** @param {number} phase milliseconds until the first frame: not all cameras take theirs at once */
function startCamera(client, fps, phase) {
  let timer;
  const start = setTimeout(() => {
    timer = setInterval(() => {
      if (!client.open) return;
      client.socket.send(messages[client.sent % messages.length]);
      client.sent++;
    }, 1000 / fps);
  }, phase);
  return {
    stop: () => {
      clearTimeout(start);
      clearInterval(timer);
    },
  };
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

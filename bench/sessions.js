/**
 * Measures WebSocket sessions on this machine: 100 sockets at 7 frames a second, and how many sockets keep 5
 * analysed frames a second each. `npm run bench:sessions` takes about three minutes; `-- --quick` less than
 * one. The models are those in `MODELS_DIR`. Nothing is asserted.
 */
import { fork } from 'node:child_process';
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { quantile, sum, table } from './figures.js';
import { createHelper } from './helper.js';
import { childrenOf, machineCpu, usage } from './processes.js';
import { makeSessionPictures } from './selfie.js';
import { startServer } from './server.js';

const quick = process.argv.includes('--quick');
const seconds = quick ? 5 : 20;
const fps = 7;
/** Analysed frames a second below which a session is not served well. */
const enough = 5;

const heading = {
  service: [
    'sockets',
    'analysed/s',
    'least',
    'dropped/s',
    'wait: p50 ≤',
    'p99 ≤',
    'max ≤',
    '/health: p50',
    'p99',
    'max',
  ],
  cost: [
    'sockets',
    'server',
    'perception',
    'clients',
    'others',
    'ms a frame: server',
    'perception',
    'MB: server',
    'perception',
  ],
};

const pictures = await makeSessionPictures();
const clients = createHelper(fork(fileURLToPath(new URL('./session-clients.js', import.meta.url))));
// Nobody obeys: the challenge would be over before it is measured.
const server = await startServer({
  CHALLENGE_TIMEOUT: '60',
  SESSION_TIMEOUT: '600',
  MAX_SESSIONS: '1000',
});
try {
  const { models } = await (await fetch(`${server.url}/health`)).json();
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0].model.trim()}`);
  console.log(`models: ${models.map(({ name }) => name).join(', ')}`);
  const size = Math.round(sum(pictures.map(({ length }) => length)) / pictures.length / 1000);
  console.log(`frames: 640×480 JPEG, ${size} kB, base64 in JSON, ${fps} a second from each socket\n`);
  await clients.ask({ url: server.url, pictures: pictures.map((picture) => picture.toString('base64')) });
  await measure(4, 2);

  const crowd = await measure(100, seconds);
  const rows = [crowd, ...(await searchWellServed())];
  console.log(table([heading.service, ...rows.map(serviceRow)]));
  console.log('\ncores in use, CPU time and memory');
  console.log(table([heading.cost, ...rows.map(costRow)], 2));
} finally {
  await server.stop();
  clients.dismiss();
}

/** The most sockets that each keep `enough` analysed frames a second, and one more, as measured. */
async function searchWellServed() {
  const length = quick ? 3 : 8;
  let best = await measure(1, length);
  let worst;
  while (!worst || worst.sockets - best.sockets > 1) {
    const sockets = worst ? Math.floor((best.sockets + worst.sockets) / 2) : best.sockets * 2;
    const measured = await measure(sockets, length);
    if (quantile(measured.rates, 0) >= enough) best = measured;
    else worst = measured;
  }
  const { server, perception } = best.cores;
  const free = Math.floor((cpus().length * sum(best.rates)) / (server + perception) / enough);
  console.log(`${best.sockets} concurrent sessions keep ${enough} analysed frames a second each;`);
  console.log(`${free} would by their CPU time, were clients and other programs elsewhere\n`);
  return [best, worst];
}

/** So many sockets for so many seconds, with `/health` asked beside them. */
async function measure(sockets, seconds) {
  const pids = [server.pid, ...childrenOf(server.pid)];
  const warmUp = 2;
  const run = clients.ask({ sockets, fps, seconds, warmUp });
  await pause(warmUp * 1000 + 500);
  const [start, cpu, machine] = [await scrape(), cpuOf(pids), machineCpu()];
  const startedAt = performance.now();
  const latencies = await askHealth((seconds - 1) * 1000);
  const end = await scrape();
  const elapsed = performance.now() - startedAt;
  const cores = (milliseconds) => milliseconds / elapsed;
  const serverCpu = cores(cpuOf([server.pid]) - cpu[0]);
  const perceptionCpu = cores(sum(pids.slice(1).map((pid) => cpuOf([pid])[0])) - sum(cpu.slice(1)));
  const machineLoad = cores(machineCpu() - machine);
  const memory = pids.map((pid) => usage(pid).memory);
  const { counts, cpu: clientCpu } = await run;
  if (counts.some(({ open }) => !open)) throw new Error('A session ended before it was measured.');
  return {
    sockets,
    rates: counts.map(({ answered }) => answered / seconds),
    waits: subtract(end.waits, start.waits),
    dropped: (end.dropped - start.dropped) / (elapsed / 1000),
    latencies,
    cores: {
      server: serverCpu,
      perception: perceptionCpu,
      clients: clientCpu / (seconds * 1000),
      machine: machineLoad,
    },
    memory,
  };
}

/** Milliseconds of ten `/health` a second, one after the other. */
async function askHealth(milliseconds) {
  const latencies = [];
  const until = performance.now() + milliseconds;
  while (performance.now() < until) {
    const askedAt = performance.now();
    await (await fetch(`${server.url}/health`)).text();
    latencies.push(performance.now() - askedAt);
    await pause(100);
  }
  return latencies;
}

/** What the server itself counts. */
async function scrape() {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const waits = [...text.matchAll(/^liveness_challenge_frame_wait_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm)];
  return {
    waits: waits.map(([, le, frames]) => ({
      upTo: Number(le.replace('+Inf', 'Infinity')),
      frames: Number(frames),
    })),
    dropped: Number(/^liveness_challenge_frames_total\{fate="dropped"\} (\d+)$/m.exec(text)[1]),
  };
}

function subtract(end, start) {
  return end.map(({ upTo, frames }, at) => ({ upTo, frames: frames - start[at].frames }));
}

/** The bucket of a histogram in which a quantile lies: milliseconds, at most. */
function bucketOf(waits, share) {
  const frames = waits.at(-1).frames;
  return waits.find((bucket) => bucket.frames >= share * frames).upTo * 1000;
}

function cpuOf(pids) {
  return pids.map((pid) => usage(pid).cpu);
}

/** Frames a second of each socket, and milliseconds. */
function serviceRow({ sockets, rates, waits, dropped, latencies }) {
  return [
    String(sockets),
    sum(rates) / rates.length,
    quantile(rates, 0),
    dropped,
    ...[0.5, 0.99, 1].map((share) => bucketOf(waits, share)),
    ...[0.5, 0.99, 1].map((share) => quantile(latencies, share)),
  ];
}

/** Cores in use, CPU time of an analysed frame, resident memory (of the largest perception process). */
function costRow({ sockets, rates, cores, memory }) {
  const { server, perception, clients, machine } = cores;
  const each = (share) => (share * 1000) / sum(rates);
  const others = machine - server - perception - clients;
  const largest = Math.max(...memory.slice(1));
  return [
    String(sockets),
    server,
    perception,
    clients,
    others,
    each(server),
    each(perception),
    memory[0],
    largest,
  ];
}

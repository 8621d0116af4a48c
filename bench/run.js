/**
 * Measures this machine: milliseconds by stage, the bare engine in a loop (the floor), and the whole server
 * under load, in one run. `npm run bench` takes about four minutes on a machine that is
 * free, `npm run bench -- --quick` less than one. Nothing is asserted.
 */
import { fork } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { engineOptions, readConfig } from '../dist/config.js';
import { forkChild } from '../dist/perception/fork-child.js';
import { createHelper } from './helper.js';
import { childrenOf, machineCpu, usage } from './processes.js';
import { printFloor, printMemory, printOthers, printServer, printStart } from './report.js';
import { makeSelfie } from './selfie.js';
import { startServer } from './server.js';

const quick = process.argv.includes('--quick');
/** Floor and server take turns, so that what disturbs the machine for a while disturbs both. */
const rounds = quick ? 1 : 3;
const seconds = quick ? 3 : 6;
const memoryBlocks = 4;
const requestsPerBlock = quick ? 100 : 500;
const clientCounts = [1, 2, 8, 32];

const config = readConfig(process.env);
const picture = await makeSelfie();
const engines = await startEngines();
const load = createHelper(fork(fileURLToPath(new URL('./load.js', import.meta.url))));
const server = await startServer();
try {
  printStart(server.startedIn);
  await load.ask({
    url: `${server.url}/liveness`,
    body: JSON.stringify({ image: picture.toString('base64') }),
  });
  await load.ask({ clients: 8, seconds });
  const othersCpu = watchOthers();
  const measured = [];
  for (let round = 0; round < rounds; round++) measured.push(await measureRound());
  printFloor(measured);
  printServer(measured, config.PERCEPTION_PROCESSES);
  printMemory(await measureMemory(), requestsPerBlock);
  printOthers(othersCpu());
} finally {
  await server.stop();
  for (const helper of [load, ...engines]) helper.dismiss();
}

/** As many bare engines as the server has perception processes, in processes like those; warm. */
async function startEngines() {
  const entry = new URL('./floor.js', import.meta.url);
  const engines = Array.from({ length: config.PERCEPTION_PROCESSES }, () =>
    createHelper(forkChild(entry, process.env).process),
  );
  const question = { engine: engineOptions(config), picture };
  const [description] = await Promise.all(engines.map((engine) => engine.ask(question)));
  await Promise.all(engines.map((engine) => engine.ask({ seconds: 2 })));
  introduce(description);
  return engines;
}

function introduce({ models, executionProviders }) {
  const [{ model }] = cpus();
  const memory = Math.round(totalmem() / 1e9);
  console.log(`Node ${process.version}, ${cpus().length} × ${model.trim()}, ${memory} GB of memory`);
  console.log(`models (MODELS_DIR=${config.MODELS_DIR}): ${models.map(({ name }) => name).join(', ')}`);
  console.log(`execution providers: ${executionProviders.join(', ')}`);
  console.log(`picture: 1280×960 JPEG, ${Math.round(picture.length / 1000)} kB, one face`);
}

async function measureRound() {
  const alone = await engines[0].ask({ seconds });
  const together = await Promise.all(engines.map((engine) => engine.ask({ seconds })));
  const loads = [];
  for (const clients of clientCounts) loads.push(await measureLoad(clients));
  return { alone, together, loads };
}

/** The server under so many clients, with the CPU time that its processes took. */
async function measureLoad(clients) {
  const children = childrenOf(server.pid);
  const before = [cpuOf([server.pid]), cpuOf(children)];
  const result = await load.ask({ clients, seconds });
  const [serverCpu, perceptionCpu] = [cpuOf([server.pid]) - before[0], cpuOf(children) - before[1]];
  return { clients, ...result, serverCpu, perceptionCpu };
}

/** Resident memory of each process of the server, before and after each block of requests. */
async function measureMemory() {
  const children = childrenOf(server.pid);
  const pids = [server.pid, ...children];
  const samples = [pids.map(usage)];
  for (let block = 0; block < memoryBlocks; block++) {
    await load.ask({ clients: 8, requests: requestsPerBlock });
    samples.push(pids.map(usage));
  }
  return pids.map((pid, at) => ({
    name: at === 0 ? `server ${pid}` : `perception ${pid}`,
    samples: samples.map((sample) => sample[at]),
  }));
}

/** Returns what tells the share of the machine's CPU time, 0..1, that other programs have taken since. */
function watchOthers() {
  const pids = [
    process.pid,
    load.pid,
    ...engines.map(({ pid }) => pid),
    server.pid,
    ...childrenOf(server.pid),
  ];
  const others = () => machineCpu() - cpuOf(pids);
  const [before, start] = [others(), performance.now()];
  return () => (others() - before) / ((performance.now() - start) * cpus().length);
}

/** Milliseconds of CPU time that these processes have taken so far. */
function cpuOf(pids) {
  return pids.reduce((total, pid) => total + usage(pid).cpu, 0);
}

import { growth, median, quantile, sum, table } from './figures.js';

/** @param {number} milliseconds from `node dist/main.js` to the first answer of `/health` */
export function printStart(milliseconds) {
  console.log(`start: ${(milliseconds / 1000).toFixed(1)} s from process to first answer (aim: under 5 s)`);
}

/** Stages in the order of their work; the rest is what a whole image takes beside them. */
export function printFloor(rounds) {
  const images = rounds.flatMap(({ alone }) => alone.images);
  const names = [...new Set(images.flatMap(({ stages }) => Object.keys(stages)))];
  const columns = names.map((name) => [name, images.map(({ stages }) => stages[name] ?? 0)]);
  columns.push(['all else', images.map(({ whole, stages }) => whole - sum(Object.values(stages)))]);
  columns.push(['whole image', images.map(({ whole }) => whole)]);
  const rows = columns.map(([name, values]) => [name, median(values), quantile(values, 0.95)]);

  console.log(`\nFloor: the engine in a loop, no server (${images.length} images, milliseconds)`);
  console.log(table([['stage', 'median', 'p95'], ...rows], 2));
  const [alone, together] = [rounds.map(floorAlone), rounds.map(floorTogether)];
  const processes = rounds[0].together.length;
  console.log(
    table([
      ['images a second', 'median', 'least', 'most'],
      ['one process, nothing else', ...spread(alone)],
      [`${processes} processes at once`, ...spread(together)],
    ]),
  );
  console.log(`  CPU time of an image: ${median(rounds.map(floorCpu)).toFixed(1)} ms`);
}

export function printServer(rounds, processes) {
  const rows = rounds[0].loads.map(({ clients }, at) => {
    const runs = rounds.map(({ loads }) => loads[at]);
    const latencies = runs.flatMap((run) => run.latencies);
    const total = (name) => sum(runs.map((run) => run[name]));
    const each = (name) => total(name) / latencies.length;
    return [
      String(clients),
      median(runs.map((run) => run.perSecond)),
      median(latencies),
      quantile(latencies, 0.99),
      total('errors'),
      total('non2xx'),
      each('perceptionCpu'),
      each('serverCpu'),
      each('cpu'),
    ];
  });
  const heading = ['clients', 'requests/s', 'p50 ms', 'p99 ms', 'errors', 'not 2xx'];
  const cpuHeading = ['CPU ms: perception', 'server', 'load generator'];
  console.log(`\nServer: POST /liveness, ${processes} perception processes (CPU time for each request)`);
  console.log(table([[...heading, ...cpuHeading], ...rows]));
  printRatios(rounds, processes);
}

function printRatios(rounds, processes) {
  const at = (clients) => (round) => round.loads.find((run) => run.clients === clients);
  const served = (round) => at(8)(round).perSecond;
  const latencies = rounds.flatMap((round) => at(2)(round).latencies);
  const rows = [
    [
      `throughput at 8 clients / (floor × ${processes} processes)`,
      ...spread(rounds.map((round) => served(round) / (floorAlone(round) * processes))),
      '≥ 0.85',
    ],
    [
      `throughput at 8 clients / floor of ${processes} processes at once`,
      ...spread(rounds.map((round) => served(round) / floorTogether(round))),
      '',
    ],
    [
      'CPU time of an image in the loop / of a request at 8 clients',
      ...spread(rounds.map((round) => floorCpu(round) / requestCpu(at(8)(round)))),
      '',
    ],
    ['p99 / p50 at 2 clients', quantile(latencies, 0.99) / median(latencies), '', '', '< 2'],
  ];
  console.log(`\nRatios, round by round`);
  console.log(table([['', 'median', 'least', 'most', 'aim'], ...rows], 2));
}

export function printMemory(processes, requestsPerBlock) {
  const blocks = processes[0].samples.length - 1;
  const heading = Array.from({ length: blocks }, (_, at) => `${(at + 1) * requestsPerBlock}`);
  const rows = processes.map(({ name, samples }) => {
    const memory = samples.map((sample) => sample.memory);
    return [name, ...memory, samples.at(-1).peak, (growth(memory) * 1000) / requestsPerBlock];
  });
  console.log(`\nResident memory after so many requests at 8 clients, MB (aim: under 350, flat)`);
  console.log(table([['process', 'before', ...heading, 'peak', 'MB/1,000 requests'], ...rows]));
}

/** How far the figures above can be trusted. */
export function printOthers(share) {
  console.log(`\nOther programs took ${Math.round(share * 100)} % of the machine's CPU time meanwhile.`);
  if (share > 0.05) console.log('Measure again on a machine that is free: they slow what they meet.');
}

/** Images a second of one engine with nothing else running. */
const floorAlone = (round) => round.alone.perSecond;

/** Images a second of as many engines as the server has, at once: what the machine's cores give together. */
const floorTogether = (round) => sum(round.together.map((engine) => engine.perSecond));

/** CPU milliseconds of an image when as many engines as the server has run at once. */
const floorCpu = ({ together }) =>
  sum(together.map((engine) => engine.cpu)) / sum(together.map((engine) => engine.images.length));

/** CPU milliseconds of a request in all processes of the server. */
const requestCpu = ({ serverCpu, perceptionCpu, latencies }) =>
  (serverCpu + perceptionCpu) / latencies.length;

const spread = (values) => [median(values), Math.min(...values), Math.max(...values)];

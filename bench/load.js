// The clients: autocannon in a process of its own, so that what it costs can be told from the server.
import autocannon from 'autocannon';
import { serveHelper } from './helper.js';

let target;

serveHelper(async (question) => {
  if (question.url) {
    target = { method: 'POST', url: question.url, body: question.body };
    return 'ready';
  }
  return run(question);
});

/** `clients` post one request after another, for so many seconds or requests. */
async function run({ clients, seconds, requests }) {
  const length = requests ? { amount: requests } : { duration: seconds };
  const latencies = [];
  const arrivals = [];
  const before = process.cpuUsage();
  const headers = { 'content-type': 'application/json' };
  const running = autocannon({ ...target, headers, connections: clients, timeout: 60, ...length });
  running.on('response', (_client, _status, _bytes, milliseconds) => {
    latencies.push(milliseconds);
    arrivals.push(performance.now());
  });
  const { errors, non2xx } = await running;
  const { user, system } = process.cpuUsage(before);
  // From first to last answer: neither the way to the first nor what was cut off at the end counts.
  const perSecond = ((arrivals.length - 1) * 1000) / (arrivals.at(-1) - arrivals[0]);
  return { latencies, perSecond, errors, non2xx, cpu: (user + system) / 1000 };
}

import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Milliseconds of one unit of `/proc/PID/stat`: USER_HZ is 100 on every Linux (proc(5)). */
const tickMilliseconds = 10;

/**
 * What a process has used so far. Figures come from Linux's `/proc`; elsewhere they are NaN.
 *
 * @param {number} pid
 * @returns {{ cpu: number, memory: number, peak: number }} milliseconds of CPU time of all its threads; its
 *   resident memory, now and at most, in MB (10⁶ bytes)
 */
export function usage(pid) {
  // The name, in parentheses, may hold spaces; user and system time are fields 14 and 15, it is field 2.
  const fields = read(`/proc/${pid}/stat`).split(') ').at(-1).split(' ');
  const status = read(`/proc/${pid}/status`);
  const megabytes = (name) => (Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024) / 1e6;
  const cpu = (Number(fields[11]) + Number(fields[12])) * tickMilliseconds;
  return { cpu, memory: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}

/**
 * The processes that a process has started and that still run, oldest first.
 *
 * @param {number} pid
 * @returns {number[]}
 */
export function childrenOf(pid) {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

/**
 * Milliseconds that the machine's cores have worked so far, all programs together.
 *
 * @returns {number}
 */
export function machineCpu() {
  return cpus().reduce((total, { times }) => total + times.user + times.nice + times.sys + times.irq, 0);
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

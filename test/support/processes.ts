import { readFileSync } from 'node:fs';

/**
 * The processes that a process has started and that still run, and what each holds in memory. Linux
 * only: it reads `/proc` (proc(5)).
 *
 * @returns resident megabytes (10⁶ bytes) by process id
 */
export function childProcesses(pid: number): Map<number, number> {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return new Map(children.map((child) => [Number(child), residentMegabytes(child)]));
}

function residentMegabytes(pid: string): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round((Number(kilobytes) * 1024) / 1e6);
}

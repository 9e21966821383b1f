/** What the kernel says of a process: processor time and memory, from /proc. */
import { readFileSync } from 'node:fs'

/** Clock ticks a second of /proc on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** Largest resident memory since the start, MiB. */
export function peakMemoryMib(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1_024
}

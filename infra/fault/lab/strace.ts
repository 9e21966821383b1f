import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { programPath } from './children.ts'

/** System calls by which SQLite changes what is on a disk. */
export const WRITING_CALLS = ['pwrite64', 'fdatasync', 'fsync', 'ftruncate', 'unlink', 'openat', 'write'] as const
export type WritingCall = (typeof WRITING_CALLS)[number]

const PATIENCE_MS = 60_000

export interface TracedEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
}

/**
 * Runs a program with a fault at a system call: `inject` is what strace calls so, e.g. `signal=KILL:when=7`. The fault is
 * only for calls on files below `folder` where one is given. Programs that start threads are followed.
 */
export async function runTraced(command: string, args: readonly string[], call: WritingCall, inject: string, folder?: string): Promise<TracedEnd> {
  const child = spawn(programPath('strace'), [
    '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:${inject}`, ...(folder === undefined ? [] : ['-P', folder]), command, ...args,
  ], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' }, detached: true })
  // A group of their own: what is traced would outlive the tracer.
  const end = () => { try { process.kill(-child.pid!, 'SIGKILL') } catch { /* ended already */ } }
  const impatience = setTimeout(end, PATIENCE_MS)
  process.once('exit', end)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { output += text })
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  clearTimeout(impatience)
  process.off('exit', end)
  return { code, signal, output }
}

/** How often the busiest thread of a program makes each of the calls: the numbers a fault may be put at. */
export async function countCalls(command: string, args: readonly string[], log: string): Promise<ReadonlyMap<WritingCall, number>> {
  const child = spawn(programPath('strace'), ['-f', '-qq', '--seccomp-bpf', '-o', log, '-e', `trace=${WRITING_CALLS.join(',')}`, command, ...args], { stdio: 'ignore', env: { ...process.env, NODE_OPTIONS: '' } })
  await once(child, 'close')
  const counts = new Map<string, number>()
  for (const [, thread, call] of readFileSync(log, 'utf8').matchAll(/^(\d+) +([a-z0-9]+)\(/gm)) counts.set(`${thread} ${call}`, (counts.get(`${thread} ${call}`) ?? 0) + 1)
  rmSync(log)
  return new Map(WRITING_CALLS.map((call) => [call, Math.max(0, ...[...counts].filter(([key]) => key.endsWith(` ${call}`)).map(([, count]) => count))]))
}

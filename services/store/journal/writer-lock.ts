import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { PenfeldError } from '#models/errors/penfeld-error.ts'

/** When a process began, by the kernel: tells a living holder from a stranger that was given the same number later. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    if (existsSync('/proc/self')) return undefined
    try {
      process.kill(pid, 0)
      return 'unknown'
    } catch {
      return undefined
    }
  }
}

/** One writer a store. A lock left behind by a killed process is taken over. Returns how to release it. */
export function lockForWriting(folder: string): () => void {
  const file = join(folder, 'writer.lock')
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = openSync(file, 'wx')
      writeSync(handle, `${process.pid} ${startOf(process.pid) ?? 'unknown'}\n`)
      closeSync(handle)
      return () => rmSync(file, { force: true })
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 3) {
        throw new PenfeldError('PF_STORE_UNAVAILABLE', `The lock of the store could not be made: ${(cause as Error).message}.`, { where: file, cause })
      }
      const holder = writerOf(folder)
      if (holder !== undefined) {
        throw new PenfeldError('PF_STORE_LOCKED', `Process ${holder} writes this store already; a store has one writer.`, { where: file })
      }
      rmSync(file, { force: true })
    }
  }
}

/** The living process that writes this store, if there is one. */
export function writerOf(folder: string): number | undefined {
  try {
    const [pid, start] = readFileSync(join(folder, 'writer.lock'), 'utf8').trim().split(' ')
    const running = startOf(Number(pid))
    return running !== undefined && running === start ? Number(pid) : undefined
  } catch {
    return undefined
  }
}

/** A file system of a few megabytes in memory, to be filled and freed. Needs the right to mount. */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export interface SmallDisk {
  readonly folder: string
  /** Another writer takes all that is left, to the last byte; what others free meanwhile is taken at the next call. */
  fill(): void
  /** Gives it back. */
  free(): void
  freeBytes(): number
  remove(): void
}

/** Undefined where this account may not mount. */
export function smallDisk(folder: string, megabytes: number): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'penfeld-small-disk', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  const filler = join(folder, 'filler')
  return {
    folder,
    fill() {
      const handle = openSync(filler, 'a')
      try {
        for (const size of [1_048_576, 4_096, 1]) {
          try {
            for (const piece = new Uint8Array(size); ;) writeSync(handle, piece)
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
          }
        }
      } finally {
        closeSync(handle)
      }
    },
    free: () => rmSync(filler, { force: true }),
    freeBytes: () => { const { bavail, bsize } = statfsSync(folder); return bavail * bsize },
    remove: () => void execFileSync('umount', ['--lazy', folder]),
  }
}

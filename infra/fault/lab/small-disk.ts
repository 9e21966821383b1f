/** File systems of their own for experiments: one to be filled and freed, one to become read-only. They need the right to mount. */
import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, rmSync, statfsSync, writeFileSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'

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

export interface LoopDisk {
  readonly folder: string
  /** The kernel takes it for damaged and lets nobody write any more, whatever is open. */
  makeReadOnly(): void
  /** What an administrator does: unmount, check, mount again. Nobody may have anything open in it. */
  repair(): void
  remove(): void
}

/** An ext4 file system in a file; undefined where this account may not mount one. */
export function loopDisk(folder: string, megabytes: number): LoopDisk | undefined {
  const image = `${folder}.img`
  mkdirSync(folder, { recursive: true })
  const run = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  const mount = () => run('mount', '-o', 'loop,errors=remount-ro', image, folder)
  const triggerOf = () => `/sys/fs/ext4/${basename(run('findmnt', '-no', 'SOURCE', folder))}/trigger_fs_error`
  try {
    run('truncate', '-s', `${megabytes}M`, image)
    run('mkfs.ext4', '-q', image)
    mount()
    if (!existsSync(triggerOf())) throw new Error('this kernel cannot be told of a damage')
  } catch {
    rmSync(image, { force: true })
    return undefined
  }
  return {
    folder,
    makeReadOnly: () => writeFileSync(triggerOf(), 'fault experiment'),
    repair() {
      run('umount', folder)
      try {
        run('e2fsck', '-fy', image)
      } catch (error) {
        // 1: mended.
        if ((error as { status?: number }).status !== 1) throw error
      }
      mount()
    },
    remove() {
      run('umount', '--lazy', folder)
      rmSync(image, { force: true })
    },
  }
}

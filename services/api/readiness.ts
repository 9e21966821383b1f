import { statfs } from 'node:fs/promises'
import type { CollectStatusReader } from '#services/collectors/status.ts'

/** Collect writes every second; silent for so long it cannot write. */
const SILENT_AFTER_MS = 4_000
/** Both must be undercut: a twentieth of a large disk is plenty. */
const FREE_SHARE = 0.05
const FREE_BYTES = 2 ** 30

export interface ReadinessOptions {
  readonly dataFolder: string
  readonly collect: Pick<CollectStatusReader, 'wroteAtRealMs'>
  readonly now?: () => number
}

/** Why requests should go elsewhere for now. A single device that is silent is no reason. */
export interface Readiness {
  notReady(): Promise<readonly string[]>
  /** From now on it is not ready, whatever else holds. */
  stopping(): void
}

export function createReadiness({ dataFolder, collect, now = Date.now }: ReadinessOptions): Readiness {
  let isStopping = false
  return {
    async notReady() {
      const reasons: string[] = []
      if (isStopping) reasons.push('stopping')
      const wroteAt = await collect.wroteAtRealMs().catch(() => -Infinity)
      if (wroteAt !== undefined && Math.abs(now() - wroteAt) > SILENT_AFTER_MS) reasons.push('collect-not-writing')
      const disk = await statfs(dataFolder).catch(() => undefined)
      if (disk === undefined) reasons.push('disk-unreadable')
      else if (disk.bavail / disk.blocks < FREE_SHARE && disk.bavail * disk.bsize < FREE_BYTES) reasons.push('disk-almost-full')
      return reasons
    },
    stopping() {
      isStopping = true
    },
  }
}

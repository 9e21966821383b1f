/** What the experiment tells its two processes, and what they tell it: all of it by files. */
import type { SourceCounters, SourceStatus } from '#services/collectors/status.ts'

export interface FieldSettings {
  readonly port: number
  readonly pkiFolder: string
  readonly ledgerFile: string
  readonly statsFile: string
  readonly points: number
  /** Each point has a new value so often. */
  readonly stepMs: number
  readonly history: boolean
  readonly forgetsMessages: boolean
  readonly namespacesBefore: readonly string[]
  /** Points whose nodes are not there. */
  readonly gone: readonly number[]
}

export interface FieldStats {
  readonly sessions: number
  readonly newestAt: number
}

export interface CollectorSettings {
  readonly url: string
  readonly trustedFolder: string
  readonly dataFolder: string
  readonly statusFile: string
  readonly points: number
  readonly refusedRetryS: number
}

export interface CollectorTold {
  readonly status: SourceStatus
  readonly counters: SourceCounters
}

export const nodeOf = (point: number): string => `D${point}.p`
export const pointIdOf = (point: number): string => `elec.dp.D${point}.p`

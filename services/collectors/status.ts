import type { DriverState } from './port.ts'

/** What collect tells about itself, kept in collect.sqlite and read by the operator's pages. */
export interface SourceStatus {
  readonly sourceId: string
  readonly state: DriverState
  readonly detail: string | null
  /** Newest source time and newest time of storing over the points of this source: health is the freshness of data. */
  readonly newestAt: number | null
  readonly newestStoredAt: number | null
  readonly stale: boolean
  readonly reconnects: number
  readonly certificateExpiresAt: number | null
}

/** produced = stored + deduplicated + revised + quarantined + dropped, for each source. */
export interface SourceCounters {
  readonly sourceId: string
  readonly produced: number
  readonly stored: number
  readonly deduplicated: number
  readonly revised: number
  readonly quarantined: Readonly<Record<string, number>>
  readonly dropped: Readonly<Record<string, number>>
}

export interface CollectStatusReader {
  sources(): Promise<readonly SourceStatus[]>
  counters(): Promise<readonly SourceCounters[]>
  /** Real time at which collect last wrote anything; undefined before its first start. */
  wroteAtRealMs(): Promise<number | undefined>
  close(): Promise<void>
}

import type { Redis } from 'ioredis'
import type { CollectStatusReader, SourceCounters, SourceStatus } from '#services/collectors/status.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import { KEYS } from './keys.ts'

/** A host that told nothing for so long is taken as gone: its sources are stale, whatever it said last. */
const GONE_AFTER_REAL_MS = 30_000

interface HostStatus {
  readonly toldRealMs: number
  readonly sources: readonly SourceStatus[]
  readonly counters: readonly SourceCounters[]
}

/** Tells the control host what the collector of this host does. Lost words do not matter: the next come a second later. */
export const tellCollectStatus = (redis: Redis, hostId: string, log: Logger) => (sources: readonly SourceStatus[], counters: readonly SourceCounters[]): void => {
  const status: HostStatus = { toldRealMs: Date.now(), sources, counters }
  redis.hset(KEYS.collectStatus, hostId, JSON.stringify(status)).catch((error: unknown) => log.warn({ cause: String(error) }, 'the state of the sources could not be told'))
}

/** The sources of every host as one list. A source that two hosts know is told by the one that serves it; what both counted is added up. */
export function readCollectStatus(redis: Redis, local: CollectStatusReader, ownHostId: string): CollectStatusReader {
  const others = async (): Promise<HostStatus[]> => {
    const now = Date.now()
    const all = await redis.hgetall(KEYS.collectStatus).catch((): Record<string, string> => ({}))
    return Object.entries(all).filter(([hostId]) => hostId !== ownHostId).map(([hostId, text]) => {
      const told = JSON.parse(text) as HostStatus
      if (now - told.toldRealMs < GONE_AFTER_REAL_MS) return told
      return { ...told, sources: told.sources.map((source): SourceStatus => ({ ...source, state: 'reconnecting', stale: true, detail: `the host ${hostId} says nothing` })) }
    })
  }
  return {
    async sources() {
      const known = new Map<string, SourceStatus>()
      for (const status of [...await local.sources(), ...(await others()).flatMap(({ sources }) => sources)]) {
        const before = known.get(status.sourceId)
        if (before === undefined || (before.newestStoredAt ?? -Infinity) < (status.newestStoredAt ?? -Infinity)) known.set(status.sourceId, status)
      }
      return [...known.values()].sort((left, right) => (left.sourceId < right.sourceId ? -1 : 1))
    },
    async counters() {
      const known = new Map<string, SourceCounters>()
      for (const counters of [...await local.counters(), ...(await others()).flatMap((one) => one.counters)]) {
        const before = known.get(counters.sourceId)
        known.set(counters.sourceId, before === undefined ? counters : added(before, counters))
      }
      return [...known.values()].sort((left, right) => (left.sourceId < right.sourceId ? -1 : 1))
    },
    wroteAtRealMs: () => local.wroteAtRealMs(),
    close: () => local.close(),
  }
}

function added(left: SourceCounters, right: SourceCounters): SourceCounters {
  return {
    sourceId: left.sourceId,
    produced: left.produced + right.produced,
    stored: left.stored + right.stored,
    deduplicated: left.deduplicated + right.deduplicated,
    revised: left.revised + right.revised,
    quarantined: addedCounts(left.quarantined, right.quarantined),
    dropped: addedCounts(left.dropped, right.dropped),
  }
}

function addedCounts(left: Readonly<Record<string, number>>, right: Readonly<Record<string, number>>): Record<string, number> {
  const sum: Record<string, number> = { ...left }
  for (const [reason, count] of Object.entries(right)) sum[reason] = (sum[reason] ?? 0) + count
  return sum
}

import type { RawReadings } from '#services/collectors/port.ts'
import type { Clock } from '#services/clock/port.ts'
import type { CollectGate } from '#services/consents/collect-gate.ts'
import type { TimeSeriesStore } from '#services/store/port.ts'
import { withoutRefused } from './consent-filter.ts'
import type { Counters } from './counters.ts'
import { appendTimes } from './metrics.ts'
import { judge, type Judged, type PointRule } from './judge.ts'

export interface SinkOptions {
  readonly sourceId: string
  /** In the order of the driver's channels. */
  readonly rules: readonly PointRule[]
  readonly store: Pick<TimeSeriesStore, 'append'>
  readonly clock: Clock
  readonly counters: Counters
  /** What may be kept at all: consents, and what was erased. Absent: no value has anybody who could be asked. */
  readonly gate?: CollectGate | undefined
  /** Keeps what was put apart, durably, before the readings count as taken. */
  quarantine(sourceId: string, apart: Judged['quarantined'], receivedAt: number): void
}

export interface Sink {
  /** Resolves when every reading is in the journal or in quarantine; rejects, and counts nothing, if that failed. */
  deliver(readings: RawReadings): Promise<void>
  /** Received and unusable: counted with its reason. */
  reject(reason: string, count: number): void
  /** Newest source time and newest time of storing; NaN before the first value. */
  readonly newestAt: number
  readonly newestStoredAt: number
}

export function createSink({ sourceId, rules, store, clock, counters, gate, quarantine }: SinkOptions): Sink & { newestAt: number; newestStoredAt: number } {
  const names = rules.map(({ name }) => name)
  const gated = Uint8Array.from(names, (name) => (gate?.isGated(name) === true ? 1 : 0))
  const sink = {
    newestAt: NaN,
    newestStoredAt: NaN,
    async deliver(delivered: RawReadings): Promise<void> {
      const { readings, refused } = gate === undefined ? { readings: delivered, refused: [] } : withoutRefused(delivered, names, gated, gate)
      const { batch, quarantined } = judge(readings, rules, clock.now(), clock.speed)
      // Apart first: a crash between the two makes the driver deliver again, and doubles only what nobody computes with.
      if (quarantined.at.length > 0) quarantine(sourceId, quarantined, readings.receivedAt)
      if (batch.pointIds.length > 0) {
        const recordedAt = clock.now()
        const end = appendTimes.startTimer()
        const result = await store.append(batch, { recordedAt, source: sourceId })
        end()
        counters.stored(sourceId, result)
        let newest = Number.isNaN(sink.newestAt) ? -Infinity : sink.newestAt
        for (const at of batch.at) if (at > newest) newest = at
        sink.newestAt = newest
        // What was known already is no sign of life: a device that repeats itself has stopped. A new issue of a forecast is one.
        if (result.stored + result.revised > 0) sink.newestStoredAt = recordedAt
      }
      counters.produced(sourceId, delivered.channels.length)
      for (const [reason, count] of refused) counters.dropped(sourceId, reason, count)
      for (const reason of quarantined.reasons) counters.quarantined(sourceId, reason)
    },
    reject(reason: string, count: number): void {
      counters.produced(sourceId, count)
      counters.dropped(sourceId, reason, count)
    },
  }
  return sink
}

import { QUALITY } from '#models/units/quality.ts'
import type { JournalEntry, SampleBatch, Series, TimeSeriesStore } from '#services/store/port.ts'

interface Sample { at: number; value: number; quality: number; recordedAt: number }

/** The store's port in memory, for tests of what stands on it: every received value is kept, the newest one is read. */
export function memoryStore(): TimeSeriesStore {
  const names: string[] = []
  const samples: Sample[][] = []
  const journal: JournalEntry[] = []

  const slice = (id: number, from: number, to: number, asOf = Infinity): Series => {
    const newest = new Map<number, Sample>()
    for (const sample of samples[id - 1] ?? []) if (sample.at >= from && sample.at < to && sample.recordedAt <= asOf) newest.set(sample.at, sample)
    const rows = [...newest.values()].sort((a, b) => a.at - b.at)
    return {
      at: Float64Array.from(rows, ({ at }) => at), values: Float64Array.from(rows, ({ value }) => value),
      quality: Uint8Array.from(rows, ({ quality }) => quality), recordedAt: Float64Array.from(rows, ({ recordedAt }) => recordedAt),
    }
  }
  const register = (wanted: readonly string[]) => Int32Array.from(wanted, (name) => {
    const known = names.indexOf(name)
    if (known >= 0) return known + 1
    samples.push([])
    return names.push(name)
  })
  const keep = (batch: SampleBatch, recordedAt: number): number => {
    let stored = 0
    batch.pointIds.forEach((id, i) => {
      const known = slice(id, batch.at[i]!, batch.at[i]! + 1)
      if (known.values[0] === batch.values[i] && known.quality[0] === batch.quality[i]) return
      samples[id - 1]!.push({ at: batch.at[i]!, value: batch.values[i]!, quality: batch.quality[i]!, recordedAt })
      stored += 1
    })
    return stored
  }
  const stepMeansOf = (id: number, from: number, to: number, stepMs: number) =>
    Array.from({ length: Math.floor((to - from) / stepMs) }, (_, i) => {
      const { values } = slice(id, from + i * stepMs, from + (i + 1) * stepMs)
      return values.length === 0 ? NaN : values.reduce((a, b) => a + b) / values.length
    })

  return {
    lookup: async (wanted) => Int32Array.from(wanted, (name) => (names.includes(name) ? names.indexOf(name) + 1 : -1)),
    names: async () => names,
    register: async (wanted) => register(wanted),
    async latest(ids) {
      const last = Array.from(ids, (id) => slice(id, -Infinity, Infinity))
      const pick = (column: (series: Series) => ArrayLike<number>, none: number) => last.map((series) => column(series)[series.at.length - 1] ?? none)
      return {
        at: Float64Array.from(pick((series) => series.at, NaN)), values: Float64Array.from(pick((series) => series.values, NaN)),
        quality: Uint8Array.from(pick((series) => series.quality, QUALITY.missing)), recordedAt: Float64Array.from(pick((series) => series.recordedAt, NaN)),
      }
    },
    read: async (id, from, to, options) => slice(id, from, to, options?.asOf),
    async readMany(ids, from, to, take) {
      ids.forEach((id, index) => take(index, slice(id, from, to)))
    },
    async sumOfMeans(ids, step, from, to) {
      const stepMs = step === 'hour' ? 3_600_000 : 86_400_000
      const means = Array.from(ids, (id) => stepMeansOf(id, from, to, stepMs))
      const steps = Math.floor((to - from) / stepMs)
      const known = (i: number) => means.map((column) => column[i]!).filter((value) => !Number.isNaN(value))
      return {
        at: Float64Array.from({ length: steps }, (_, i) => from + i * stepMs),
        sum: Float64Array.from({ length: steps }, (_, i) => known(i).reduce((a, b) => a + b, 0)),
        points: Float64Array.from({ length: steps }, (_, i) => known(i).length),
      }
    },
    async append(batch, provenance) {
      const stored = keep(batch, provenance.recordedAt)
      if (stored > 0) journal.push({ ...provenance, seq: journal.length + 1, batch })
      return { stored, deduplicated: batch.at.length - stored, revised: 0, seq: stored > 0 ? journal.length : 0 }
    },
    async importSeries(id, { at, values, quality }, { recordedAt }) {
      const stored = keep({ pointIds: new Int32Array(at.length).fill(id), at, values, quality }, recordedAt)
      return { stored, deduplicated: at.length - stored, revised: 0, seq: 0 }
    },
    tail: async (after, limit) => journal.slice(after, after + limit),
    headSeq: async () => journal.length,
    async erase(ids, from, to) {
      let removed = 0
      for (const id of ids) {
        const kept = samples[id - 1]!.filter(({ at }) => at < from || at >= to)
        removed += samples[id - 1]!.length - kept.length
        samples[id - 1] = kept
      }
      return removed
    },
    maintain: async () => false,
    rollup: () => Promise.reject(new Error('not in memory')),
    revisions: () => Promise.reject(new Error('not in memory')),
    close: async () => {},
  }
}

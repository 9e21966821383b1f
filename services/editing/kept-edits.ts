import type { SampleBatch, Series, TimeSeriesStore } from '#services/store/port.ts'
import type { AppliedEdits } from './applied-edits.ts'

export interface KeptEdits {
  /** Reads again which edits stand. */
  refresh(): Promise<void>
  /** The store for sources and imports: a value that a person has replaced is not taken again when it is only repeated. */
  guard(store: TimeSeriesStore): TimeSeriesStore
}

interface Former { readonly value: number; readonly quality: number }

/**
 * A source that repeats what it said before (a file read again, the history of a server after a cut) says nothing new: where
 * a person has replaced exactly that value, the replacement stays, and the repetition counts as deduplicated. Another
 * value than before is news, and becomes a revision as ever.
 */
export function createKeptEdits(applied: AppliedEdits, lookup: TimeSeriesStore['lookup']): KeptEdits {
  let former = new Map<number, Map<number, Former>>()
  const isRepeated = (pointId: number, at: number, value: number, quality: number): boolean => {
    const known = former.get(pointId)?.get(at)
    return known !== undefined && Object.is(known.value, value) && known.quality === quality
  }
  const withoutRepeats = (batch: SampleBatch): SampleBatch => {
    // Hardly ever is a point edited: the ordinary batch passes as it is.
    if (!batch.pointIds.some((id, i) => former.has(id) && isRepeated(id, batch.at[i]!, batch.values[i]!, batch.quality[i]!))) return batch
    const keep = Uint32Array.from(batch.pointIds.keys()).filter((i) => !isRepeated(batch.pointIds[i]!, batch.at[i]!, batch.values[i]!, batch.quality[i]!))
    return { pointIds: Int32Array.from(keep, (i) => batch.pointIds[i]!), at: Float64Array.from(keep, (i) => batch.at[i]!), values: Float64Array.from(keep, (i) => batch.values[i]!), quality: Uint8Array.from(keep, (i) => batch.quality[i]!) }
  }
  return {
    async refresh() {
      const standing = applied.standing()
      const ids = await lookup(standing.map(({ point }) => point))
      const next = new Map<number, Map<number, Former>>()
      standing.forEach(({ rows }, k) => {
        const times = next.get(ids[k]!) ?? new Map<number, Former>()
        next.set(ids[k]!, times)
        // Of two edits of one value the first one knows what the source had said.
        rows.at.forEach((at, i) => { if (!times.has(at)) times.set(at, { value: rows.before[i]!, quality: rows.beforeQuality[i]! }) })
      })
      former = next
    },
    guard(store) {
      const append: TimeSeriesStore['append'] = async (batch, provenance) => {
        if (former.size === 0) return store.append(batch, provenance)
        const news = withoutRepeats(batch)
        const repeated = batch.at.length - news.at.length
        if (news.at.length === 0) return { stored: 0, deduplicated: repeated, revised: 0, seq: 0 }
        const result = await store.append(news, provenance)
        return { ...result, deduplicated: result.deduplicated + repeated }
      }
      const importSeries: TimeSeriesStore['importSeries'] = async (pointId, series, provenance) => {
        if (!former.has(pointId)) return store.importSeries(pointId, series, provenance)
        const news = without(series, (i) => isRepeated(pointId, series.at[i]!, series.values[i]!, series.quality[i]!))
        const result = await store.importSeries(pointId, news, provenance)
        return { ...result, deduplicated: result.deduplicated + series.at.length - news.at.length }
      }
      return new Proxy(store, {
        get(target, name) {
          if (name === 'append') return append
          if (name === 'importSeries') return importSeries
          const member: unknown = Reflect.get(target, name, target)
          return typeof member === 'function' ? (member.bind(target) as unknown) : member
        },
      })
    },
  }
}

function without({ at, values, quality }: Omit<Series, 'recordedAt'>, leave: (i: number) => boolean): Omit<Series, 'recordedAt'> {
  const keep = Uint32Array.from(at.keys()).filter((i) => !leave(i))
  return { at: Float64Array.from(keep, (i) => at[i]!), values: Float64Array.from(keep, (i) => values[i]!), quality: Uint8Array.from(keep, (i) => quality[i]!) }
}

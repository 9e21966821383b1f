import type { AppendResult, SampleBatch, TimeSeriesStore } from '#services/store/port.ts'

/** Results of a thread on their way to the derived store: `series` indexes `names`, the rest is a batch of samples. */
export interface NamedColumns {
  readonly names: readonly string[]
  readonly series: Int32Array
  readonly at: Float64Array
  readonly values: Float64Array
  readonly quality: Uint8Array
}

interface Columns {
  readonly at: Float64Array
  readonly values: Float64Array
  readonly quality: Uint8Array
}

/** Joins series after series into one batch; a series without values leaves no name. */
export function columnCollector() {
  const names: string[] = []
  const parts: Columns[] = []
  return {
    add(name: string, columns: Columns): void {
      if (columns.at.length === 0) return
      names.push(name)
      parts.push(columns)
    },
    columns(): NamedColumns {
      const count = parts.reduce((sum, { at }) => sum + at.length, 0)
      const joined = { names, series: new Int32Array(count), at: new Float64Array(count), values: new Float64Array(count), quality: new Uint8Array(count) }
      let place = 0
      parts.forEach(({ at, values, quality }, index) => {
        joined.series.fill(index, place, place + at.length)
        joined.at.set(at, place)
        joined.values.set(values, place)
        joined.quality.set(quality, place)
        place += at.length
      })
      return joined
    },
  }
}

/** Writes the results; writing the same again is counted as deduplicated and changes nothing. What was erased while a thread computed with it is left out. */
export async function appendNamed(store: TimeSeriesStore, made: NamedColumns, job: string, recordedAt: number, isErased?: (name: string, at: number) => boolean): Promise<AppendResult | undefined> {
  const columns = isErased === undefined ? made : without(made, isErased)
  if (columns.at.length === 0) return undefined
  const ids = await store.register(columns.names)
  const batch: SampleBatch = { pointIds: columns.series.map((index) => ids[index]!), at: columns.at, values: columns.values, quality: columns.quality }
  return store.append(batch, { recordedAt, source: `job:${job}` })
}

function without({ names, series, at, values, quality }: NamedColumns, isErased: (name: string, at: number) => boolean): NamedColumns {
  const keep = Uint32Array.from(at.keys()).filter((index) => !isErased(names[series[index]!]!, at[index]!))
  return { names, series: Int32Array.from(keep, (i) => series[i]!), at: Float64Array.from(keep, (i) => at[i]!), values: Float64Array.from(keep, (i) => values[i]!), quality: Uint8Array.from(keep, (i) => quality[i]!) }
}

import type { AppendResult, SampleBatch, TimeSeriesStore } from '#services/store/port.ts'

/** Results of a thread on their way to the derived store: `series` indexes `names`, the rest is a batch of samples. */
export interface NamedColumns {
  readonly names: readonly string[]
  readonly series: Int32Array
  readonly at: Float64Array
  readonly values: Float64Array
  readonly quality: Uint8Array
}

/** Collects values series by series. */
export function columnCollector() {
  const names: string[] = []
  const series: number[] = []
  const at: number[] = []
  const values: number[] = []
  const quality: number[] = []
  return {
    add(name: string, rows: Iterable<readonly [at: number, value: number, quality: number]>): void {
      const index = names.length
      let used = false
      for (const [time, value, code] of rows) {
        series.push(index)
        at.push(time)
        values.push(value)
        quality.push(code)
        used = true
      }
      if (used) names.push(name)
    },
    columns: (): NamedColumns => ({ names, series: Int32Array.from(series), at: Float64Array.from(at), values: Float64Array.from(values), quality: Uint8Array.from(quality) }),
  }
}

/** Writes the results; writing the same again is counted as deduplicated and changes nothing. */
export async function appendNamed(store: TimeSeriesStore, columns: NamedColumns, job: string, recordedAt: number): Promise<AppendResult | undefined> {
  if (columns.at.length === 0) return undefined
  const ids = await store.register(columns.names)
  const batch: SampleBatch = { pointIds: columns.series.map((index) => ids[index]!), at: columns.at, values: columns.values, quality: columns.quality }
  return store.append(batch, { recordedAt, source: `job:${job}` })
}

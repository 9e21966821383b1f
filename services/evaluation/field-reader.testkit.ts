import { QUALITY } from '#models/units/quality.ts'
import type { Field } from '#services/simulator/field.ts'
import type { Series, TimeSeriesReader } from '#services/store/port.ts'

export interface FieldSpan {
  readonly field: Field
  readonly from: number
  readonly to: number
}

/**
 * What a store would hold of the named points after the spans, one after the other: the field as its meters deliver it
 * and no more. Made day by day, because the truth of a day is made once for all points.
 */
export function fieldReader(spans: readonly FieldSpan[], pointNames: readonly string[]): TimeSeriesReader {
  const series = pointNames.map((name): Series => {
    const room = spans.reduce((sum, { field, from, to }) => sum + Math.ceil((to - from) / (field.find(name)!.historyStepS * 1_000)) + 2, 0)
    return { at: new Float64Array(room), values: new Float64Array(room), quality: new Uint8Array(room).fill(QUALITY.measured), recordedAt: new Float64Array(room) }
  })
  const places = new Int32Array(pointNames.length)
  for (const { field, from, to } of spans) {
    const points = pointNames.map((name) => field.find(name)!)
    const { truth } = field
    for (let { epochDay, start } = truth.days.at(from); start < to; start = truth.days.day(++epochDay).start) {
      const day = truth.on(epochDay)
      points.forEach((one, k) => {
        if (one.delivery.deliveredAt(day.day) < Infinity) places[k] = field.writeDay(one, day, from, to, series[k]!.at, series[k]!.values, places[k]!)
      })
    }
  }
  const slice = (k: number, from: number, to: number): Series => {
    const { at, values, quality, recordedAt } = series[k]!
    const first = lowerBound(at, places[k]!, from)
    const end = lowerBound(at, places[k]!, to)
    return { at: at.subarray(first, end), values: values.subarray(first, end), quality: quality.subarray(first, end), recordedAt: recordedAt.subarray(first, end) }
  }
  const notNeeded = () => { throw new Error('not part of what an evaluation over a period reads') }
  return {
    lookup: async (names) => Int32Array.from(names, (name) => pointNames.indexOf(name) + 1 || -1),
    names: async () => pointNames,
    read: async (id, from, to) => slice(id - 1, from, to),
    async readMany(ids, from, to, take) {
      ids.forEach((id, index) => take(index, slice(id - 1, from, to)))
    },
    headSeq: async () => 0,
    close: async () => {},
    latest: notNeeded, rollup: notNeeded, sumOfMeans: notNeeded, revisions: notNeeded, tail: notNeeded,
  }
}

function lowerBound(at: Float64Array, length: number, time: number): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >> 1
    if (at[middle]! < time) low = middle + 1
    else high = middle
  }
  return low
}

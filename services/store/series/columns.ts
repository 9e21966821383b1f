import type { Series } from '../port.ts'

export const EMPTY_SERIES: Series = { at: new Float64Array(0), values: new Float64Array(0), quality: new Uint8Array(0), recordedAt: new Float64Array(0) }

/** First index whose time is >= `at`. */
export function lowerBound(times: Float64Array, at: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle] < at) low = middle + 1
    else high = middle
  }
  return low
}

/** The part with from <= at < to, as views. */
export function between(series: Series, from: number, to: number): Series {
  const start = lowerBound(series.at, from)
  const end = lowerBound(series.at, to)
  return start === 0 && end === series.at.length ? series : part(series, start, end)
}

export function part({ at, values, quality, recordedAt }: Series, start: number, end: number): Series {
  return { at: at.subarray(start, end), values: values.subarray(start, end), quality: quality.subarray(start, end), recordedAt: recordedAt.subarray(start, end) }
}

/** Sorted by time; of several entries of one time the last one given stays. */
export function inOrder(series: Series): Series {
  const order = Uint32Array.from(series.at, (_, index) => index).sort((left, right) => series.at[left] - series.at[right] || left - right)
  const keep = order.filter((index, place) => place + 1 === order.length || series.at[order[place + 1]] !== series.at[index])
  return pick(series, keep)
}

export function pick(series: Series, indexes: Uint32Array): Series {
  const result = { at: new Float64Array(indexes.length), values: new Float64Array(indexes.length), quality: new Uint8Array(indexes.length), recordedAt: new Float64Array(indexes.length) }
  for (let place = 0; place < indexes.length; place++) {
    const index = indexes[place]
    result.at[place] = series.at[index]
    result.values[place] = series.values[index]
    result.quality[place] = series.quality[index]
    result.recordedAt[place] = series.recordedAt[index]
  }
  return result
}

/** One ascending series from parts that are each ascending; where parts overlap the later part wins. */
export function joined(parts: readonly Series[]): Series {
  if (parts.length === 0) return EMPTY_SERIES
  if (parts.length === 1) return parts[0]
  const length = parts.reduce((sum, series) => sum + series.at.length, 0)
  const result = { at: new Float64Array(length), values: new Float64Array(length), quality: new Uint8Array(length), recordedAt: new Float64Array(length) }
  let offset = 0
  let ascending = true
  for (const series of parts) {
    if (offset > 0 && series.at.length > 0 && series.at[0] <= result.at[offset - 1]) ascending = false
    result.at.set(series.at, offset)
    result.values.set(series.values, offset)
    result.quality.set(series.quality, offset)
    result.recordedAt.set(series.recordedAt, offset)
    offset += series.at.length
  }
  return ascending ? result : inOrder(result)
}

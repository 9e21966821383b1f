import type { Series } from '../port.ts'

/** One series in memory that grows in the order of arrival. */
export class GrowingSeries {
  #at = new Float64Array(16)
  #values = new Float64Array(16)
  #quality = new Uint8Array(16)
  #recordedAt = new Float64Array(16)
  #length = 0
  #ascending = true
  earliestAt = Infinity
  latestAt = -Infinity

  get length(): number {
    return this.#length
  }

  push(at: number, value: number, quality: number, recordedAt: number): void {
    if (this.#length === this.#at.length) this.#grow()
    const index = this.#length++
    if (at <= this.latestAt) this.#ascending = false
    else this.latestAt = at
    if (at < this.earliestAt) this.earliestAt = at
    this.#at[index] = at
    this.#values[index] = value
    this.#quality[index] = quality
    this.#recordedAt[index] = recordedAt
  }

  #grow(): void {
    const larger = <T extends Float64Array | Uint8Array>(column: T): T => {
      const next = new (column.constructor as new (length: number) => T)(column.length * 2)
      next.set(column)
      return next
    }
    this.#at = larger(this.#at)
    this.#values = larger(this.#values)
    this.#quality = larger(this.#quality)
    this.#recordedAt = larger(this.#recordedAt)
  }

  /** Ascending in time; views, valid until the next push. */
  series(): Series {
    if (!this.#ascending) this.#sort()
    return {
      at: this.#at.subarray(0, this.#length),
      values: this.#values.subarray(0, this.#length),
      quality: this.#quality.subarray(0, this.#length),
      recordedAt: this.#recordedAt.subarray(0, this.#length),
    }
  }

  #sort(): void {
    this.#ascending = true
    const sorted = inOrder(this.series())
    this.#length = sorted.at.length
    this.#at.set(sorted.at)
    this.#values.set(sorted.values)
    this.#quality.set(sorted.quality)
    this.#recordedAt.set(sorted.recordedAt)
  }
}

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
function inOrder(series: Series): Series {
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

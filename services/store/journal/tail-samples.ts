import type { SampleBatch, Series } from '../port.ts'
import { inOrder } from '../series/columns.ts'

const NONE = -1
/** Samples of one chunk: large enough to be few, and none is ever copied to make room. */
const CHUNK_BITS = 15
const CHUNK_SAMPLES = 1 << CHUNK_BITS
const IN_CHUNK = CHUNK_SAMPLES - 1
const FIRST_POINTS = 1_024

/** The recent values of one point. */
export interface RecentSeries {
  readonly length: number
  readonly earliestAt: number
  readonly latestAt: number
  /** The value at `latestAt`; of several the last one that arrived. */
  newest(): { readonly at: number; readonly value: number; readonly quality: number; readonly recordedAt: number }
  /** Ascending in time; of several values of one time the last one that arrived. */
  series(): Series
}

interface Chunk {
  readonly at: Float64Array
  readonly values: Float64Array
  readonly quality: Uint8Array
  /** Which batch a sample came with: its time of recording is kept once a batch. */
  readonly batch: Int32Array
  readonly before: Int32Array
}

/**
 * Samples of all points in the order of arrival, in a few large columns; each knows the one before it of the same point. Columns
 * of their own for each of 75,000 points cost more in empty space than in samples.
 */
export class TailSamples {
  #count = 0
  #chunks: Chunk[] = []
  #recordedAt: number[] = []
  /** By point: its newest sample by arrival, how many there are, and their range. */
  #last = new Int32Array(FIRST_POINTS).fill(NONE)
  #lengths = new Int32Array(FIRST_POINTS)
  #earliestAt = new Float64Array(FIRST_POINTS).fill(Infinity)
  #latestAt = new Float64Array(FIRST_POINTS).fill(-Infinity)
  #latest = new Int32Array(FIRST_POINTS)
  #highestPoint = 0

  get count(): number {
    return this.#count
  }

  get pointCount(): number {
    return this.#highestPoint
  }

  add({ pointIds, at, values, quality }: SampleBatch, recordedAt: number): void {
    const batch = this.#recordedAt.push(recordedAt) - 1
    for (let index = 0; index < pointIds.length; index++) {
      const pointId = pointIds[index]
      const time = at[index]
      const sample = this.#count++
      const place = sample & IN_CHUNK
      if (place === 0) this.#chunks.push(newChunk())
      const chunk = this.#chunks[sample >> CHUNK_BITS]
      chunk.at[place] = time
      chunk.values[place] = values[index]
      chunk.quality[place] = quality[index]
      chunk.batch[place] = batch
      if (pointId >= this.#last.length) this.#growPoints(pointId + 1)
      if (pointId > this.#highestPoint) this.#highestPoint = pointId
      chunk.before[place] = this.#last[pointId]
      this.#last[pointId] = sample
      this.#lengths[pointId]++
      if (time < this.#earliestAt[pointId]) this.#earliestAt[pointId] = time
      if (time >= this.#latestAt[pointId]) {
        this.#latestAt[pointId] = time
        this.#latest[pointId] = sample
      }
    }
  }

  #growPoints(needed: number): void {
    const length = Math.max(needed, 2 * this.#last.length)
    this.#last = longer(this.#last, new Int32Array(length).fill(NONE))
    this.#lengths = longer(this.#lengths, new Int32Array(length))
    this.#earliestAt = longer(this.#earliestAt, new Float64Array(length).fill(Infinity))
    this.#latestAt = longer(this.#latestAt, new Float64Array(length).fill(-Infinity))
    this.#latest = longer(this.#latest, new Int32Array(length))
  }

  of(pointId: number): RecentSeries | undefined {
    const length = this.#lengths[pointId] ?? 0
    if (length === 0) return undefined
    return {
      length, earliestAt: this.#earliestAt[pointId], latestAt: this.#latestAt[pointId],
      newest: () => {
        const sample = this.#latest[pointId]
        const { at, values, quality, batch } = this.#chunks[sample >> CHUNK_BITS]
        const place = sample & IN_CHUNK
        return { at: at[place], value: values[place], quality: quality[place], recordedAt: this.#recordedAt[batch[place]] }
      },
      series: () => this.#series(pointId),
    }
  }

  latestAt(pointId: number): number {
    return this.#latestAt[pointId] ?? -Infinity
  }

  *points(): IterableIterator<number> {
    for (let pointId = 0; pointId <= this.#highestPoint; pointId++) if (this.#lengths[pointId] > 0) yield pointId
  }

  #series(pointId: number): Series {
    const length = this.#lengths[pointId]
    const series = { at: new Float64Array(length), values: new Float64Array(length), quality: new Uint8Array(length), recordedAt: new Float64Array(length) }
    let ascending = true
    let sample = this.#last[pointId]
    for (let place = length - 1; place >= 0; place--) {
      const chunk = this.#chunks[sample >> CHUNK_BITS]
      const from = sample & IN_CHUNK
      series.at[place] = chunk.at[from]
      series.values[place] = chunk.values[from]
      series.quality[place] = chunk.quality[from]
      series.recordedAt[place] = this.#recordedAt[chunk.batch[from]]
      if (place + 1 < length && series.at[place] >= series.at[place + 1]) ascending = false
      sample = chunk.before[from]
    }
    return ascending ? series : inOrder(series)
  }

  clear(): void {
    this.#count = 0
    this.#chunks = []
    this.#recordedAt = []
    this.#last.fill(NONE)
    this.#lengths.fill(0)
    this.#earliestAt.fill(Infinity)
    this.#latestAt.fill(-Infinity)
  }
}

const newChunk = (): Chunk => ({
  at: new Float64Array(CHUNK_SAMPLES), values: new Float64Array(CHUNK_SAMPLES), quality: new Uint8Array(CHUNK_SAMPLES),
  batch: new Int32Array(CHUNK_SAMPLES), before: new Int32Array(CHUNK_SAMPLES),
})

function longer<Column extends Float64Array | Int32Array>(from: Column, to: Column): Column {
  to.set(from)
  return to
}

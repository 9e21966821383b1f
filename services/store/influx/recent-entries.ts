import type { SampleBatch, Series } from '../port.ts'
import { TailSamples } from '../journal/tail-samples.ts'
import { between, joined } from '../series/columns.ts'
import type { Acknowledged } from './acknowledged.ts'

/** Samples of a segment at most, and of all of them: beyond, the oldest are read from the journal. */
const SEGMENT_SAMPLES = 400_000
const MOST_SAMPLES = 4_000_000
/** A new segment this often while the server keeps up: what it has taken is let go as a whole segment. */
const SEGMENT_MS = 1_000
const FEW_SEGMENTS = 4

interface Segment {
  readonly from: number
  to: number
  readonly begunMs: number
  readonly samples: TailSamples
}

/** The newest journal entries that the server has not taken, in memory; what was taken goes segment by segment. */
export class RecentEntries {
  readonly #mostSamples: number
  readonly #segmentSamples: number
  readonly #segments: Segment[] = []
  /** Entries that the server has not taken up to here are in the journal alone. */
  onDiskTo = 0

  constructor(mostSamples = MOST_SAMPLES) {
    this.#mostSamples = mostSamples
    this.#segmentSamples = Math.min(SEGMENT_SAMPLES, mostSamples / FEW_SEGMENTS)
  }

  get capacity(): number {
    return this.#mostSamples
  }

  add(seq: number, batch: SampleBatch, recordedAt: number): void {
    const now = performance.now()
    let segment = this.#segments.at(-1)
    if (segment === undefined || segment.samples.count >= this.#segmentSamples || (now - segment.begunMs > SEGMENT_MS && this.#segments.length < FEW_SEGMENTS)) {
      segment = { from: seq, to: seq, begunMs: now, samples: new TailSamples() }
      this.#segments.push(segment)
    }
    segment.to = seq
    segment.samples.add(batch, recordedAt)
    while (this.#segments.length > 1 && this.sampleCount > this.#mostSamples) this.onDiskTo = this.#segments.shift()!.to
  }

  drop(taken: Acknowledged): void {
    for (let index = this.#segments.length - 1; index >= 0; index--) {
      if (taken.covers(this.#segments[index].from, this.#segments[index].to)) this.#segments.splice(index, 1)
    }
  }

  get sampleCount(): number {
    return this.#segments.reduce((sum, { samples }) => sum + samples.count, 0)
  }

  /** Values with from <= at < to; undefined if there is none. */
  read(pointId: number, from: number, to: number): Series | undefined {
    const parts: Series[] = []
    for (const { samples } of this.#segments) {
      const one = samples.of(pointId)
      if (one === undefined || one.latestAt < from || one.earliestAt >= to) continue
      const series = between(one.series(), from, to)
      if (series.at.length > 0) parts.push(series)
    }
    return parts.length === 0 ? undefined : joined(parts)
  }

  latestAt(pointId: number): number {
    return this.#segments.reduce((latest, { samples }) => Math.max(latest, samples.latestAt(pointId)), -Infinity)
  }
}

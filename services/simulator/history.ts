import type { District } from '#models/district/schema.ts'
import type { Provenance } from '#models/district/schema.ts'

/** A run of one series: ascending, one value for each `at`, all within one local month. */
export interface HistoryChunk {
  readonly pointId: string
  /** UTC epoch milliseconds; start of the interval. */
  readonly at: Float64Array
  readonly values: Float64Array
  /** Codes of models/units/quality.ts. */
  readonly quality: Uint8Array
  readonly provenance: Provenance
  /** Share of the whole history handed over so far, 0 to 1. */
  readonly progress: number
}

export interface HistoryRequest {
  readonly district: District
  /** UTC epoch milliseconds; `from` included, `to` excluded. */
  readonly from: number
  readonly to: number
  readonly seed?: number
}

/**
 * The seeded past of every measurement point, made in a worker thread, month by month with the newest month first.
 * Live values of the same seed continue it without a step.
 */
export async function* makeHistory(request: HistoryRequest): AsyncGenerator<HistoryChunk, void, void> {
  throw new Error(`not yet: ${request.district.id}`)
}

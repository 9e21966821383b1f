import { Worker } from 'node:worker_threads'
import type { District, Provenance } from '#models/district/schema.ts'
import { DEFAULT_SEED } from './truth/truth.ts'

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

/** How many chunks may lie between the worker and the one who stores them. */
export const CHUNKS_AHEAD = 64

export type FromHistoryWorker = { readonly chunk: HistoryChunk } | { readonly end: true }

/**
 * The seeded past of every measurement point up to `to`, made in a worker thread, month by month with the newest month
 * first, so that a first picture does not wait for the oldest. Each meter's values are there as far as it has delivered
 * by `to`. Live values of the same seed continue it without a step.
 */
export async function* makeHistory(request: HistoryRequest): AsyncGenerator<HistoryChunk, void, void> {
  if (!(request.to > request.from)) return
  const worker = new Worker(new URL('./history-worker.ts', import.meta.url), { workerData: { seed: DEFAULT_SEED, ...request } })
  const waiting: FromHistoryWorker[] = []
  let failure: unknown
  let wake = () => {}
  worker.on('message', (message: FromHistoryWorker) => {
    waiting.push(message)
    wake()
  })
  worker.on('error', (error) => {
    failure = error
    wake()
  })
  try {
    for (;;) {
      const next = waiting.shift()
      if (next === undefined) {
        if (failure !== undefined) throw failure
        await new Promise<void>((resolve) => (wake = resolve))
      } else if ('end' in next) {
        return
      } else {
        yield next.chunk
        worker.postMessage('taken')
      }
    }
  } finally {
    await worker.terminate()
  }
}

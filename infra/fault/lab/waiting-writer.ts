/** Several sources that share commits and can wait: each gives its batch again until the store has taken it. */
import { setTimeout as pause } from 'node:timers/promises'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { openEmbeddedStore } from '#services/store/embedded/index.ts'
import type { SampleBatch } from '#services/store/port.ts'

export const SOURCES = 3
export const ROUNDS = 200
export const POINTS_EACH = 4

/** Round `round` of a source, a value of each of its points. */
export function roundOf(source: number, round: number): SampleBatch {
  const rows = Array.from({ length: POINTS_EACH }, (_, index) => index)
  return {
    pointIds: Int32Array.from(rows, (row) => 1 + source * POINTS_EACH + row), at: new Float64Array(POINTS_EACH).fill(round * 1_000),
    values: Float64Array.from(rows, (row) => round * 10 + row), quality: new Uint8Array(POINTS_EACH),
  }
}

if (import.meta.main) {
  const store = await openEmbeddedStore(process.argv[2], { timeZone: 'Europe/Paris', packSamples: 100 })
  await store.register(Array.from({ length: SOURCES * POINTS_EACH }, (_, index) => `p${index}`))
  let [full, known] = [0, 0]
  const unlessFull = async <T>(action: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await action()
    } catch (error) {
      if (!(error instanceof PenfeldError && error.code === 'PF_STORE_FULL')) throw error
      full++
      return undefined
    }
  }
  for (let round = 1; round <= ROUNDS; round++) {
    await Promise.all(Array.from({ length: SOURCES }, async (_, source) => {
      for (;;) {
        const result = await unlessFull(() => store.append(roundOf(source, round), { recordedAt: round * 1_000, source: `s${source}` }))
        if (result === undefined) {
          await pause(1)
          continue
        }
        known += result.deduplicated
        return
      }
    }))
    await unlessFull(() => store.maintain(5))
  }
  process.stdout.write(JSON.stringify({ full, known }))
  await store.close()
}

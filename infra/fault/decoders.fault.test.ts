import { expect, test } from 'vitest'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { decodingMs, HANG_MS } from '#services/collectors/fuzz.testkit.ts'
import { DECODERS } from './decoders.ts'
import { counts, isAsked } from './lab/full.ts'
import { mutated } from './lab/mutate.ts'
import { experiment } from './lab/report.ts'

const INPUTS = counts(50_000, 1_000_000)
const ALLOCATION = (bytes: number) => 16 * bytes + 2 ** 20
const MEASURE_EVERY = 16

const usedBytes = () => {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

test.runIf(isAsked(24)).each(DECODERS.map((decoder) => [decoder.name, decoder] as const))(`%s: ${INPUTS} mutated inputs, no untyped error, none long, none that takes much memory`, (name, { corpus, decode, mend = (input) => input }) => experiment(24, name, (run) => {
  // What is not mutated must come out, or the rest would say nothing.
  expect(corpus.some((input) => decode(input))).toBe(true)
  let [usable, typed, slowestMs, mostBytes] = [0, 0, 0, 0]
  for (let index = 0; index < INPUTS; index++) {
    const input = index % 2 === 0 ? mutated(corpus, run.random) : mend(mutated(corpus, run.random))
    const before = index % MEASURE_EVERY === 0 ? usedBytes() : -1
    try {
      slowestMs = Math.max(slowestMs, decodingMs(() => { if (decode(input)) usable++ }))
    } catch (error) {
      if (!(error instanceof PenfeldError)) throw new Error(`untyped error for ${Buffer.from(input).toString('hex').slice(0, 2_000)}`, { cause: error })
      typed++
    }
    if (before < 0) continue
    // A collection in between makes it negative: then this one says nothing.
    const taken = usedBytes() - before
    if (taken > ALLOCATION(input.length)) {
      const again = Math.min(...Array.from({ length: 3 }, () => {
        const start = usedBytes()
        try { decode(input) } catch { /* told above */ }
        return usedBytes() - start
      }))
      if (again > ALLOCATION(input.length)) throw new Error(`${again} bytes taken for an input of ${input.length}: ${Buffer.from(input).toString('hex').slice(0, 2_000)}`)
    }
    mostBytes = Math.max(mostBytes, taken)
  }
  run.fault(INPUTS)
  run.measure('usable', usable)
  run.measure('typed errors', typed)
  run.measure('slowestMs', slowestMs)
  run.measure('most memory KiB', mostBytes / 1_024)
  expect(slowestMs).toBeLessThan(HANG_MS)
}))

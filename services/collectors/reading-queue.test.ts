import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { RawReadings } from './port.ts'
import { createReadingQueue } from './reading-queue.ts'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

function recorder(refuse: (attempt: number) => boolean = () => false) {
  const taken: number[] = []
  let attempts = 0
  const refused: unknown[] = []
  const deliver = async ({ values }: RawReadings): Promise<void> => {
    await Promise.resolve()
    if (refuse(attempts++)) throw new Error('journal is full')
    taken.push(...values)
  }
  return { taken, refused, deliver, queue: (capacity: number) => createReadingQueue({ capacity, deliver, now: () => 7, onRefused: (error) => refused.push(error) }) }
}

test('every value arrives once and in order, whatever the journal refuses', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 30 }), fc.array(fc.nat(5), { minLength: 1, maxLength: 30 }), async (refusals, bursts) => {
    const { taken, queue, refused } = recorder((attempt) => refusals[attempt] ?? false)
    const one = queue(1_000)
    let pushed = 0
    for (const burst of bursts) {
      for (let row = 0; row < burst; row++) one.push(0, pushed, pushed++, 0)
      await vi.advanceTimersByTimeAsync(200)
    }
    const empty = one.empty()
    await vi.advanceTimersByTimeAsync(200_000)
    await empty
    expect(taken).toEqual(Array.from({ length: pushed }, (_, row) => row))
    expect(refused.length).toBeLessThanOrEqual(refusals.filter(Boolean).length)
    expect(one.waiting).toBe(0)
  }), { numRuns: 50 })
})

test('values of a quarter of a second travel together', async () => {
  const batches: RawReadings[] = []
  const one = createReadingQueue({ capacity: 10, deliver: async (batch) => void batches.push(batch), now: () => 42, onRefused: () => {} })
  one.push(3, 100, 1.5, 1)
  await vi.advanceTimersByTimeAsync(200)
  one.push(4, 200, 2.5, 0)
  await vi.advanceTimersByTimeAsync(100)
  expect(batches).toEqual([{ channels: Int32Array.of(3, 4), at: Float64Array.of(100, 200), values: Float64Array.of(1.5, 2.5), quality: Uint8Array.of(1, 0), receivedAt: 42 }])
})

test('a full queue says so, counts what is on its way, and has room again afterwards', async () => {
  const { queue, taken } = recorder((attempt) => attempt === 0)
  const one = queue(2)
  expect([one.push(0, 0, 1, 0), one.push(0, 0, 2, 0), one.push(0, 0, 3, 0)]).toEqual([true, true, false])
  await vi.advanceTimersByTimeAsync(300)
  expect(one.push(0, 0, 4, 0)).toBe(false)
  await vi.advanceTimersByTimeAsync(300)
  expect(taken).toEqual([1, 2])
  expect(one.push(0, 0, 5, 0)).toBe(true)
})

test('closing ends the tries and takes nothing more', async () => {
  const { queue, refused } = recorder(() => true)
  const one = queue(5)
  one.push(0, 0, 1, 0)
  await vi.advanceTimersByTimeAsync(300)
  await one.close()
  expect(refused).toHaveLength(2)
  expect(one.push(0, 0, 2, 0)).toBe(false)
})

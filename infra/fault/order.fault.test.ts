import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { openEmbeddedStore } from '#services/store/embedded/index.ts'
import type { SampleBatch, TimeSeriesStore } from '#services/store/port.ts'
import { counts } from './lab/full.ts'
import { faultSeed } from './lab/random.ts'

/** The two properties named at the end of the experiments: the order in which values come changes nothing. */
const POINTS = 3
const STEPS = 120
const STEP_MS = 10 * 60_000
const START = Date.parse('2026-10-24T20:00:00Z')
const RUNS = { seed: faultSeed(27), numRuns: counts(40, 1_000) }
const folder = mkdtempSync(join(tmpdir(), 'penfeld-order-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let stores = 0

const valueOf = (point: number, step: number) => Math.round(Math.sin(point * 100 + step) * 1_000) / 100
const batchOf = (rows: readonly (readonly [point: number, step: number])[]): SampleBatch => ({
  pointIds: Int32Array.from(rows, ([point]) => point), at: Float64Array.from(rows, ([, step]) => START + step * STEP_MS),
  values: Float64Array.from(rows, ([point, step]) => valueOf(point, step)), quality: new Uint8Array(rows.length),
})
const open = (place: string) => openEmbeddedStore(join(folder, place), { timeZone: 'Europe/Paris', packSamples: 40 })

/** Everything a reader can see, as plain numbers. */
async function contents(store: TimeSeriesStore): Promise<unknown> {
  const seen = []
  for (let point = 1; point <= POINTS; point++) {
    const { at, values, quality } = await store.read(point, START - 1, START + STEPS * STEP_MS)
    const rollups = []
    for (const step of ['hour', 'day'] as const) {
      const { sum, min, max, count } = await store.rollup(point, step, START - 86_400_000, START + STEPS * STEP_MS)
      rollups.push([...count], [...min], [...max], [...sum].map((value) => Math.round(value * 1e6) / 1e6))
    }
    seen.push([...at], [...values], [...quality], rollups, await store.revisions(point, START, START + STEPS * STEP_MS))
  }
  return seen
}

const row = fc.tuple(fc.integer({ min: 1, max: POINTS }), fc.integer({ min: 0, max: STEPS - 1 }))
const action = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('live', 'backfill', 'replay', 'import') },
  { weight: 2, arbitrary: fc.constantFrom('maintain', 'reopen') },
)

test(`live, backfill, replay and import in any interleaving give the same store (${RUNS.numRuns} runs)`, async () => {
  await fc.assert(fc.asyncProperty(fc.array(action, { maxLength: 80 }), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }), async (actions, sizes) => {
    const place = `s${stores++}`
    let store = await open(place)
    await store.register(['a', 'b', 'c'])
    const provenance = { recordedAt: START, source: 'field' }
    // Live goes upwards from the middle, backfill downwards below it; replay gives again what live gave last.
    let [live, back, turn] = [STEPS / 2, STEPS / 2, 0]
    const rows = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index).flatMap((step) => Array.from({ length: POINTS }, (_, point) => [point + 1, step] as const))
    const act = async (name: (typeof actions)[number]) => {
      const size = sizes[turn++ % sizes.length]
      if (name === 'maintain') await store.maintain(2)
      else if (name === 'reopen') {
        await store.close()
        store = await open(place)
      } else if (name === 'live') {
        await store.append(batchOf(rows(live, Math.min(STEPS, live + size))), provenance)
        live = Math.min(STEPS, live + size)
      } else if (name === 'backfill') {
        await store.append(batchOf(rows(Math.max(0, back - size), back).reverse()), provenance)
        back = Math.max(0, back - size)
      } else if (name === 'replay') await store.append(batchOf(rows(Math.max(0, live - size), live).filter(([, step]) => step >= back)), provenance)
      else {
        const from = Math.max(0, back - size)
        for (let point = 1; point <= POINTS; point++) {
          const { at, values, quality } = batchOf(rows(from, back).filter(([of]) => of === point))
          await store.importSeries(point, { at, values, quality }, provenance)
        }
        back = from
      }
    }
    for (const name of actions) await act(name)
    // To the end, so that all have the same values.
    while (live < STEPS) await act('live')
    while (back > 0) await act('backfill')
    if (turn % 2 === 0) while (await store.maintain(100)) { /* to its end */ }
    const seen = await contents(store)
    await store.close()

    const straight = await open(`s${stores++}`)
    await straight.register(['a', 'b', 'c'])
    await straight.append(batchOf(rows(0, STEPS)), provenance)
    expect(seen).toEqual(await contents(straight))
    await straight.close()
  }), RUNS)
})

test(`in whatever order values arrive, and in whatever batches, aggregates are the same (${RUNS.numRuns} runs)`, async () => {
  await fc.assert(fc.asyncProperty(fc.uniqueArray(row, { maxLength: 150, selector: ([point, step]) => point * 1_000 + step }).chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }), fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 }))), async ([rows, shuffled, sizes]) => {
    const seen: unknown[] = []
    for (const [order, packs] of [[rows, false], [shuffled, true], [shuffled.toReversed(), false]] as const) {
      const store = await open(`s${stores++}`)
      await store.register(['a', 'b', 'c'])
      let turn = 0
      for (let from = 0; from < order.length;) {
        const size = sizes[turn++ % sizes.length]
        await store.append(batchOf(order.slice(from, from + size)), { recordedAt: START, source: 'field' })
        from += size
        if (packs) await store.maintain(1)
      }
      if (packs) while (await store.maintain(100)) { /* to its end */ }
      seen.push(await contents(store))
      await store.close()
    }
    expect(seen[1]).toEqual(seen[0])
    expect(seen[2]).toEqual(seen[0])
  }), RUNS)
})

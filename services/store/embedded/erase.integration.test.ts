import fc from 'fast-check'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { batchOf } from '../contract.ts'
import { openEmbeddedReader } from './reader.ts'
import { openEmbeddedStore } from './store.ts'

const zone = { timeZone: 'Europe/Paris' }
const MINUTE = 60_000
const T0 = Date.parse('2026-01-12T00:00:00Z')
let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'penfeld-erase-')) })
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const settle = async (store: { maintain(ms: number): Promise<boolean> }) => { while (await store.maintain(1_000)) { /* to its end */ } }
/** A double that no other series has, as it stands in memory: blobs, columns and SQLite's own reals (big-endian) are searched for it. */
const CANARY = 8_123.456789012345
/** Blocks are compressed: of them the middle of what was written is searched for. */
const middlesOfBlocks = (pointId: number): Buffer[] => {
  const database = new DatabaseSync(join(folder, 'samples.sqlite'), { readOnly: true })
  const rows = database.prepare('SELECT payload FROM blocks WHERE pointId = ?').all(pointId) as { payload: Uint8Array }[]
  database.close()
  return rows.map(({ payload }) => Buffer.from(payload.slice(payload.length / 2 - 8, payload.length / 2 + 8)))
}
const littleEndian = Buffer.from(Float64Array.of(CANARY).buffer)
const patterns = [littleEndian, Buffer.from(littleEndian).reverse()]
const filesWithCanary = (more: readonly Buffer[] = []) => readdirSync(folder).filter((name) => {
  const bytes = readFileSync(join(folder, name))
  return [...patterns, ...more].some((pattern) => bytes.includes(pattern))
})

test('no byte of an erased value is left in any file: journal, tail, revisions, roll-ups, newest values, side files', async () => {
  const store = await openEmbeddedStore(folder, { ...zone, packSamples: 50 })
  const reader = await openEmbeddedReader(folder, zone)
  const [mine, other] = await store.register(['mine', 'other'])
  const give = async (from: number, to: number) => {
    for (let minute = from; minute < to; minute++) await store.append(batchOf([[mine!, T0 + minute * MINUTE, CANARY + minute % 3], [other!, T0 + minute * MINUTE, minute]]), { recordedAt: T0, source: 's' })
  }
  await give(0, 120)
  await settle(store)
  // A revision, and again a part that is not packed.
  await store.append(batchOf([[mine!, T0, 1]]), { recordedAt: T0, source: 'anne', reason: 'r' })
  await store.append(batchOf([[mine!, T0, CANARY]]), { recordedAt: T0, source: 'anne', reason: 'r' })
  await give(120, 140)
  const blocks = middlesOfBlocks(mine!)
  expect(blocks.length).toBeGreaterThan(0)
  for (const block of blocks) expect(filesWithCanary([block]).join()).toContain('samples.sqlite')
  expect(filesWithCanary().join()).toContain('journal.sqlite')
  const before = await reader.read(other!, T0, Infinity)
  expect((await reader.read(mine!, T0, Infinity)).at.length).toBe(140)

  expect(await store.erase(Int32Array.of(mine!), -Infinity, Infinity)).toBe(142)
  expect(filesWithCanary(blocks)).toEqual([])
  for (const side of [store, reader]) {
    expect((await side.read(mine!, -Infinity, Infinity)).at.length).toBe(0)
    expect(await side.revisions(mine!, -Infinity, Infinity)).toEqual([])
    expect((await side.latest(Int32Array.of(mine!))).at[0]).toBeNaN()
    expect([...(await side.rollup(mine!, 'hour', T0, T0 + 180 * MINUTE)).count]).toEqual([0, 0, 0])
    expect(await side.read(other!, T0, Infinity)).toEqual(before)
  }
  expect(await store.erase(Int32Array.of(mine!), -Infinity, Infinity)).toBe(0)
  await store.close()
  expect(filesWithCanary()).toEqual([])
  await reader.close()
})

test('the time of others stays: what remains is read, rolled up and followed as if the erased part had never been', async () => {
  const rows = fc.array(fc.record({ at: fc.integer({ min: 0, max: 400 }), value: fc.integer({ min: 0, max: 9 }), point: fc.constantFrom(0, 1) }), { minLength: 1, maxLength: 60 })
  await fc.assert(fc.asyncProperty(rows, fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 60 }), async (given, start, length, packedAt) => {
    const own = mkdtempSync(join(tmpdir(), 'penfeld-erase-'))
    const [from, to] = [T0 + start * MINUTE, T0 + (start + length) * MINUTE]
    const [erased, never] = await Promise.all(['erased', 'never'].map((name) => openEmbeddedStore(join(own, name), { ...zone, packSamples: 10 })))
    for (const store of [erased!, never!]) {
      const ids = await store.register(['a', 'b'])
      const kept = given.filter(({ point, at }) => store === erased || point === 1 || T0 + at * MINUTE < from || T0 + at * MINUTE >= to)
      for (const [place, { point, at, value }] of kept.entries()) {
        await store.append(batchOf([[ids[point]!, T0 + at * MINUTE, value]]), { recordedAt: T0, source: 's' })
        if (place === packedAt) await settle(store)
      }
    }
    const { at } = await erased!.read(1, from, to)
    const revised = (await erased!.revisions(1, from, to)).filter(({ revision }) => revision > 0).length
    expect(await erased!.erase(Int32Array.of(1), from, to)).toBe(at.length + revised)
    const answers = async (store: NonNullable<typeof erased>) => [
      await store.read(1, 0, Infinity), await store.read(2, 0, Infinity), await store.rollup(1, 'hour', T0, T0 + 500 * MINUTE), [...(await store.latest(Int32Array.of(1, 2))).values],
    ]
    expect(await answers(erased!)).toEqual(await answers(never!))
    await settle(erased!)
    expect(await answers(erased!)).toEqual(await answers(never!))
    await Promise.all([erased!.close(), never!.close()])
    rmSync(own, { recursive: true, force: true })
  }), { numRuns: 12 })
})

test('while it is half packed, and while one reader holds an older state for a moment', async () => {
  const store = await openEmbeddedStore(folder, { ...zone, packSamples: 40 })
  const points = await store.register(Array.from({ length: 30 }, (_, i) => `p${i}`))
  for (let minute = 0; minute < 30; minute++) await store.append(batchOf([...points].map((point) => [point, T0 + minute * MINUTE, point === points[3] ? CANARY : minute])), { recordedAt: T0, source: 's' })
  expect(await store.maintain(0.01)).toBe(true)
  await store.erase(points.subarray(3, 4), T0, T0 + 60 * MINUTE)
  await settle(store)
  expect(filesWithCanary()).toEqual([])
  expect((await store.read(points[3]!, 0, Infinity)).at.length).toBe(0)
  expect((await store.read(points[4]!, 0, Infinity)).at.length).toBe(30)
  await store.close()
})

test('while values of others come in and are packed: they all stay, and what is erased does not come back by way of a packing under way', async () => {
  const store = await openEmbeddedStore(folder, { ...zone, packSamples: 60 })
  const [mine, other] = await store.register(['mine', 'other'])
  for (let minute = 0; minute < 300; minute++) await store.append(batchOf([[mine!, T0 + minute * MINUTE, CANARY], [other!, T0 + minute * MINUTE, minute]]), { recordedAt: T0, source: 's' })
  let erasing = true
  const rest = (async () => {
    for (let minute = 300; erasing || minute < 400; minute++) {
      await store.append(batchOf([[other!, T0 + minute * MINUTE, minute]]), { recordedAt: T0, source: 's' })
      await store.maintain(0.05)
    }
  })()
  expect(await store.erase(Int32Array.of(mine!), T0, T0 + 300 * MINUTE)).toBe(300)
  erasing = false
  await rest
  await settle(store)
  const { values } = await store.read(other!, 0, Infinity)
  expect([...values]).toEqual(Array.from({ length: values.length }, (_, minute) => minute))
  expect(values.length).toBeGreaterThanOrEqual(400)
  expect((await store.read(mine!, 0, Infinity)).at.length).toBe(0)
  await store.close()
  expect(filesWithCanary()).toEqual([])
})

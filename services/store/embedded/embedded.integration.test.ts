import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { batchOf, storeContract } from '../contract.ts'
import type { TimeSeriesReader } from '../port.ts'
import { openEmbeddedReader } from './reader.ts'
import { openEmbeddedStore } from './store.ts'

const zone = { timeZone: 'Europe/Paris' }

storeContract('the embedded store', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-store-'))
  const opened = new Set<{ close(): Promise<void> }>()
  const open = async () => {
    const store = await openEmbeddedStore(folder, zone)
    opened.add(store)
    return store
  }
  return {
    open,
    reader: (): Promise<TimeSeriesReader> => openEmbeddedReader(folder, zone),
    async reopen(store) {
      opened.delete(store)
      await store.close()
      return open()
    },
    async dispose() {
      for (const store of opened) await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
})

test('one writer a store, said with the holder; a reader waits for a store that is not there yet', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-store-'))
  const reader = await openEmbeddedReader(folder, zone)
  expect([...(await reader.lookup(['p']))]).toEqual([-1])
  const store = await openEmbeddedStore(folder, zone)
  await expect(openEmbeddedStore(folder, zone)).rejects.toThrow(new RegExp(`PF_STORE_LOCKED.*Process ${process.pid} `))
  const [point] = await store.register(['p'])
  await store.append(batchOf([[point, 1_000, 4]]), { recordedAt: 1_000, source: 'test' })
  expect((await reader.read(point, 0, 2_000)).values[0]).toBe(4)
  await store.close()
  await (await openEmbeddedStore(folder, zone)).close()
  await reader.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a reader that read before packing, and one that comes after it, see the same', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-store-'))
  const store = await openEmbeddedStore(folder, zone)
  const points = await store.register(Array.from({ length: 40 }, (_, index) => `p${index}`))
  const early = await openEmbeddedReader(folder, zone)
  // More than one packing, so that small blocks are joined too.
  const rows = 12_000
  for (let round = 0; round < 100; round++) {
    const pointIds = Int32Array.from({ length: rows }, (_, index) => points[index % 40])
    const at = Float64Array.from({ length: rows }, (_, index) => round * 3_000_000 + Math.floor(index / 40) * 10_000)
    const values = Float64Array.from({ length: rows }, (_, index) => ((index * 7 + round) % 500) / 10)
    await store.append({ pointIds, at, values, quality: new Uint8Array(rows) }, { recordedAt: round * 3_000_000, source: 'test' })
    if (round % 30 === 29) while (await store.maintain(200)) { /* to its end */ }
  }
  const late = await openEmbeddedReader(folder, zone)
  for (const point of [points[0], points[39]]) {
    const all = await Promise.all([store, early, late].map((side) => side.read(point, 0, Infinity)))
    expect(all[0].at.length).toBe(30_000)
    expect(all[1]).toEqual(all[0])
    expect(all[2]).toEqual(all[0])
  }
  await Promise.all([early.close(), late.close(), store.close()])
  rmSync(folder, { recursive: true, force: true })
})

test('while it packs, point by point, values come, come late and are revised: every answer is right at every moment, and after a stop in between', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-store-'))
  const HOUR = 3_600_000
  const T0 = Date.parse('2026-01-12T00:00:00Z')
  let store = await openEmbeddedStore(folder, { ...zone, packSamples: 60 })
  const reader = await openEmbeddedReader(folder, zone)
  const points = await store.register(Array.from({ length: 8 }, (_, index) => `p${index}`))
  const expected = points.reduce((all, point) => all.set(point, new Map<number, number>()), new Map<number, Map<number, number>>())
  const give = async (point: number, at: number, value: number) => {
    await store.append(batchOf([[point, at, value]]), { recordedAt: at, source: 'test' })
    expected.get(point)!.set(at, value)
  }
  const check = async () => {
    for (const side of [store, reader]) {
      const latest = await side.latest(points)
      for (const [index, point] of points.entries()) {
        const rows = [...expected.get(point)!].sort(([left], [right]) => left - right)
        const { at, values } = await side.read(point, 0, Infinity)
        expect([[...at], [...values]]).toEqual([rows.map(([time]) => time), rows.map(([, value]) => value)])
        expect([latest.at[index], latest.values[index]]).toEqual(rows.at(-1) ?? [NaN, NaN])
        const { count, max } = await side.rollup(point, 'hour', T0, T0 + HOUR)
        expect([count[0], max[0]]).toEqual(rows.length === 0 ? [0, NaN] : [rows.length, Math.max(...rows.map(([, value]) => value))])
      }
    }
  }
  let slices = 0
  for (let round = 0; round < 60; round++) {
    for (const [index, point] of points.entries()) if ((round + index) % 3 !== 0) await give(point, T0 + round * 40_000 + index, (round * 7 + index) % 50)
    if (round % 4 === 3) await give(points[round % 8], T0 + (round - 3) * 40_000 + 500, -round)
    // A value of this very time is there already for most: a revision.
    if (round % 5 === 4) await give(points[(round + 1) % 8], [...expected.get(points[(round + 1) % 8])!.keys()][0], 1_000 + round)
    if (await store.maintain(0.01)) slices++
    if (round % 6 === 0) await check()
    if (round === 37) {
      await store.close()
      store = await openEmbeddedStore(folder, { ...zone, packSamples: 60 })
      await check()
    }
  }
  while (await store.maintain(5)) slices++
  await check()
  expect(slices).toBeGreaterThan(40)
  await Promise.all([reader.close(), store.close()])
  rmSync(folder, { recursive: true, force: true })
})

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

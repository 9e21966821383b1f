import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { compareLedger, openLedger, readLedger } from './ledger.ts'

const folder = mkdtempSync(join(tmpdir(), 'penfeld-ledger-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('what was written is read, whatever a kill left half written', () => {
  const file = join(folder, 'torn')
  const first = openLedger(file)
  first.add([1, 2], [1_000, 1_000], [0.1, NaN])
  first.close()
  appendFileSync(file, new Uint8Array(7))
  const second = openLedger(file)
  second.add([1], [2_000], [-0])
  second.close()
  expect(readLedger(file)).toEqual({ points: Int32Array.of(1, 2, 1), at: Float64Array.of(1_000, 1_000, 2_000), values: Float64Array.of(0.1, NaN, -0) })
})

test('lost, doubled, invented and different values are told apart', async () => {
  const rows = { points: Int32Array.of(1, 1, 1, 1, 2), at: Float64Array.of(10, 20, 30, 30, 10), values: Float64Array.of(1, 2, 3, 4, -0) }
  const store: Record<number, { at: Float64Array; values: Float64Array }> = {
    1: { at: Float64Array.of(10, 15, 30, 30), values: Float64Array.of(1, 9, 4, 4) },
    2: { at: Float64Array.of(10), values: Float64Array.of(0) },
  }
  const read = (point: number) => Promise.resolve(store[point])
  expect(await compareLedger(rows, read)).toMatchObject({ produced: 4, stored: 2, lost: 1, doubled: 1, invented: 1, different: 1 })
  expect(await compareLedger(rows, read, { mayMiss: (point, at) => point === 1 && at === 20 })).toMatchObject({ lost: 0 })
})

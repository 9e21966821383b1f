/** The victim of kill.fault.test.ts: appends batch after batch and writes down, safe on disk, which were acknowledged. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { SampleBatch } from '../port.ts'
import { openEmbeddedStore } from './store.ts'

export const POINTS = 20
export const STEP_MS = 60_000

/** Batch `number`: a value of each point; now and then also one known already and one that corrects an earlier value. */
export function batchOf(number: number): SampleBatch {
  const rows: [point: number, at: number, value: number][] = Array.from({ length: POINTS }, (_, index) => [index + 1, number * STEP_MS, (number * 7 + index) % 1_000])
  if (number % 3 === 0) rows.push([1, (number - 1) * STEP_MS, ((number - 1) * 7) % 1_000])
  if (number % 5 === 0) rows.push([2, (number - 2) * STEP_MS, 5_000 + number])
  // Late: a time between two steps, an hour back.
  if (number % 4 === 0 && number > 60) rows.push([3, (number - 60) * STEP_MS + 1, number])
  return { pointIds: Int32Array.from(rows, (row) => row[0]), at: Float64Array.from(rows, (row) => row[1]), values: Float64Array.from(rows, (row) => row[2]), quality: new Uint8Array(rows.length) }
}

export const acknowledged = (ledger: string): number => (existsSync(ledger) ? Number(readFileSync(ledger, 'utf8').trim().split('\n').at(-1)) : 0)

if (import.meta.main) {
  const [folder, ledger, packSamples = '1500', batches = '100000'] = process.argv.slice(2)
  const store = await openEmbeddedStore(folder, { timeZone: 'Europe/Paris', packSamples: Number(packSamples) })
  await store.register(Array.from({ length: POINTS }, (_, index) => `p${index}`))
  const file = openSync(ledger, 'a')
  const first = acknowledged(ledger) + 1
  for (let number = first; number < first + Number(batches); number++) {
    try {
      await store.append(batchOf(number), { recordedAt: number * STEP_MS, source: 'victim' })
    } catch (error) {
      // Asked once more, as a driver would: a store that no longer trusts its file must refuse this too.
      process.stdout.write(`refused ${number}: ${String(error)}\n`)
      const again = await store.append(batchOf(number), { recordedAt: number * STEP_MS, source: 'victim' }).catch((refused: unknown) => `refused ${String(refused)}`)
      process.stdout.write(`again ${JSON.stringify(again)}\n`)
      process.exit(75)
    }
    writeSync(file, `${number}\n`)
    fsyncSync(file)
    if (number % 3 === 0) await store.maintain(4)
  }
  closeSync(file)
  await store.close()
}

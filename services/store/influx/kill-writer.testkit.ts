/** The victim of kill.fault.test.ts: appends batch after batch and writes down, safe on disk, which were acknowledged. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { acknowledged, batchOf, POINTS, STEP_MS } from '../embedded/kill-writer.testkit.ts'
import { readInfluxSettings } from './settings.ts'
import { openInfluxStore } from './store.ts'

export const storeOptions = (url: string) => ({ timeZone: 'Europe/Paris', measurement: 'measured', settings: readInfluxSettings(url, { INFLUX_DATABASE: 'kill' }), lines: 100, longestPauseMs: 300 })

if (import.meta.main) {
  const [folder, ledger, url] = process.argv.slice(2)
  const store = await openInfluxStore(folder, storeOptions(url))
  await store.register(Array.from({ length: POINTS }, (_, index) => `p${index}`))
  const file = openSync(ledger, 'a')
  for (let number = acknowledged(ledger) + 1; number < 100_000; number++) {
    await store.append(batchOf(number), { recordedAt: number * STEP_MS, source: 'victim' })
    writeSync(file, `${number}\n`)
    fsyncSync(file)
  }
  closeSync(file)
}

/**
 * Prints how fast the history of the demonstration is made, without storing it.
 *   node services/simulator/history-speed.ts [DAYS]
 */
import { readEnvironment } from '#services/config/environment.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import { makeHistory } from './history.ts'

const environment = readEnvironment()
const days = Number(process.argv[2] ?? environment.historyDays)
const { district } = await loadDistrict(environment.districtFolder, environment.variables)
const to = Date.parse('2026-02-10T09:00:00Z')
const begun = performance.now()
let firstMs = NaN
let samples = 0
for await (const { at } of makeHistory({ district, from: to - days * 86_400_000, to })) {
  if (samples === 0) firstMs = performance.now() - begun
  samples += at.length
}
const tookS = (performance.now() - begun) / 1_000
process.stdout.write(`${days} days, ${(samples / 1e6).toFixed(1)} M samples in ${tookS.toFixed(1)} s: ${(samples / tookS / 1e6).toFixed(2)} M/s; first values after ${(firstMs / 1_000).toFixed(1)} s\n`)

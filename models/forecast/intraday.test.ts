import { expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { carriedOver, correction } from './intraday.ts'

const random = seeded(8)
/** Errors that fade by a tenth each hour. */
const fading = (count: number) => {
  let error = 0
  return Float64Array.from({ length: count }, () => (error = 0.9 * error + random() - 0.5))
}

test('errors that fade are taken off, less and less with the hours, and the forecast is nearer for it', () => {
  const carried = carriedOver(fading(4_000), 3600, 24)
  expect(carried[0]).toBeGreaterThan(0.75)
  expect(carried[5]).toBeLessThan(carried[0]! - 0.2)
  expect(carried[23]).toBeLessThan(0.25)
  const fresh = fading(4_000)
  let [plain, corrected] = [0, 0]
  for (let now = 24; now + 6 < fresh.length; now += 24) {
    const off = correction(fresh.subarray(now - 24, now), carried, 3600)
    for (let ahead = 0; ahead < 6; ahead += 1) {
      plain += Math.abs(fresh[now + ahead]!)
      corrected += Math.abs(fresh[now + ahead]! - off[ahead]!)
    }
  }
  expect(corrected).toBeLessThan(0.85 * plain)
})

test('errors without memory change nothing, and without errors nothing is taken off', () => {
  const carried = carriedOver(Float64Array.from({ length: 4_000 }, () => random() - 0.5), 3600, 24)
  expect(Math.max(...carried)).toBeLessThan(0.1)
  expect([...correction(new Float64Array(4).fill(NaN), carried, 3600)].every((off) => off === 0)).toBe(true)
})

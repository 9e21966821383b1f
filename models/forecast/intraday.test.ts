import { expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { carriedOver, correction, leftOver } from './intraday.ts'

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

test('what is left of errors that fade is little at first, nearly all of a day later, and a band that narrow still holds', () => {
  const past = fading(8_000)
  const carried = carriedOver(past, 3600, 24)
  const left = leftOver(past, carried, 3600)
  // The next error is 0.9 of the last one, and chance: with two hours known, about half of its size.
  expect(left[0]).toBeGreaterThan(0.4)
  expect(left[0]).toBeLessThan(0.65)
  expect(left[23]).toBeGreaterThan(0.95)
  const edge = [...past].map(Math.abs).sort((a, b) => a - b)[Math.floor(0.9 * past.length)]!
  const fresh = fading(8_000)
  for (const ahead of [0, 3, 12]) {
    let within = 0
    let count = 0
    for (let now = 24; now + ahead < fresh.length; now += 5) {
      const off = correction(fresh.subarray(now - 24, now), carried, 3600)
      within += Math.abs(fresh[now + ahead]! - off[ahead]!) <= left[ahead]! * edge ? 1 : 0
      count += 1
    }
    expect(within / count).toBeGreaterThan(0.86)
    expect(within / count).toBeLessThan(0.94)
  }
})

test('errors without memory change nothing, and without errors nothing is taken off', () => {
  const carried = carriedOver(Float64Array.from({ length: 4_000 }, () => random() - 0.5), 3600, 24)
  expect(Math.max(...carried)).toBeLessThan(0.1)
  expect([...correction(new Float64Array(4).fill(NaN), carried, 3600)].every((off) => off === 0)).toBe(true)
})

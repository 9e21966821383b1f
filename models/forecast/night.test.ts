import { describe, expect, test } from 'vitest'
import { createNight } from './night.ts'
import { slotGrid } from './slot-grid.ts'
import { cellTimes, type Site } from './sun-terms.ts'
import { clearSkyWm2 } from './sun.ts'

const BREST: Site = { latitude: 48.39, longitude: -4.49 }
const DAYS = 60
const grid = slotGrid(Date.parse('2026-02-28T23:00:00Z'), 48 * DAYS, 1800, 'Europe/Paris')
const { perDay } = grid
const produced = clearSkyWm2(cellTimes(grid), 1800, BREST.latitude, BREST.longitude)
const knownBefore = (originDay: number, values = produced) => (day: number, slot: number) => (day < originDay ? values[day * perDay + slot]! : NaN)

describe.each([['with', BREST], ['without', undefined]] as const)('%s the site', (_, site) => {
  test('in spring no hour of light is called dark, and nearly all of the night is', () => {
    let [dark, night] = [0, 0]
    for (let day = 30; day < DAYS; day += 1) {
      const known = createNight(grid, site, knownBefore(day))
      known.look(day)
      for (let slot = 0; slot < perDay; slot += 1) {
        const value = produced[day * perDay + slot]!
        if (known.isDark(day, slot)) expect(value).toBeLessThan(1)
        if (value === 0) {
          night += 1
          if (known.isDark(day, slot)) dark += 1
        }
      }
    }
    expect(dark / night).toBeGreaterThan(0.85)
  })

  test('what produces at night is not called dark: a battery, a clock that is wrong', () => {
    const late = createNight(grid, site, (day, slot) => knownBefore(40)(day, (slot + 36) % perDay))
    late.look(40)
    // Noon stands at 20 o'clock by that clock.
    expect(late.isDark(40, 44)).toBe(false)
  })
})

test('days of which nothing is known make no night of the clock alone, the sun does', () => {
  const nothing = () => NaN
  const [blind, seeing] = [createNight(grid, undefined, nothing), createNight(grid, BREST, nothing)]
  blind.look(30)
  seeing.look(30)
  expect(blind.isDark(30, 4)).toBe(false)
  expect(seeing.isDark(30, 4)).toBe(true)
  expect(seeing.isDark(30, 26)).toBe(false)
})

test('a field that stood still for weeks does not make noon dark', () => {
  const still = createNight(grid, undefined, (day, slot) => (day < 20 ? produced[day * perDay + slot]! : day < 50 ? 0 : NaN))
  for (let day = 15; day <= 50; day += 1) still.look(day)
  expect(still.isDark(50, 26)).toBe(false)
})

import { describe, expect, test } from 'vitest'
import { baseLoad } from './base-load.ts'
import { loadCalendar } from './day-type.ts'
import { fitTypicalCurve, flatCurve, typicalPowerKw } from './typical.ts'

const timeZone = 'Europe/Paris'
const from = Date.parse('2025-01-01T00:00:00Z')
const at = Float64Array.from({ length: 365 * 144 }, (_, i) => from + i * 600_000)
const calendar = loadCalendar(at, timeZone)
/** Cold in winter, with a weekly wave so that the response can be told from the season. */
const temperatureC = Float64Array.from(at, (_, i) => 11 - 9 * Math.cos((2 * Math.PI * i) / at.length) + 3 * Math.sin(i / 500))
const energyKwh = (powerKw: Float64Array) => powerKw.reduce((sum, kw) => sum + kw / 6, 0)

/** A load that follows its hour, its day type and the cold: 0.1 kW a degree below 16. */
const truthKw = Float64Array.from(at, (_, i) => 1 + calendar.minuteOfDay[i]! / 1440 + calendar.dayType[i]! / 4 + 0.1 * Math.max(0, 16 - temperatureC[i]!))

describe('typical curve', () => {
  const energy = energyKwh(truthKw)
  const curve = fitTypicalCurve('dwelling', [{ powerKw: truthKw, annualEnergyKwh: energy }], calendar, temperatureC)

  test('gives back level, day type and response to cold of the curve it was made from', () => {
    const modelKw = typicalPowerKw(curve, energy, calendar, temperatureC)
    const error = modelKw.reduce((sum, kw, i) => sum + Math.abs(kw - truthKw[i]!), 0) / truthKw.reduce((a, b) => a + b)
    expect(error).toBeLessThan(0.01)
    expect(curve.perDegree[8]! * (energy / 8760)).toBeCloseTo(0.1, 2)
  })

  test('scales with the energy of the year', () => {
    const doubled = typicalPowerKw(curve, 2 * energy, calendar, temperatureC)
    expect(energyKwh(doubled)).toBeCloseTo(2 * energyKwh(typicalPowerKw(curve, energy, calendar, temperatureC)), 6)
  })

  test('a meter that tells hours only makes hours, not gaps', () => {
    const hourly = truthKw.map((kw, i) => (i % 6 === 0 ? kw : NaN))
    const modelKw = typicalPowerKw(fitTypicalCurve('lamp', [{ powerKw: hourly, annualEnergyKwh: energy }], calendar, temperatureC), energy, calendar, temperatureC)
    const error = modelKw.reduce((sum, kw, i) => sum + Math.abs(kw - truthKw[i]!), 0) / truthKw.reduce((a, b) => a + b)
    expect(error).toBeLessThan(0.02)
  })

  test('a class without a consented meter is flat and says so', () => {
    expect(fitTypicalCurve('bakery', [], calendar, temperatureC)).toEqual(flatCurve('bakery'))
    expect(new Set(typicalPowerKw(flatCurve('bakery'), 8760, calendar, temperatureC))).toEqual(new Set([1]))
    expect(flatCurve('bakery').curves).toBe(0)
  })
})

test('base load is the usual lowest hour, whatever one outage does', () => {
  const days = 10
  const hourly = Float64Array.from({ length: days * 24 }, (_, i) => (i % 24 < 5 ? 0.4 : 3))
  const dayIndex = Int32Array.from({ length: days * 24 }, (_, i) => Math.floor(i / 24))
  hourly.fill(0, 48, 52)
  expect(baseLoad(hourly, dayIndex, 3600)).toBe(0.4)
  expect(baseLoad(hourly.subarray(0, 6 * 24), dayIndex.subarray(0, 6 * 24), 3600)).toBeNaN()
})

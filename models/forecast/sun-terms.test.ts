import { describe, expect, test } from 'vitest'
import { slotGrid } from './slot-grid.ts'
import { cellTimes, diffuseShare, sunTerms, type Site } from './sun-terms.ts'
import { clearSkyWm2, sunPosition } from './sun.ts'

const BREST: Site = { latitude: 48.39, longitude: -4.49 }
const HOUR = 3_600_000
const FROM = Date.parse('2026-06-20T22:00:00Z')
const grid = slotGrid(FROM, 48 * 4, 1800, 'Europe/Paris')
const clear = clearSkyWm2(cellTimes(grid), 1800, BREST.latitude, BREST.longitude)
const irradiance = (values: Float64Array) => [{ kind: 'irradiance' as const, values, knots: [] }]
const column = ({ names, columns }: ReturnType<typeof sunTerms>, name: string) => columns[names.indexOf(name)]!

describe('start of each cell', () => {
  test('steps of the grid lie where their cells are, on days of 23 and 25 hours from dawn on', () => {
    for (const from of ['2026-03-27T23:00:00Z', '2026-10-23T22:00:00Z']) {
      const start = Date.parse(from)
      const own = slotGrid(start, 24 * 4, 3600, 'Europe/Paris')
      const at = cellTimes(own)
      own.cellOf.forEach((cell, step) => {
        if (cell % 24 >= 3) expect(at[cell]).toBe(start + step * HOUR)
      })
    }
  })
})

test('the diffuse share: overcast all of it, clear a sixth, and the published curve in between', () => {
  expect(diffuseShare(0)).toBe(1)
  expect(diffuseShare(0.9)).toBe(0.165)
  // Erbs et al.: 0.6587 at 0.5 by the polynomial; without a step where the pieces meet.
  expect(diffuseShare(0.5)).toBeCloseTo(0.9511 - 0.0802 + 1.097 - 2.07975 + 0.771, 10)
  expect(Math.abs(diffuseShare(0.22) - diffuseShare(0.2200001))).toBeLessThan(0.002)
  expect(Math.abs(diffuseShare(0.8) - diffuseShare(0.8000001))).toBeLessThan(0.002)
})

describe('what the sun does to a field', () => {
  const terms = sunTerms(irradiance(clear), grid, BREST)

  test('beams from east and south, with the light of the sky, are what falls on a tilted plane', () => {
    // A plane that looks south-east at 30 degrees, straight from the angle of incidence.
    const { elevationDeg, azimuthDeg } = sunPosition(cellTimes(grid).map((at) => at + 900_000), BREST.latitude, BREST.longitude)
    const radians = (degrees: number) => (degrees * Math.PI) / 180
    let compared = 0
    for (let cell = 0; cell < 48; cell += 1) {
      const [elevation, azimuth] = [radians(elevationDeg[cell]!), radians(azimuthDeg[cell]!)]
      if (elevation < radians(8)) continue
      const diffuse = column(terms, 'diffuse')[cell]!
      const normal = (clear[cell]! - diffuse) / Math.sin(elevation)
      const direct = normal * (Math.sin(elevation) * Math.cos(radians(30)) + Math.cos(elevation) * Math.sin(radians(30)) * Math.cos(azimuth - radians(135)))
      const composed = (clear[cell]! - diffuse) * Math.cos(radians(30)) + Math.sin(radians(30)) * Math.SQRT1_2 * (column(terms, 'beam-from-east')[cell]! + column(terms, 'beam-from-south')[cell]!)
      expect(composed).toBeCloseTo(direct, 6)
      compared += 1
    }
    expect(compared).toBeGreaterThan(24)
  })

  test('a clear sky is one at every hour of light, half of it a half; at night nothing is divided by nothing', () => {
    for (const [share, values] of [[1, clear], [0.5, clear.map((value) => value / 2)]] as const) {
      const own = sunTerms(irradiance(values), grid, BREST)
      for (const name of ['clearness', 'clearness-around', 'clearness-day']) for (const value of column(own, name)) expect(value).toBeCloseTo(share, 9)
    }
    for (const values of terms.columns) expect(values.every(Number.isFinite)).toBe(true)
  })

  test('the light of the hours around is where it belongs', () => {
    const noon = 48 + 26
    expect(column(terms, 'light-2h-before')[noon]).toBe(clear[noon - 4])
    expect(column(terms, 'light-1h-after')[noon]).toBe(clear[noon + 2])
    expect(column(terms, 'light-around-3h')[noon]).toBeCloseTo(clear.subarray(noon - 3, noon + 4).reduce((sum, value) => sum + value, 0) / 7, 9)
    expect(column(terms, 'light-24h')[noon]).toBeCloseTo(clear.subarray(noon - 47, noon + 1).reduce((sum, value) => sum + value, 0) / 48, 9)
  })

  test('without the irradiance the clear sky is the light, without the site the irradiance, without both every hour is alike', () => {
    expect(sunTerms([], grid, BREST).light).toEqual(clear)
    expect(sunTerms(irradiance(clear), grid, undefined).light).toEqual(clear)
    expect(sunTerms([], grid, undefined)).toEqual({ names: [], columns: [], ofDate: 0, light: new Float64Array(clear.length).fill(1) })
    // Several stations are one sky.
    expect(sunTerms([...irradiance(clear), ...irradiance(clear.map((value) => value / 2))], grid, undefined).light[26]).toBeCloseTo(0.75 * clear[26]!, 9)
  })
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clearSkyWm2, haurwitzWm2, refractionDeg, sunPosition } from './sun.ts'

const BREST = [48.39, -4.49] as const
const HOUR_MS = 3_600_000
const one = (time: string, latitude: number, longitude: number) => {
  const { elevationDeg, azimuthDeg } = sunPosition(Float64Array.of(Date.parse(time)), latitude, longitude)
  return { elevation: elevationDeg[0]!, azimuth: azimuthDeg[0]! }
}
const hoursFrom = (time: string, hours: number) => Float64Array.from({ length: hours }, (_, i) => Date.parse(time) + i * HOUR_MS)

test('the worked example of the Solar Position Algorithm (Reda and Andreas, NREL/TP-560-34302): Golden, 17 October 2003', () => {
  const { elevation, azimuth } = one('2003-10-17T19:30:30Z', 39.742476, -105.1786)
  // Published: 39.872046 without refraction, azimuth 194.34024, zenith 50.11162 with the refraction of 820 hPa and 11 degC.
  expect(Math.abs(elevation - 39.872046)).toBeLessThan(0.01)
  expect(Math.abs(azimuth - 194.34024)).toBeLessThan(0.01)
  const thinner = (820 / 1010) * (283 / 284)
  expect(Math.abs(90 - elevation - thinner * refractionDeg(elevation) - 50.11162)).toBeLessThan(0.01)
})

test('at noon of the solstices and equinoxes the sun stands at 90 degrees less latitude plus declination', () => {
  const highest = (day: string) => {
    const at = Float64Array.from({ length: 24 * 60 }, (_, i) => Date.parse(`${day}T00:00:00Z`) + i * 60_000)
    return sunPosition(at, ...BREST).elevationDeg.reduce((a, b) => Math.max(a, b))
  }
  // Days and the obliquity (23.4367) of 2020 from the almanac; an equinox at 03:50 UT is half a day from Brest's noon.
  expect(highest('2020-06-20')).toBeCloseTo(90 - BREST[0] + 23.437, 1)
  expect(highest('2020-12-21')).toBeCloseTo(90 - BREST[0] - 23.437, 1)
  expect(Math.abs(highest('2020-03-20') - (90 - BREST[0]))).toBeLessThan(0.2)
})

test('at the March equinox of 2020 (20 March 03:49:36 UT) the declination passes through zero', () => {
  // Seen from the pole the elevation is the declination.
  expect(Math.abs(one('2020-03-20T03:49:36Z', 90, 0).elevation)).toBeLessThan(0.003)
  expect(Math.abs(one('2024-09-22T12:43:40Z', 90, 0).elevation)).toBeLessThan(0.003)
})

test('refraction at the horizon is half a degree and vanishes at the zenith', () => {
  expect(refractionDeg(0) * 60).toBeCloseTo(29, 0)
  expect(refractionDeg(45) * 60).toBeCloseTo(1, 1)
  expect(Math.abs(refractionDeg(90))).toBeLessThan(0.001)
  expect(refractionDeg(-5)).toBe(0)
})

test('Haurwitz gives the published values by elevation', () => {
  for (const [elevation, value] of [[5, 48.6298687941956], [10, 135.741748091813], [30, 487.894132885425], [50, 778.766689344363], [90, 1035.0920325345]] as const) {
    expect(haurwitzWm2(Math.sin((elevation * Math.PI) / 180))).toBeCloseTo(value, 6)
  }
  for (const elevation of [-20, -0.05, -0.001]) expect(haurwitzWm2(Math.sin((elevation * Math.PI) / 180))).toBe(0)
})

test('the clear sky is dark at night, has its highest hour about solar noon and is alike on both sides of it', () => {
  // Brest lies 4.49 degrees west: solar noon of 20 June is at 12:19:40 UT (18 min for the longitude, 1.7 for the equation of time).
  const noon = Date.parse('2020-06-20T12:19:40Z')
  const [before, after] = [clearSkyWm2(Float64Array.of(noon - 4 * HOUR_MS), 3600, ...BREST)[0]!, clearSkyWm2(Float64Array.of(noon + 3 * HOUR_MS), 3600, ...BREST)[0]!]
  expect(Math.abs(before / after - 1)).toBeLessThan(0.003)
  const day = clearSkyWm2(hoursFrom('2020-06-20T00:00:00Z', 24), 3600, ...BREST)
  expect(day.indexOf(day.reduce((a, b) => Math.max(a, b)))).toBe(12)
  for (const hour of [0, 1, 2, 3, 22, 23]) expect(day[hour]).toBe(0)
  expect(clearSkyWm2(hoursFrom('2020-12-21T00:00:00Z', 24), 3600, 78, 15).every((value) => value === 0)).toBe(true)
})

test('a mean over an hour is the mean over its quarters, and a day has the energy that a fine integral gives', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20_000 * 24 }), fc.double({ min: -66, max: 66, noNaN: true }), fc.double({ min: -180, max: 180, noNaN: true }), (hour, latitude, longitude) => {
      const at = hour * HOUR_MS
      const quarters = clearSkyWm2(Float64Array.from([0, 1, 2, 3], (q) => at + (q * HOUR_MS) / 4), 900, latitude, longitude)
      const whole = clearSkyWm2(Float64Array.of(at), 3600, latitude, longitude)[0]!
      expect(Math.abs(whole - (quarters[0]! + quarters[1]! + quarters[2]! + quarters[3]!) / 4)).toBeLessThan(1e-6)
      const seconds = Float64Array.from({ length: 360 }, (_, i) => at + 5000 + i * 10_000)
      const fine = sunPosition(seconds, latitude, longitude).elevationDeg.reduce((sum, e) => sum + haurwitzWm2(Math.sin((e * Math.PI) / 180)), 0) / 360
      expect(Math.abs(whole - fine)).toBeLessThan(0.5)
    }),
    { numRuns: 200 },
  )
})

test('everywhere: elevations within 90 degrees, azimuths from 0 to 360, east in the morning and west in the afternoon', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20_000 * 24 * 4 }), fc.double({ min: -89, max: 89, noNaN: true }), fc.double({ min: -180, max: 180, noNaN: true }), (quarter, latitude, longitude) => {
      const at = quarter * 900_000
      const { elevationDeg, azimuthDeg } = sunPosition(Float64Array.of(at - 60_000, at, at + 60_000), latitude, longitude)
      expect(elevationDeg.every((e) => Math.abs(e) <= 90)).toBe(true)
      expect(azimuthDeg.every((a) => a >= 0 && a < 360)).toBe(true)
      const climb = elevationDeg[2]! - elevationDeg[0]!
      if (Math.abs(climb) > 1e-3) expect(climb > 0).toBe(azimuthDeg[1]! < 180)
    }),
    { numRuns: 500 },
  )
})

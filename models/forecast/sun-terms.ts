import { localDateStart } from '#models/units/local-time.ts'
import type { SlotGrid } from './slot-grid.ts'
import { clearSkyWm2, sunPosition } from './sun.ts'
import { carriedOn, type WeatherInput, type WeatherTerms } from './weather-terms.ts'

/** Where a series is measured, in degrees, north and east positive. */
export interface Site {
  readonly latitude: number
  readonly longitude: number
}

export interface SunTerms extends WeatherTerms {
  /** What falls on level ground at each cell, in W/m2: the irradiance that is told, else that of a clear sky, else the same at all times. */
  readonly light: Float64Array
  /** How many of the terms, the first, are known from the date alone. */
  readonly ofDate: number
}

const RADIANS = Math.PI / 180
const SOLAR_CONSTANT_WM2 = 1361
/** Below this the sun is so low that shares and directions of its light say nothing. */
const LOW_SUN_WM2 = 20
const LOWEST_SINE = 0.08
const MOST_CLEARNESS = 1.3
/** More than the sun gives through any air. */
const MOST_BEAM_WM2 = 1000

/** Start (UTC ms) of each cell. Clocks are changed before dawn: of a day of 23 or 25 hours the slots are counted from its end. */
export function cellTimes({ perDay, days, dayStart, stepS, firstDay, timeZone }: SlotGrid): Float64Array {
  const at = new Float64Array(days * perDay)
  const stepMs = stepS * 1000
  for (let day = 0; day < days; day += 1) {
    const end = day + 1 < days ? dayStart[day + 1]! : localDateStart(firstDay + days, timeZone)
    for (let slot = 0; slot < perDay; slot += 1) at[day * perDay + slot] = slot < perDay / 8 ? dayStart[day]! + slot * stepMs : end - (perDay - slot) * stepMs
  }
  return at
}

/**
 * The forms in which the sun acts on photovoltaics, each by cell. The irradiance of the hours around stands beside that of
 * the cell, since clouds come earlier or later than told, and its mean over hours and days, in which chance is less. With
 * the site also what no cloud is needed for (clear sky, elevation, azimuth), the share of the clear sky, and the beam from
 * the east and from the south: their weighted sum is what falls on a plane of any fixed orientation, which is learned, not told.
 */
export function sunTerms(weather: readonly WeatherInput[], grid: SlotGrid, site: Site | undefined): SunTerms {
  const { perDay, stepS } = grid
  const cells = grid.days * perDay
  const names: string[] = []
  const columns: Float64Array[] = []
  const add = (name: string, column: Float64Array) => {
    names.push(name)
    columns.push(column)
  }
  const steps = (hours: number) => Math.max(1, Math.round((hours * 3_600) / stepS))
  const clear = site === undefined ? undefined : clearSkyWm2(cellTimes(grid), stepS, site.latitude, site.longitude)
  const sun = site === undefined ? undefined : sunPosition(cellTimes(grid).map((at) => at + stepS * 500), site.latitude, site.longitude)
  if (clear !== undefined && sun !== undefined) {
    add('clear-sky', clear)
    add('elevation', sun.elevationDeg.map((degrees) => Math.max(0, Math.sin(degrees * RADIANS))))
    add('azimuth', sun.azimuthDeg)
  }
  const ofDate = names.length
  const told = weather.filter(({ kind }) => kind === 'irradiance').map(({ values }) => carriedOn(values))
  const light = told.length > 0 ? meanOf(told) : (clear ?? new Float64Array(cells).fill(1))
  if (told.length > 0) {
    addLight()
    if (clear !== undefined && sun !== undefined) addSky(clear, sun.elevationDeg, sun.azimuthDeg)
  }
  for (const { kind, values } of weather) {
    if (kind === 'irradiance') continue
    const filled = carriedOn(values)
    const day = dayMeans(filled, perDay)
    add(kind, filled)
    add(`${kind}-day`, day)
    // A change of air brings another sky.
    add(`${kind}-day-change`, day.map((value, i) => value - (day[i - perDay] ?? value)))
  }
  return { names, columns, light, ofDate }

  function addLight() {
    add('light', light)
    for (const hours of [1, 2]) {
      add(`light-${hours}h-before`, shifted(light, -steps(hours)))
      add(`light-${hours}h-after`, shifted(light, steps(hours)))
    }
    add('light-around-3h', meanAround(light, steps(1.5)))
    add('light-around-6h', meanAround(light, steps(3)))
    add('light-rise', shifted(light, steps(1)).map((value, i) => value - light[Math.max(0, i - steps(1))]!))
    add('light-3h', trailingMean(light, steps(3)))
    add('light-24h', trailingMean(light, perDay))
    add('light-day', dayMeans(light, perDay))
    // What the same light yields changes with the year.
    const angle = cellTimes(grid).map((at) => (2 * Math.PI * at) / (365.25 * 86_400_000))
    add('light-year-sin', light.map((value, i) => value * Math.sin(angle[i]!)))
    add('light-year-cos', light.map((value, i) => value * Math.cos(angle[i]!)))
  }

  function addSky(clear: Float64Array, elevationDeg: Float64Array, azimuthDeg: Float64Array) {
    const [dayLight, dayClear] = [dayMeans(light, perDay), dayMeans(clear, perDay)]
    const share = (part: number, whole: number) => Math.min(MOST_CLEARNESS, whole > 0 ? part / whole : 0)
    const ofDay = dayLight.map((value, i) => share(value, dayClear[i]!))
    const own = light.map((value, i) => (clear[i]! >= LOW_SUN_WM2 ? share(value, clear[i]!) : ofDay[i]!))
    const [lightAround, clearAround] = [meanAround(light, steps(2)), meanAround(clear, steps(2))]
    add('clearness', own)
    add('clearness-around', lightAround.map((value, i) => (clearAround[i]! >= LOW_SUN_WM2 ? share(value, clearAround[i]!) : own[i]!)))
    add('clearness-day', ofDay)
    const sine = elevationDeg.map((degrees) => Math.sin(degrees * RADIANS))
    const diffuse = light.map((value, i) => value * (sine[i]! > 0 ? diffuseShare(value / (SOLAR_CONSTANT_WM2 * sine[i]!)) : 1))
    const beam = light.map((value, i) => Math.min(MOST_BEAM_WM2, (value - diffuse[i]!) / Math.max(LOWEST_SINE, sine[i]!)))
    const level = (i: number) => beam[i]! * Math.cos(elevationDeg[i]! * RADIANS)
    add('beam-from-east', azimuthDeg.map((degrees, i) => level(i) * Math.sin(degrees * RADIANS)))
    add('beam-from-south', azimuthDeg.map((degrees, i) => -level(i) * Math.cos(degrees * RADIANS)))
    add('diffuse', diffuse)
  }
}

/**
 * Share of global irradiance that comes from the whole sky, by the share `kt` of what would fall without an atmosphere.
 * D. Erbs, S. Klein and J. Duffie, Estimation of the diffuse radiation fraction, Solar Energy 28 (1982).
 */
export function diffuseShare(kt: number): number {
  if (kt <= 0.22) return 1 - 0.09 * Math.max(0, kt)
  return kt > 0.8 ? 0.165 : 0.9511 - 0.1604 * kt + 4.388 * kt ** 2 - 16.638 * kt ** 3 + 12.336 * kt ** 4
}

function meanOf(all: readonly Float64Array[]): Float64Array {
  return all[0]!.map((_, i) => all.reduce((sum, one) => sum + one[i]!, 0) / all.length)
}

/** Values so many steps later; at the ends the last ones known. */
function shifted(values: Float64Array, by: number): Float64Array {
  return values.map((_, i) => values[Math.min(values.length - 1, Math.max(0, i + by))]!)
}

/** Mean of each value with `reach` neighbours on either side, as many as there are. */
function meanAround(values: Float64Array, reach: number): Float64Array {
  return meanBetween(values, reach, reach)
}

function trailingMean(values: Float64Array, length: number): Float64Array {
  return meanBetween(values, length - 1, 0)
}

function meanBetween(values: Float64Array, before: number, after: number): Float64Array {
  const sums = new Float64Array(values.length + 1)
  for (let i = 0; i < values.length; i += 1) sums[i + 1] = sums[i]! + values[i]!
  return values.map((_, i) => {
    const [from, to] = [Math.max(0, i - before), Math.min(values.length, i + after + 1)]
    return (sums[to]! - sums[from]!) / (to - from)
  })
}

function dayMeans(values: Float64Array, perDay: number): Float64Array {
  const means = new Float64Array(values.length)
  for (let from = 0; from < values.length; from += perDay) means.fill(values.subarray(from, from + perDay).reduce((sum, value) => sum + value, 0) / perDay, from, from + perDay)
  return means
}

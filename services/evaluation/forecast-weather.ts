import type { District } from '#models/district/schema.ts'
import { clearnessOf, irradianceOf } from '#models/forecast/clearness.ts'
import { climatologyOf } from '#models/forecast/climatology.ts'
import type { SeriesProblem } from '#models/forecast/day-ahead.ts'
import { fillWeather } from '#models/forecast/fill-weather.ts'
import { byCell, slotGrid, type SlotGrid } from '#models/forecast/slot-grid.ts'
import { clearSkyWm2 } from '#models/forecast/sun.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { HALF_HOUR_MS, HALF_HOUR_S, readHalfHours } from './step-inputs.ts'

/** Days before a day that tell what its weather is like: their anomaly, and how fast one fades. */
const DAYS_BEFORE = 40
/** A station may send once an hour, and be late. */
const HOLD_S = 7200
/** Only the mean of the climatology is used. */
const CLIMATOLOGY = { windowDays: 15, levels: [] }

/**
 * Temperature (degC) and irradiance (W/m2) of each half hour from `from` on, as far as the district measures them: of
 * every day what could be told of it at its beginning, from the usual weather of the date and how the days before
 * differed from it. No forecast of the weather is collected, so the days to come are told no better; a fit that were
 * given the observed weather of the past would trust the weather, and its own band, more than it may.
 */
export async function weatherAsToldBefore(reader: TimeSeriesReader, district: District, issuedAt: number, from: number, steps: number): Promise<SeriesProblem['weather']> {
  const { temperaturePoint, irradiancePoint } = district.weather
  const at = Float64Array.from({ length: steps }, (_, i) => from + i * HALF_HOUR_MS)
  const grid = slotGrid(from, steps, HALF_HOUR_S, district.timeZone)
  const weather: { kind: 'temperature' | 'irradiance'; values: Float64Array }[] = []
  const temperatureC = await observed(temperaturePoint)
  if (temperatureC !== undefined) weather.push({ kind: 'temperature', values: toldBefore(grid, temperatureC, issuedAt) })
  const irradianceWm2 = await observed(irradiancePoint)
  if (irradianceWm2 !== undefined) {
    const clearSky = clearSkyWm2(at, HALF_HOUR_S, district.latitude, district.longitude)
    weather.push({ kind: 'irradiance', values: irradianceOf(toldBefore(grid, clearnessOf(irradianceWm2, clearSky), issuedAt, 0, 1.2), clearSky) })
  }
  return weather

  async function observed(pointName: string | undefined): Promise<Float64Array | undefined> {
    if (pointName === undefined) return undefined
    const to = Math.floor(issuedAt / HALF_HOUR_MS) * HALF_HOUR_MS
    const known = await readHalfHours(reader, { pointName, kind: 'instant', stepS: HOLD_S, holdS: HOLD_S }, from, to, issuedAt)
    if (known.every((value) => Number.isNaN(value))) return undefined
    const values = new Float64Array(steps).fill(NaN)
    values.set(known)
    return values
  }
}

/** By step, what could be told of each day when it began, and of the day of issue and all later ones at the issue. */
export function toldBefore(grid: SlotGrid, observed: Float64Array, issuedAt: number, lowest = -Infinity, highest = Infinity): Float64Array {
  const { perDay, days } = grid
  const cells = byCell(grid, observed)
  const climatology = climatologyOf(grid, cells, CLIMATOLOGY)
  const issueDay = grid.dayStart.findLastIndex((start) => start <= issuedAt)
  const told = new Float64Array(days * perDay).fill(NaN)
  for (let day = 0; day <= issueDay; day += 1) {
    const first = Math.max(0, day - DAYS_BEFORE)
    const end = day === issueDay ? days : day + 1
    const piece: SlotGrid = { ...grid, firstDay: grid.firstDay + first, days: end - first, dayStart: grid.dayStart.subarray(first, end), cellOf: new Int32Array(0) }
    const known = cells.slice(first * perDay, end * perDay)
    // Of the day of issue its first hours are observed; what comes later is not there yet.
    if (day < issueDay) known.fill(NaN, (day - first) * perDay)
    const { values } = fillWeather({ grid: piece, observed: known, forecast: new Float64Array(known.length).fill(NaN), climatology, lowest, highest })
    told.set(values.subarray((day - first) * perDay), day * perDay)
  }
  return Float64Array.from(grid.cellOf, (cell) => told[cell]!)
}

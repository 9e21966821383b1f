import type { District } from '#models/district/schema.ts'
import { clearnessOf, irradianceOf } from '#models/forecast/clearness.ts'
import { climatologyOf } from '#models/forecast/climatology.ts'
import type { SeriesProblem } from '#models/forecast/day-ahead.ts'
import { fillWeather } from '#models/forecast/fill-weather.ts'
import { byCell, slotGrid, type SlotGrid } from '#models/forecast/slot-grid.ts'
import { clearSkyWm2 } from '#models/forecast/sun.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import type { ForecastWeather } from './port.ts'
import { HALF_HOUR_MS, HALF_HOUR_S, readHalfHours } from './step-inputs.ts'

/** Days before a day that tell what its weather is like: their anomaly, and how fast one fades. */
const DAYS_BEFORE = 40
/** A station may send once an hour, and be late. */
const HOLD_S = 7200
/** Only the mean of the climatology is used. */
const CLIMATOLOGY = { windowDays: 15, levels: [] }
/** A later day is told by a forecast if at least this share of it is. */
const MOST_OF_A_DAY = 0.8

export interface ToldWeather {
  readonly weather: SeriesProblem['weather']
  /** `forecast`: the day after that of the issue is foretold in all its kinds; `usual`: of one at least the usual weather of the season stands in. */
  readonly kind: ForecastWeather
}

/**
 * Temperature (degC) and irradiance (W/m2) of each half hour from `from` on, as far as the district measures or foretells
 * them: of every day what could be told of it at its beginning. That is the forecast which had been issued by then; where
 * there was none, the usual weather of the date and how the days before differed from it. A fit that were given the
 * observed weather of the past would trust the weather, and its own band, more than it may. The day of issue and those
 * after it are told by what is newest at `issuedAt`.
 */
export async function weatherAsToldBefore(reader: TimeSeriesReader, district: District, issuedAt: number, from: number, steps: number): Promise<ToldWeather> {
  const { temperaturePoint, temperatureForecastPoint, irradiancePoint, irradianceForecastPoint } = district.weather
  const at = Float64Array.from({ length: steps }, (_, i) => from + i * HALF_HOUR_MS)
  const grid = slotGrid(from, steps, HALF_HOUR_S, district.timeZone)
  const weather: { kind: 'temperature' | 'irradiance'; values: Float64Array }[] = []
  const foretold: boolean[] = []
  const add = (kind: 'temperature' | 'irradiance', told: WeatherTold | undefined, values: (told: WeatherTold) => Float64Array) => {
    if (told === undefined) return
    weather.push({ kind, values: values(told) })
    foretold.push(coversNextDay(grid, told.foretold, issuedAt))
  }
  add('temperature', await told(temperaturePoint, temperatureForecastPoint), (one) => toldBefore(grid, one, issuedAt))
  const clearSky = clearSkyWm2(at, HALF_HOUR_S, district.latitude, district.longitude)
  const clearness = ({ observed, foretold: ahead }: WeatherTold) => ({ observed: clearnessOf(observed, clearSky), foretold: clearnessOf(ahead, clearSky) })
  add('irradiance', await told(irradiancePoint, irradianceForecastPoint), (one) => irradianceOf(toldBefore(grid, clearness(one), issuedAt, 0, 1.2), clearSky))
  return { weather, kind: weather.length === 0 ? 'none' : foretold.every(Boolean) ? 'forecast' : 'usual' }

  async function told(pointName: string | undefined, forecastPointName: string | undefined): Promise<WeatherTold | undefined> {
    const foretoldBy = forecastPointName === undefined ? undefined : await foretoldDays(reader, grid, forecastPointName, issuedAt, from, steps)
    const to = Math.floor(issuedAt / HALF_HOUR_MS) * HALF_HOUR_MS
    const observed = new Float64Array(steps).fill(NaN)
    if (pointName !== undefined) observed.set(await read(reader, pointName, from, to, issuedAt))
    // A place without a station takes what was told last of an hour that has passed for what it was.
    if (foretoldBy !== undefined) for (let i = 0; from + i * HALF_HOUR_MS < to; i += 1) if (Number.isNaN(observed[i]!)) observed[i] = foretoldBy.newest[i]!
    const foretold = foretoldBy?.asOfDay ?? new Float64Array(steps).fill(NaN)
    return [observed, foretold].every((column) => column.every((value) => Number.isNaN(value))) ? undefined : { observed, foretold }
  }
}

/** By step. */
export interface WeatherTold {
  /** NaN from the issue on. */
  readonly observed: Float64Array
  /** What had been foretold of each day when it began, and of the day of issue and all later ones at the issue. */
  readonly foretold: Float64Array
}

const read = (reader: TimeSeriesReader, pointName: string, from: number, to: number, asOf: number) =>
  readHalfHours(reader, { pointName, kind: 'instant', stepS: HOLD_S, holdS: HOLD_S }, from, to, asOf)

/** Forecasts are revised until their time has come: each day is read as of its own beginning. */
async function foretoldDays(reader: TimeSeriesReader, { dayStart }: SlotGrid, pointName: string, issuedAt: number, from: number, steps: number): Promise<{ asOfDay: Float64Array; newest: Float64Array }> {
  const to = from + steps * HALF_HOUR_MS
  const placeOf = (day: number) => Math.max(0, (dayStart[day]! - from) / HALF_HOUR_MS)
  const newest = await read(reader, pointName, from, to, issuedAt)
  const asOfDay = new Float64Array(steps).fill(NaN)
  const issueDay = dayStart.findLastIndex((start) => start <= issuedAt)
  const first = newest.findIndex((value) => !Number.isNaN(value))
  // Before the first issue there is nothing to read.
  const firstDay = first < 0 ? issueDay : dayStart.findLastIndex((start) => start <= from + first * HALF_HOUR_MS)
  for (let day = firstDay; day < issueDay; day += 1) asOfDay.set(await read(reader, pointName, Math.max(from, dayStart[day]!), dayStart[day + 1]!, dayStart[day]!), placeOf(day))
  asOfDay.set(newest.subarray(placeOf(issueDay)), placeOf(issueDay))
  return { asOfDay, newest }
}

function coversNextDay({ dayStart }: SlotGrid, foretold: Float64Array, issuedAt: number): boolean {
  const next = dayStart.findIndex((start) => start > issuedAt)
  if (next < 0) return false
  const placeOf = (day: number) => (dayStart[day]! - dayStart[0]!) / HALF_HOUR_MS
  const [start, end] = [placeOf(next), next + 1 < dayStart.length ? placeOf(next + 1) : foretold.length]
  const own = foretold.subarray(start, end)
  return own.filter((value) => !Number.isNaN(value)).length >= MOST_OF_A_DAY * own.length
}

/** By step, what could be told of each day when it began, and of the day of issue and all later ones at the issue. */
export function toldBefore(grid: SlotGrid, { observed, foretold }: WeatherTold, issuedAt: number, lowest = -Infinity, highest = Infinity): Float64Array {
  const { perDay, days } = grid
  const cells = byCell(grid, observed)
  const ahead = byCell(grid, foretold)
  const climatology = climatologyOf(grid, cells, CLIMATOLOGY)
  const issueDay = grid.dayStart.findLastIndex((start) => start <= issuedAt)
  const told = new Float64Array(days * perDay).fill(NaN)
  for (let day = 0; day <= issueDay; day += 1) {
    const first = Math.max(0, day - DAYS_BEFORE)
    const end = day === issueDay ? days : day + 1
    const piece: SlotGrid = { ...grid, firstDay: grid.firstDay + first, days: end - first, dayStart: grid.dayStart.subarray(first, end), cellOf: new Int32Array(0) }
    const known = cells.slice(first * perDay, end * perDay)
    const forecast = ahead.slice(first * perDay, end * perDay)
    // Of the day of issue its first hours are observed; what comes later is not there yet.
    if (day < issueDay) known.fill(NaN, (day - first) * perDay)
    const { values } = fillWeather({ grid: piece, observed: known, forecast, climatology, lowest, highest })
    told.set(values.subarray((day - first) * perDay), day * perDay)
  }
  return Float64Array.from(grid.cellOf, (cell) => told[cell]!)
}

import type { District } from '#models/district/schema.ts'
import { clearnessOf, irradianceOf } from '#models/forecast/clearness.ts'
import { climatologyOf } from '#models/forecast/climatology.ts'
import { FORECAST_LEAD_DAYS, type SeriesProblem, type ToldWeather } from '#models/forecast/day-ahead.ts'
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
const MOST_OF_THE_DAYS = 0.8

export interface IssueWeather {
  readonly weather: SeriesProblem['weather']
  /** `forecast`: the day after that of the issue is foretold in all its kinds; `usual`: of one at least the usual weather of the season stands in. */
  readonly kind: ForecastWeather
  /** Local days (since 1970-01-01) that are told by forecasts in all their kinds, up to the last one. */
  readonly foretoldDays: ReadonlySet<number>
}

/** How most of so many days from `firstDate` on were told. */
export function toldKind({ weather, foretoldDays }: Pick<IssueWeather, 'weather' | 'foretoldDays'>, firstDate: number, days: number): ForecastWeather {
  if (weather.length === 0) return 'none'
  const foretold = Array.from({ length: days }, (_, day) => foretoldDays.has(firstDate + day)).filter(Boolean).length
  return days > 0 && foretold >= MOST_OF_THE_DAYS * days ? 'forecast' : 'usual'
}

/**
 * Temperature (degC) and irradiance (W/m2) of each half hour from `from` on, as far as the district measures or foretells
 * them: of every day what could be told of it at its beginning. That is the forecast which had been issued by then; where
 * there was none, the usual weather of the date and how the days before differed from it. A fit that were given the
 * observed weather of the past would trust the weather, and its own band, more than it may; the same for a fit that looks
 * days ahead and were given what was told on the day itself, so that each has what was told so many days `before`. The day
 * of issue and those after it are told by what is newest at `issuedAt`.
 */
export async function weatherAsToldBefore(reader: TimeSeriesReader, district: District, issuedAt: number, from: number, steps: number): Promise<IssueWeather> {
  const { temperaturePoint, temperatureForecastPoint, irradiancePoint, irradianceForecastPoint } = district.weather
  const at = Float64Array.from({ length: steps }, (_, i) => from + i * HALF_HOUR_MS)
  const grid = slotGrid(from, steps, HALF_HOUR_S, district.timeZone)
  const weather: ToldWeather[] = []
  let foretoldDays: Set<number> | undefined
  const add = (kind: ToldWeather['kind'], told: WeatherTold | undefined, valuesAt: (told: WeatherTold, leadDays: number) => Float64Array) => {
    if (told === undefined) return
    const [values, ...before] = FORECAST_LEAD_DAYS.map((leadDays) => valuesAt(told, leadDays))
    weather.push({ kind, values: values!, before: new Map(before.map((column, k) => [FORECAST_LEAD_DAYS[k + 1]!, column])) })
    const own = daysOf(grid, told.foretold.get(0)!)
    foretoldDays = foretoldDays === undefined ? own : new Set([...own].filter((day) => foretoldDays!.has(day)))
  }
  add('temperature', await wanted(temperaturePoint, temperatureForecastPoint), (one, leadDays) => toldBefore(grid, one, issuedAt, { leadDays }))
  const clearSky = clearSkyWm2(at, HALF_HOUR_S, district.latitude, district.longitude)
  const clearness = ({ observed, foretold }: WeatherTold): WeatherTold => ({ observed: clearnessOf(observed, clearSky), foretold: new Map([...foretold].map(([leadDays, column]) => [leadDays, clearnessOf(column, clearSky)])) })
  add('irradiance', await wanted(irradiancePoint, irradianceForecastPoint), (one, leadDays) => irradianceOf(toldBefore(grid, clearness(one), issuedAt, { leadDays, lowest: 0, highest: 1.2 }), clearSky))
  const told = { weather, foretoldDays: foretoldDays ?? new Set<number>() }
  const nextDay = grid.firstDay + grid.dayStart.findLastIndex((start) => start <= issuedAt) + 1
  return { ...told, kind: toldKind(told, nextDay, 1) }

  async function wanted(pointName: string | undefined, forecastPointName: string | undefined): Promise<WeatherTold | undefined> {
    const foretoldBy = forecastPointName === undefined ? undefined : await readForetold(reader, grid, forecastPointName, issuedAt, from, steps)
    const to = Math.floor(issuedAt / HALF_HOUR_MS) * HALF_HOUR_MS
    const observed = new Float64Array(steps).fill(NaN)
    if (pointName !== undefined) observed.set(await read(reader, pointName, from, to, issuedAt))
    // A place without a station takes what was told last of an hour that has passed for what it was.
    if (foretoldBy !== undefined) for (let i = 0; from + i * HALF_HOUR_MS < to; i += 1) if (Number.isNaN(observed[i]!)) observed[i] = foretoldBy.newest[i]!
    const foretold = foretoldBy?.asOfDay ?? new Map(FORECAST_LEAD_DAYS.map((leadDays) => [leadDays, new Float64Array(steps).fill(NaN)]))
    return [observed, foretold.get(0)!].every((column) => column.every((value) => Number.isNaN(value))) ? undefined : { observed, foretold }
  }
}

/** By step. */
export interface WeatherTold {
  /** NaN from the issue on. */
  readonly observed: Float64Array
  /** By number of days: what had been foretold of each day so many days before it began, and of the day of issue and all later ones at the issue. */
  readonly foretold: ReadonlyMap<number, Float64Array>
}

const read = (reader: TimeSeriesReader, pointName: string, from: number, to: number, asOf: number) =>
  readHalfHours(reader, { pointName, kind: 'instant', stepS: HOLD_S, holdS: HOLD_S }, from, to, asOf)

/** Forecasts are revised until their time has come: each day is read as of its own beginning, and as of those of days before. */
async function readForetold(reader: TimeSeriesReader, { dayStart }: SlotGrid, pointName: string, issuedAt: number, from: number, steps: number): Promise<{ asOfDay: ReadonlyMap<number, Float64Array>; newest: Float64Array }> {
  const to = from + steps * HALF_HOUR_MS
  const placeOf = (day: number) => Math.max(0, (dayStart[day]! - from) / HALF_HOUR_MS)
  const newest = await read(reader, pointName, from, to, issuedAt)
  const issueDay = dayStart.findLastIndex((start) => start <= issuedAt)
  const first = newest.findIndex((value) => !Number.isNaN(value))
  // Before the first issue there is nothing to read.
  const firstDay = first < 0 ? issueDay : dayStart.findLastIndex((start) => start <= from + first * HALF_HOUR_MS)
  const asOfDay = new Map<number, Float64Array>()
  for (const leadDays of FORECAST_LEAD_DAYS) {
    const column = new Float64Array(steps).fill(NaN)
    for (let day = firstDay; day < issueDay; day += 1) column.set(await read(reader, pointName, Math.max(from, dayStart[day]!), dayStart[day + 1]!, dayStart[Math.max(0, day - leadDays)]!), placeOf(day))
    column.set(newest.subarray(placeOf(issueDay)), placeOf(issueDay))
    asOfDay.set(leadDays, column)
  }
  return { asOfDay, newest }
}

/** Days of which most is known. */
function daysOf(grid: SlotGrid, foretold: Float64Array): Set<number> {
  const cells = byCell(grid, foretold)
  const isMostlyKnown = (day: number) => cells.subarray(day * grid.perDay, (day + 1) * grid.perDay).filter((value) => !Number.isNaN(value)).length >= MOST_OF_A_DAY * grid.perDay
  return new Set(Array.from({ length: grid.days }, (_, day) => day).filter(isMostlyKnown).map((day) => grid.firstDay + day))
}

/** By step, what could be told of each day `leadDays` before it began, and of the day of issue and all later ones at the issue. */
export function toldBefore(grid: SlotGrid, { observed, foretold }: WeatherTold, issuedAt: number, { leadDays = 0, lowest = -Infinity, highest = Infinity } = {}): Float64Array {
  const { perDay, days } = grid
  const cells = byCell(grid, observed)
  const ahead = byCell(grid, foretold.get(leadDays)!)
  const climatology = climatologyOf(grid, cells, CLIMATOLOGY)
  const issueDay = grid.dayStart.findLastIndex((start) => start <= issuedAt)
  const told = new Float64Array(days * perDay).fill(NaN)
  for (let day = 0; day <= issueDay; day += 1) {
    const first = Math.max(0, day - leadDays - DAYS_BEFORE)
    const end = day === issueDay ? days : day + 1
    const piece: SlotGrid = { ...grid, firstDay: grid.firstDay + first, days: end - first, dayStart: grid.dayStart.subarray(first, end), cellOf: new Int32Array(0) }
    const known = cells.slice(first * perDay, end * perDay)
    const forecast = ahead.slice(first * perDay, end * perDay)
    // Of the day of issue its first hours are observed; what comes later is not there yet.
    if (day < issueDay) known.fill(NaN, Math.max(0, day - leadDays - first) * perDay)
    const { values } = fillWeather({ grid: piece, observed: known, forecast, climatology, lowest, highest })
    told.set(values.subarray((day - first) * perDay), day * perDay)
  }
  return Float64Array.from(grid.cellOf, (cell) => told[cell]!)
}

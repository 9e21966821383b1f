/** Outside temperatures of the measured year without gaps, and all that is stored of the winters before. */
import type { DailyTemperatures } from '#models/forecast/cold-day.ts'
import type { LoadCalendar } from '#models/load-curve/day-type.ts'
import { localDateIndex } from '#models/units/local-time.ts'
import { hourlyMeans, HOUR_MS, TEMPERATURE_SERIES } from '#services/evaluation/hourly-year.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'

export interface YearTemperatures {
  /** NaN where nothing was measured. */
  readonly measuredC: Float64Array
  readonly temperatureC: Float64Array
  readonly source: 'measured' | 'assumed'
  readonly history: DailyTemperatures | undefined
}

const DAY_MS = 24 * HOUR_MS
const HISTORY_DAYS = 20 * 366
/** Hours of a day that must be known for its mean. */
const FEWEST_HOURS = 20
/** Where nothing is measured: an oceanic year, coldest at the end of January. Assumed. */
const ASSUMED = { meanC: 11.5, seasonC: 5.5, dayC: 3, coldestDay: 28, warmestHour: 15 }

export async function readTemperatures(reader: TimeSeriesReader | undefined, point: string | undefined, calendar: LoadCalendar, at: Float64Array, timeZone: string): Promise<YearTemperatures> {
  const unknown = new Float64Array(at.length).fill(NaN)
  if (reader === undefined || point === undefined || at.length === 0) return { measuredC: unknown, temperatureC: assumed(calendar), source: 'assumed', history: undefined }
  const series = [{ pointName: point, ...TEMPERATURE_SERIES }]
  const [measuredC = unknown] = await hourlyMeans(reader, series, at[0]!, at.length)
  if (measuredC.every(Number.isNaN)) return { measuredC, temperatureC: assumed(calendar), source: 'assumed', history: undefined }
  const end = at.at(-1)! + HOUR_MS
  const from = end - HISTORY_DAYS * DAY_MS
  const [past = unknown] = await hourlyMeans(reader, series, from, HISTORY_DAYS * 24)
  return { measuredC, temperatureC: withoutGaps(measuredC), source: 'measured', history: dailyMeans(past, from, timeZone) }
}

function assumed({ dayIndex, minuteOfDay }: LoadCalendar): Float64Array {
  const { meanC, seasonC, dayC, coldestDay, warmestHour } = ASSUMED
  return Float64Array.from(dayIndex, (day, i) => meanC - seasonC * Math.cos((2 * Math.PI * (day - coldestDay)) / 365.25) + dayC * Math.cos((2 * Math.PI * (minuteOfDay[i]! / 60 - warmestHour)) / 24))
}

/** A short gap is bridged straight; from a day on, by the same hour of the nearest days before and after. */
function withoutGaps(values: Float64Array): Float64Array {
  const filled = values.slice()
  const near = (hour: number, step: number): number => {
    for (let place = hour; place >= 0 && place < values.length; place += step) if (!Number.isNaN(values[place]!)) return place
    return -1
  }
  for (let hour = 0; hour < values.length; hour += 1) {
    if (!Number.isNaN(values[hour]!)) continue
    const [before, after] = [near(hour, -1), near(hour, 1)]
    const isShort = before >= 0 && after >= 0 && after - before <= 24
    const [low, high] = isShort ? [before, after] : [near(hour, -24), near(hour, 24)]
    const [first, last] = [low >= 0 ? low : high >= 0 ? high : Math.max(before, after), high >= 0 ? high : low >= 0 ? low : Math.max(before, after)]
    filled[hour] = first === last ? values[first]! : values[first]! + ((values[last]! - values[first]!) * (hour - first)) / (last - first)
  }
  return filled
}

function dailyMeans(values: Float64Array, from: number, timeZone: string): DailyTemperatures | undefined {
  const start = values.findIndex((value) => !Number.isNaN(value))
  if (start < 0) return undefined
  const firstDay = localDateIndex(from + start * HOUR_MS, timeZone)
  const days = localDateIndex(from + (values.length - 1) * HOUR_MS, timeZone) - firstDay + 1
  const sum = new Float64Array(days)
  const known = new Float64Array(days)
  for (let hour = start; hour < values.length; hour += 1) {
    if (Number.isNaN(values[hour]!)) continue
    const day = localDateIndex(from + hour * HOUR_MS, timeZone) - firstDay
    sum[day]! += values[hour]!
    known[day]! += 1
  }
  return { firstDay, temperatureC: sum.map((total, day) => (known[day]! >= FEWEST_HOURS ? total / known[day]! : NaN)) }
}

import { usualValues, type Climatology } from './climatology.ts'
import type { SlotGrid } from './slot-grid.ts'

/** Where a value of a weather record comes from. */
export const WEATHER_SOURCE = { unknown: 0, observed: 1, forecast: 2, climatology: 3 } as const

export interface WeatherRecord {
  readonly grid: SlotGrid
  /** By cell, what was observed and had arrived at the origin; NaN elsewhere. */
  readonly observed: Float64Array
  /** By cell, what the latest forecast known at the origin says; NaN where it says nothing. */
  readonly forecast: Float64Array
  readonly climatology: Climatology
  /** Values the weather cannot have: clearness ends at 0 and 1. */
  readonly lowest?: number
  readonly highest?: number
}

export interface FilledWeather {
  readonly values: Float64Array
  /** One of `WEATHER_SOURCE` by cell. */
  readonly source: Uint8Array
  /** Share of an anomaly that is left a day later, 0 to 0.98. */
  readonly persistencePerDay: number
  /** False: too few days are known to fit it, the usual one of temperature in the mid-latitudes is taken. */
  readonly persistenceFitted: boolean
}

const USUAL_PERSISTENCE = 0.7
const FEWEST_PAIRS = 20
/** Hours known just before or after a gap whose mean anomaly carries into it. */
const EDGE_HOURS = 6

/**
 * A record without gaps: what was observed, else what is forecast, else the usual value plus the anomaly known before
 * (and after) the gap, which dies away as a first-order autoregression does: after the last known value with r^days,
 * between two known ones as its expected value given both. NaN only where even the usual value is not known.
 */
export function fillWeather({ grid, observed, forecast, climatology, lowest = -Infinity, highest = Infinity }: WeatherRecord): FilledWeather {
  const { perDay } = grid
  const cells = grid.days * perDay
  const usual = usualValues(climatology, grid)
  const values = new Float64Array(cells)
  const source = new Uint8Array(cells)
  const anomaly = new Float64Array(cells)
  for (let cell = 0; cell < cells; cell += 1) {
    const seen = !Number.isNaN(observed[cell]!)
    values[cell] = seen ? observed[cell]! : forecast[cell]!
    source[cell] = seen ? WEATHER_SOURCE.observed : Number.isNaN(values[cell]!) ? WEATHER_SOURCE.unknown : WEATHER_SOURCE.forecast
    anomaly[cell] = values[cell]! - usual[cell]!
  }
  const { persistencePerDay, persistenceFitted } = persistenceOf(anomaly, perDay)
  const left = (steps: number) => persistencePerDay ** (steps / perDay)
  const edge = Math.max(1, Math.round((EDGE_HOURS / 24) * perDay))

  for (let from = 0; from < cells; from += 1) {
    if (source[from] !== WEATHER_SOURCE.unknown) continue
    let to = from
    while (to < cells && source[to] === WEATHER_SOURCE.unknown) to += 1
    const before = edgeAnomaly(anomaly, source, from - 1, -1, edge)
    const after = edgeAnomaly(anomaly, source, to, 1, edge)
    for (let cell = from; cell < to; cell += 1) {
      if (Number.isNaN(usual[cell]!)) {
        values[cell] = NaN
        continue
      }
      values[cell] = Math.min(highest, Math.max(lowest, usual[cell]! + between(before, after, left(cell - from + 1), left(to - cell))))
      source[cell] = WEATHER_SOURCE.climatology
    }
    from = to
  }
  return { values, source, persistencePerDay, persistenceFitted }
}

/** Expected anomaly between two known ones (NaN: not known), of which the shares `a` and `b` are left here. */
function between(before: number, after: number, a: number, b: number): number {
  if (Number.isNaN(before)) return Number.isNaN(after) ? 0 : b * after
  if (Number.isNaN(after)) return a * before
  const span = 1 - (a * b) ** 2
  return span < 1e-12 ? (before + after) / 2 : (a * (1 - b * b) * before + b * (1 - a * a) * after) / span
}

/** Mean anomaly of up to `count` known cells from `at` on in one direction; cells that were filled do not count. */
function edgeAnomaly(anomaly: Float64Array, source: Uint8Array, at: number, direction: 1 | -1, count: number): number {
  let [sum, known] = [0, 0]
  for (let k = 0; k < count; k += 1) {
    const cell = at + k * direction
    if (cell < 0 || cell >= anomaly.length) break
    if (source[cell] === WEATHER_SOURCE.observed || source[cell] === WEATHER_SOURCE.forecast) {
      if (Number.isNaN(anomaly[cell]!)) continue
      sum += anomaly[cell]!
      known += 1
    }
  }
  return known === 0 ? NaN : sum / known
}

/** Slope through the origin of a day's mean anomaly on the day before's. */
function persistenceOf(anomaly: Float64Array, perDay: number) {
  let [both, square, pairs, last] = [0, 0, 0, NaN]
  for (let start = 0; start < anomaly.length; start += perDay) {
    const known = anomaly.subarray(start, start + perDay).filter((value) => !Number.isNaN(value))
    // Of irradiance only the hours of light are known.
    const own = known.length < perDay / 4 ? NaN : known.reduce((sum, value) => sum + value, 0) / known.length
    if (!Number.isNaN(own + last)) {
      both += own * last
      square += last * last
      pairs += 1
    }
    last = own
  }
  const persistenceFitted = pairs >= FEWEST_PAIRS && square > 0
  return { persistencePerDay: persistenceFitted ? Math.min(0.98, Math.max(0, both / square)) : USUAL_PERSISTENCE, persistenceFitted }
}

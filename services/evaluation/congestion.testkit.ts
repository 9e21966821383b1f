import { normalQuantile, normals } from '#models/forecast/normal.ts'
import { seeded } from '#models/capacity/random.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import type { EvaluationParts } from './evaluate.ts'
import { createNetworkSolver, EXACT_SENSORS_PCT } from './network-solver.ts'
import { evaluationPlan } from './plan.ts'
import type { IssuedForecast, PastForecast } from './port.ts'
import { smallDistrict } from './small-district.testkit.ts'
import { BAND_LEVELS } from './trailing-band.ts'

/** A store in which nothing was ever measured. */
export const silentReader = (): TimeSeriesReader => ({
  lookup: async (names: readonly string[]) => new Int32Array(names.length).fill(-1),
  readMany: async () => {},
  latest: async () => ({ at: new Float64Array(0), values: new Float64Array(0), quality: new Uint8Array(0), recordedAt: new Float64Array(0) }),
}) as unknown as TimeSeriesReader

/** Every load draws 5 kW: 43,800 kWh a year, the same at every hour. */
export function congestionParts(loaded = smallDistrict(), measured = silentReader()): EvaluationParts {
  const plan = evaluationPlan(loaded.district)
  return { loaded, plan, solver: createNetworkSolver(loaded.district, plan, EXACT_SENSORS_PCT), typical: new Map(), measured }
}

export const ISSUED = Date.parse('2026-06-16T12:00:30+02:00')
export const FROM = Date.parse('2026-06-16T12:10:00+02:00')

/** Normal at every step. */
export const issuedNormal = (series: string, meanKw: number, spreadKw: number, steps = 30): IssuedForecast => ({
  series, issuedAt: ISSUED, from: FROM, stepS: 600, forecaster: 'day-ahead-corrected', method: 'blend', reason: undefined, valuesKw: new Float64Array(steps).fill(meanKw),
  quantilesKw: BAND_LEVELS.map((level) => ({ level, valuesKw: new Float64Array(steps).fill(meanKw + normalQuantile(level) * spreadKw) })),
})

/** Past forecasts of two days ahead at most whose errors are normal, the same all day long, and correlated between the series as given. */
export function correlatedPast(series: readonly string[], correlation: number, days: number, seed = 5): PastForecast[] {
  const random = normals(seeded(seed))
  const perDay = 48
  const firstDate = Math.floor(ISSUED / 86_400_000) - days
  const shared = Float64Array.from({ length: days }, random)
  const errors = series.map(() => Float64Array.from(shared, (one) => Math.sqrt(correlation) * one + Math.sqrt(1 - correlation) * random()))
  const column = (value: number) => new Float64Array(days * perDay).fill(value)
  return series.flatMap((name, s) => [0, 1].map((ahead): PastForecast => ({
    series: name, issuedAt: ISSUED, method: 'blend', daysAhead: [ahead], firstDate, perDay, valuesKw: column(100), spreadKw: column(10), quantilesKw: [],
    measuredKw: Float64Array.from({ length: days * perDay }, (_, cell) => 100 + 10 * errors[s]![Math.floor(cell / perDay)]!),
  })))
}

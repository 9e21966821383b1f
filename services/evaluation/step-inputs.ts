import { loadCalendar } from '#models/load-curve/day-type.ts'
import { registerToIntervals, type RegisterRules } from '#models/load-curve/registers.ts'
import { stepMeans, type StepMeans } from '#models/load-curve/resample.ts'
import { flatCurve, typicalPowerKw, type TypicalCurve } from '#models/load-curve/typical.ts'
import { QUALITY } from '#models/units/quality.ts'
import type { Series, TimeSeriesReader } from '#services/store/port.ts'
import { EVALUATION_STEP_S, type EvaluationPlan, type PowerSeries } from './plan.ts'

const WEEK_MS = 7 * 86_400_000
/** The step in which whole days are forecast. */
export const HALF_HOUR_S = 1800
export const HALF_HOUR_MS = HALF_HOUR_S * 1000

/** What is known of each step before the network is solved: one column of steps for each load and each sensor. */
export interface StepInputs {
  readonly at: Float64Array
  readonly loadKw: readonly Float64Array[]
  /** Measured; substituted: the same slot a week before; estimated: the typical curve of the class. */
  readonly loadQuality: readonly Uint8Array[]
  /** In the unit of the sensor; NaN where it was silent. */
  readonly sensor: readonly Float64Array[]
  readonly sensorQuality: readonly Uint8Array[]
  readonly temperatureC: Float64Array
}

/** Reads the means of the steps from `from` to `to` and completes every load, so that the network can be solved. */
export async function readStepInputs(
  reader: TimeSeriesReader,
  plan: EvaluationPlan,
  typical: ReadonlyMap<string, TypicalCurve>,
  timeZone: string,
  from: number,
  to: number,
): Promise<StepInputs> {
  const at = stepTimes(from, to)
  const temperature = plan.temperaturePoint === undefined ? [] : await readMeans(reader, [{ pointName: plan.temperaturePoint, kind: 'instant', stepS: 3600, holdS: 7200 }], from, to)
  const temperatureC = temperature[0]?.values ?? new Float64Array(at.length).fill(NaN)
  const sensors = await readMeans(reader, plan.sensors, from, to)
  const measured = await readMeans(reader, plan.loads.map(({ power }) => power), from, to)

  const silent = plan.loads.map(({ power }, i) => (power !== undefined && measured[i]!.values.some(Number.isNaN) ? power : undefined))
  const weekBefore = await readMeans(reader, silent, from - WEEK_MS, to - WEEK_MS)
  const calendar = loadCalendar(at, timeZone)
  const before = loadCalendar(at.map((time) => time - WEEK_MS), timeZone)
  const loadKw: Float64Array[] = []
  const loadQuality: Uint8Array[] = []
  for (const [i, { deliveryPoint, sign, annualEnergyKwh }] of plan.loads.entries()) {
    const kw = measured[i]!.values
    const quality = measured[i]!.quality
    let typicalKw: Float64Array | undefined
    for (let step = 0; step < at.length; step += 1) {
      if (!Number.isNaN(kw[step]!)) continue
      const lastWeek = before.dayType[step] === calendar.dayType[step] ? weekBefore[i]!.values[step]! : NaN
      if (Number.isNaN(lastWeek)) {
        typicalKw ??= typicalPowerKw(typical.get(deliveryPoint.loadClass) ?? flatCurve(deliveryPoint.loadClass), annualEnergyKwh, calendar, temperatureC)
        kw[step] = sign * typicalKw[step]!
        quality[step] = QUALITY.estimated
      } else {
        kw[step] = lastWeek
        quality[step] = QUALITY.substituted
      }
    }
    loadKw.push(kw)
    loadQuality.push(quality)
  }
  return { at, loadKw, loadQuality, sensor: sensors.map(({ values }) => values), sensorQuality: sensors.map(({ quality }) => quality), temperatureC }
}

export const stepTimes = (from: number, to: number): Float64Array =>
  Float64Array.from({ length: Math.round((to - from) / (EVALUATION_STEP_S * 1000)) }, (_, i) => from + i * EVALUATION_STEP_S * 1000)

/** Means of steps of 10 minutes (or `stepS`) of many series in one pass; an undefined or unknown series is missing throughout. */
export async function readMeans(reader: TimeSeriesReader, series: readonly (PowerSeries | undefined)[], from: number, to: number, options: { asOf?: number; stepS?: number } = {}): Promise<StepMeans[]> {
  const { stepS = EVALUATION_STEP_S } = options
  const steps = Math.round((to - from) / (stepS * 1000))
  const wanted = series.flatMap((one, i) => (one === undefined ? [] : [{ ...one, i }]))
  const ids = await reader.lookup(wanted.map(({ pointName }) => pointName))
  const known = wanted.map((one, k) => ({ ...one, id: ids[k]! })).filter(({ id }) => id > 0)
  const means: (StepMeans | undefined)[] = new Array(series.length)
  const longestHoldMs = 1000 * known.reduce((longest, { holdS }) => Math.max(longest, holdS), 0)
  // What a counter rose by in the last step is told by the reading after it.
  const aheadMs = ({ register, stepS: ownS }: PowerSeries) => (register === undefined ? 0 : 2 * Math.max(stepS, ownS) * 1000)
  const made = (one: PowerSeries, values: Series) => (one.register === undefined ? scaled(stepMeans(values, from, to, stepS, one.holdS), one.factor) : registerMeans(one, one.register, values, from, to, stepS))
  if (options.asOf === undefined) {
    const longestAheadMs = known.reduce((longest, one) => Math.max(longest, aheadMs(one)), 0)
    await reader.readMany(Int32Array.from(known, ({ id }) => id), from - longestHoldMs, to + longestAheadMs, (k, values) => {
      means[known[k]!.i] = made(known[k]!, values)
    })
  } else {
    for (const one of known) means[one.i] = made(one, await reader.read(one.id, from - one.holdS * 1000, to + aheadMs(one), { asOf: options.asOf }))
  }
  return Array.from(means, (one) => one ?? missing(steps))
}

const scaled = (means: StepMeans, factor = 1): StepMeans => (factor === 1 ? means : { ...means, values: means.values.map((value) => value * factor) })

/** Mean rates of a counter: of the steps in which it is read, which shorter ones repeat. */
function registerMeans({ stepS: ownS, factor = 1 }: PowerSeries, rules: RegisterRules, readings: Series, from: number, to: number, stepS: number): StepMeans {
  const wideS = Math.max(stepS, ownS)
  const wideMs = wideS * 1000
  const start = Math.floor(from / wideMs) * wideMs
  const { intervals } = registerToIntervals(readings, rules, start, Math.ceil(to / wideMs) * wideMs, wideS)
  const steps = Math.max(0, Math.floor((to - from) / (stepS * 1000)))
  const at = Float64Array.from({ length: steps }, (_, step) => from + step * stepS * 1000)
  const place = Int32Array.from(at, (time) => Math.floor((time - start) / wideMs))
  const values = Float64Array.from(place, (wide) => (intervals.energy[wide]! * factor * 3600) / wideS)
  return { at, values, quality: Uint8Array.from(place, (wide) => intervals.quality[wide]!), coverage: values.map((value) => (Number.isNaN(value) ? 0 : 1)) }
}

const missing = (steps: number): StepMeans => ({
  at: new Float64Array(0),
  values: new Float64Array(steps).fill(NaN),
  quality: new Uint8Array(steps).fill(QUALITY.missing),
  coverage: new Float64Array(steps),
})

/** Values that come every five seconds are half a million a month: a long history is read in pieces. */
const PIECE_MS = 30 * 86_400_000

/** Half-hour means of one series (in its unit) over years, only of what had been recorded by `asOf`; NaN where nothing is known. */
export async function readHalfHours(reader: TimeSeriesReader, series: PowerSeries, from: number, to: number, asOf: number): Promise<Float64Array> {
  const values = new Float64Array(Math.round((to - from) / HALF_HOUR_MS))
  for (let start = from; start < to; start += PIECE_MS) {
    const [piece] = await readMeans(reader, [series], start, Math.min(to, start + PIECE_MS), { asOf, stepS: HALF_HOUR_S })
    values.set(piece!.values, (start - from) / HALF_HOUR_MS)
  }
  return values
}

/** The same of a sum: NaN where one of its parts is not known, or where there is none. */
export async function readHalfHourSum(reader: TimeSeriesReader, parts: readonly PowerSeries[], from: number, to: number, asOf: number): Promise<Float64Array> {
  const sum = new Float64Array(Math.round((to - from) / HALF_HOUR_MS)).fill(parts.length === 0 ? NaN : 0)
  for (const part of parts) {
    const values = await readHalfHours(reader, part, from, to, asOf)
    for (let i = 0; i < sum.length; i += 1) sum[i]! += values[i]!
  }
  return sum
}

import { loadCalendar } from '#models/load-curve/day-type.ts'
import { stepMeans, type StepMeans } from '#models/load-curve/resample.ts'
import { flatCurve, typicalPowerKw, type TypicalCurve } from '#models/load-curve/typical.ts'
import { QUALITY } from '#models/units/quality.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { EVALUATION_STEP_S, type EvaluationPlan, type PowerSeries } from './plan.ts'

const WEEK_MS = 7 * 86_400_000

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

/** 10-minute means of many series in one pass; an undefined or unknown series is missing throughout. */
export async function readMeans(reader: TimeSeriesReader, series: readonly (PowerSeries | undefined)[], from: number, to: number, options: { asOf?: number } = {}): Promise<StepMeans[]> {
  const steps = Math.round((to - from) / (EVALUATION_STEP_S * 1000))
  const wanted = series.flatMap((one, i) => (one === undefined ? [] : [{ ...one, i }]))
  const ids = await reader.lookup(wanted.map(({ pointName }) => pointName))
  const known = wanted.map((one, k) => ({ ...one, id: ids[k]! })).filter(({ id }) => id > 0)
  const means: (StepMeans | undefined)[] = new Array(series.length)
  const longestHoldMs = 1000 * known.reduce((longest, { holdS }) => Math.max(longest, holdS), 0)
  if (options.asOf === undefined) {
    await reader.readMany(Int32Array.from(known, ({ id }) => id), from - longestHoldMs, to, (k, values) => {
      means[known[k]!.i] = stepMeans(values, from, to, EVALUATION_STEP_S, known[k]!.holdS)
    })
  } else {
    for (const { id, i, holdS } of known) means[i] = stepMeans(await reader.read(id, from - holdS * 1000, to, options), from, to, EVALUATION_STEP_S, holdS)
  }
  return Array.from(means, (one) => one ?? missing(steps))
}

const missing = (steps: number): StepMeans => ({
  at: new Float64Array(0),
  values: new Float64Array(steps).fill(NaN),
  quality: new Uint8Array(steps).fill(QUALITY.missing),
  coverage: new Float64Array(steps),
})

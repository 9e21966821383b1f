import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { LineFaults, TableColumn } from './read-table.ts'

/** A series on even steps. */
export interface StepCurve {
  readonly name: string
  readonly unit: string
  readonly stepS: number
  /** Start of the first step (UTC ms). */
  readonly from: number
  /** NaN where nothing was measured. */
  readonly values: Float64Array
  /** Step of the file, where it was finer and several values became one. */
  readonly finerStepS: number | undefined
  /** Several values were added up and not averaged: the unit is that of an amount. */
  readonly summed: boolean
}

const FINEST_S = 900
const COARSEST_S = 3600
const COARSER_S = 1800
/** 30 years of quarter-hours: what reaches further has a date that is wrong. */
const MOST_STEPS = 1_051_200
const AMOUNTS = /^([kMG]?Wh|[kM]?varh|[kMG]?J|m3|m³|L|l|kg)$/

/**
 * The step is the most frequent distance of neighbouring values. Values off the steps and values of a time that was there
 * already (the later one stands) are faults; finer steps are brought to half an hour, where half of it is known.
 * @throws PF_CURVE_INVALID where the step is none that a forecast by the time of day can have
 */
export function onSteps(column: TableColumn, faults: LineFaults, where: string): StepCurve {
  const fail = (detail: string) => new PenfeldError('PF_CURVE_INVALID', detail, { where: `${where}: ${column.name}` })
  const order = Int32Array.from(column.at.keys()).sort((a, b) => column.at[a] - column.at[b] || a - b)
  const known = order.filter((row) => !Number.isNaN(column.values[row]))
  if (known.length < 2) throw fail('It has no values.')
  const stepMs = mostFrequent(order, (row, k) => (k === 0 ? 0 : column.at[row] - column.at[order[k - 1]]))
  const ownS = stepMs / 1000
  if (!(ownS > 0 && ownS <= COARSEST_S)) throw fail(ownS > 0 ? `Its step is ${ownS / 3600} hours; one hour is the longest.` : 'All its values have one time.')
  if (ownS >= FINEST_S ? COARSEST_S % ownS !== 0 : COARSER_S % ownS !== 0) throw fail(`Its step of ${ownS / 60} minutes does not divide an hour.`)
  const stepS = ownS < FINEST_S ? COARSER_S : ownS
  const phase = mostFrequent(order, (row) => (column.at[row] % stepMs) + 1) - 1
  const first = column.at[known[0]]
  const from = ownS < FINEST_S ? Math.floor(first / (stepS * 1000)) * stepS * 1000 : first - (((first - phase) % stepMs) + stepMs) % stepMs
  const last = column.at[known.at(-1)!]
  const steps = Math.floor((last - from) / stepMs) + 1
  if (steps > MOST_STEPS * (stepS / ownS)) throw fail(`Its times reach from ${new Date(first).toISOString()} to ${new Date(last).toISOString()}, further than a curve does; one of them is wrong.`)
  const fine = new Float64Array(steps).fill(NaN)
  for (const row of known) {
    const step = Math.floor((column.at[row] - from) / stepMs)
    if ((column.at[row] - phase) % stepMs !== 0) faults.add(column.lines[row], 'off-step')
    else {
      if (!Number.isNaN(fine[step])) faults.add(column.lines[row], 'time-twice')
      fine[step] = column.values[row]
    }
  }
  const shared = { name: column.name, unit: column.unit, stepS, from }
  if (stepS === ownS) return { ...shared, values: fine, finerStepS: undefined, summed: false }
  const summed = AMOUNTS.test(column.unit)
  return { ...shared, values: together(fine, stepS / ownS, summed), finerStepS: ownS, summed }
}

/** A series brought to steps of another one by the mean, or on the straight line between values at most three hours apart. */
export function resampled(curve: StepCurve, from: number, steps: number, stepS: number): Float64Array {
  const values = new Float64Array(steps).fill(NaN)
  const [own, other] = [curve.stepS * 1000, stepS * 1000]
  if (own >= other) {
    let last = -1
    for (let i = 0; i < curve.values.length; i += 1) {
      if (Number.isNaN(curve.values[i])) continue
      const at = curve.from + i * own
      const before = last < 0 ? NaN : curve.from + last * own
      const straight = at - before <= 3 * 3_600_000
      for (let step = Math.max(0, Math.ceil(((straight ? before : at - other + 1) - from) / other)); step < steps && from + step * other <= at; step += 1) {
        const share = straight ? (from + step * other - before) / (at - before) : 1
        values[step] = share === 1 ? curve.values[i] : curve.values[last] + share * (curve.values[i] - curve.values[last])
      }
      last = i
    }
    return values
  }
  const count = new Int32Array(steps)
  for (let i = 0; i < curve.values.length; i += 1) {
    const step = Math.floor((curve.from + i * own - from) / other)
    if (step < 0 || step >= steps || Number.isNaN(curve.values[i])) continue
    count[step] += 1
    values[step] = count[step] === 1 ? curve.values[i] : values[step] + (curve.values[i] - values[step]) / count[step]
  }
  return values
}

/** Mean (or sum, as of a whole step) of so many neighbours, where at least half are known. */
function together(fine: Float64Array, count: number, summed: boolean): Float64Array {
  return Float64Array.from({ length: Math.ceil(fine.length / count) }, (_, step) => {
    const own = fine.subarray(step * count, (step + 1) * count).filter((value) => !Number.isNaN(value))
    return own.length < count / 2 ? NaN : (own.reduce((sum, value) => sum + value, 0) / own.length) * (summed ? count : 1)
  })
}

function mostFrequent(rows: Int32Array, of: (row: number, k: number) => number): number {
  const counts = new Map<number, number>()
  for (const [k, row] of rows.entries()) {
    const value = of(row, k)
    if (value > 0) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  let [best, most] = [0, 0]
  for (const [value, count] of counts) if (count > most) [best, most] = [value, count]
  return best
}

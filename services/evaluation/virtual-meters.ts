import { compileFormula } from '#models/district/formula.ts'
import type { District } from '#models/district/schema.ts'
import { registerToIntervals, type RegisterRules } from '#models/load-curve/registers.ts'
import { stepMeans } from '#models/load-curve/resample.ts'
import { QUALITY } from '#models/units/quality.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { columnCollector, type NamedColumns } from './named-columns.ts'
import { EVALUATION_STEP_S } from './plan.ts'
import { stepTimes } from './step-inputs.ts'

const STEP_MS = EVALUATION_STEP_S * 1000
/** A formula sees what a register counted in the step; faults of registers are the business of validation. */
const PLAIN_REGISTER: RegisterRules = { digits: undefined, maxPerHour: Infinity, resolution: 0, meterChanges: [] }

export const virtualName = (virtualMeterId: string): string => `virtual:${virtualMeterId}`

const formulasOf = ({ measurementPoints, constants, virtualMeters }: District) => {
  const names = { points: measurementPoints.map(({ id }) => id), constants: constants ?? {} }
  return virtualMeters.map(({ id, formula }) => ({ name: virtualName(id), formula: compileFormula(formula, names) }))
}

/** Every measurement point that a virtual meter is made of. */
export const virtualInputs = (district: District): ReadonlySet<string> => new Set(formulasOf(district).flatMap(({ formula }) => formula.inputs))

/**
 * The virtual meters of a document, evaluated at each 10-minute step as `virtual:<id>`: mean of powers and states, increase
 * of registers. If any input of a step is missing, so is the result: nothing is written, unless a value was there before
 * (in `derived`), which then becomes missing.
 */
export function createVirtualMeters(district: District) {
  const points = new Map(district.measurementPoints.map((point) => [point.id, point]))
  const meters = formulasOf(district)
  const inputs = [...new Set(meters.flatMap(({ formula }) => formula.inputs))]
  const place = new Map(inputs.map((input, i) => [input, i]))
  const longestStepMs = 1000 * inputs.reduce((longest, id) => Math.max(longest, points.get(id)!.stepS), EVALUATION_STEP_S)

  return {
    async columns(reader: TimeSeriesReader, from: number, to: number, derived?: TimeSeriesReader): Promise<NamedColumns> {
      const steps = Math.round((to - from) / STEP_MS)
      const values: Float64Array[] = inputs.map(() => new Float64Array(steps).fill(NaN))
      const quality: Uint8Array[] = inputs.map(() => new Uint8Array(steps).fill(QUALITY.missing))
      const ids = await reader.lookup(inputs)
      const known = inputs.map((_, i) => i).filter((i) => ids[i]! > 0)
      await reader.readMany(Int32Array.from(known, (i) => ids[i]!), from - longestStepMs, to + longestStepMs, (k, series) => {
        const i = known[k]!
        const { kind, stepS } = points.get(inputs[i]!)!
        const made = kind === 'register'
          ? registerToIntervals(series, PLAIN_REGISTER, from, to, EVALUATION_STEP_S).intervals
          : stepMeans(series, from, to, EVALUATION_STEP_S, Math.max(stepS, EVALUATION_STEP_S))
        values[i] = 'energy' in made ? made.energy : made.values
        quality[i] = made.quality
      })
      const collector = columnCollector()
      const madeIds = await derived?.lookup(meters.map(({ name }) => name))
      for (const [m, { name, formula }] of meters.entries()) {
        const columns = formula.inputs.map((input) => place.get(input)!)
        const result = new Float64Array(steps)
        const worst = new Uint8Array(steps)
        for (let step = 0; step < steps; step += 1) {
          result[step] = formula.evaluate(columns.map((i) => values[i]![step]!)) ?? NaN
          worst[step] = columns.reduce((code, i) => Math.max(code, quality[i]![step]!), 0)
        }
        const known = new Set<number>()
        if (derived !== undefined && madeIds![m]! > 0 && result.some(Number.isNaN)) {
          const before = await derived.read(madeIds![m]!, from, to)
          before.at.forEach((at, i) => { if (!Number.isNaN(before.values[i]!)) known.add(Math.round((at - from) / STEP_MS)) })
        }
        for (let step = 0; step < steps; step += 1) if (Number.isNaN(result[step]!)) worst[step] = QUALITY.missing
        const isWritten = (_: number, step: number) => !Number.isNaN(result[step]!) || known.has(step)
        collector.add(name, { at: stepTimes(from, to).filter(isWritten), values: result.filter(isWritten), quality: worst.filter(isWritten) })
      }
      return collector.columns()
    },
  }
}

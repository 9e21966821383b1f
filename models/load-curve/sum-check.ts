import { isUsable } from '#models/units/quality.ts'
import { finding, type SeriesFinding } from './finding.ts'
import type { RegisterReadings } from './registers.ts'

/** Both come from the same measuring element: apart from rounding they must agree. */
const TOLERANCE_SHARE = 0.01
/** Rounding of two readings. */
const TOLERANCE_RESOLUTIONS = 2
const LONGEST_MS = 50 * 3_600_000
const SHORTEST_MS = 20 * 3_600_000

export interface SumCheck {
  readonly findings: readonly SeriesFinding[]
  /** Days that could be compared. */
  readonly compared: number
}

/**
 * The register of a meter against the load curve of the same meter: between two daily readings the register must rise by
 * the sum of the steps. A day with a missing step is not compared. `energy` holds steps of `stepS` from `firstAt` in the
 * unit of the register; `from` (UTC ms): days before it are left out.
 */
export function sumCheck(readings: RegisterReadings, energy: Float64Array, firstAt: number, stepS: number, resolution: number, from = -Infinity): SumCheck {
  const stepMs = stepS * 1000
  const findings: SeriesFinding[] = []
  let compared = 0
  let before = -1
  for (let i = 0; i < readings.at.length; i += 1) {
    if (!isUsable(readings.quality[i]!) || Number.isNaN(readings.values[i]!)) continue
    const start = before < 0 ? NaN : readings.at[before]!
    const end = readings.at[i]!
    const register = before < 0 ? NaN : readings.values[i]! - readings.values[before]!
    before = i
    // A rollover or a change of the meter is the business of other checks.
    if (!(register >= 0) || start < from || end - start > LONGEST_MS || end - start < SHORTEST_MS) continue
    const first = (start - firstAt) / stepMs
    const last = (end - firstAt) / stepMs
    if (!Number.isInteger(first) || !Number.isInteger(last) || first < 0 || last > energy.length) continue
    let sum = 0
    for (let step = first; step < last; step += 1) sum += energy[step]!
    if (Number.isNaN(sum)) continue
    compared += 1
    const difference = register - sum
    const tolerance = Math.max(TOLERANCE_RESOLUTIONS * resolution, TOLERANCE_SHARE * register)
    if (Math.abs(difference) > tolerance) findings.push(finding('sum-check', start, end, { register, sumOfSteps: sum, difference, tolerance }))
  }
  return { findings, compared }
}

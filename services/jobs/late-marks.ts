import type { JournalEntry } from '#services/store/port.ts'
import type { AskedJob } from './port.ts'

/** What was made from a measurement point and must be made again when its past changes. */
export interface Dependents {
  readonly name: string
  /** How long one value holds. */
  readonly stepS: number
  /** How far before its own time it counts: a reading of a register ends the use of the step before it. */
  readonly beforeS: number
  readonly evaluated: boolean
  readonly validated: boolean
}

/** Up to where (exclusive, UTC ms) the past has been made; a value at or after it will be seen in the ordinary way. */
export interface MadeUpTo {
  readonly evaluated: number
  readonly validated: number
}

/**
 * The jobs that late or revised values ask for: for each touched 10-minute step of the network, and each touched
 * (point, local day) of validated energy. The revision of a job is the journal entry that it must have seen.
 */
export function lateMarks(
  entries: readonly JournalEntry[],
  dependents: ReadonlyMap<number, Dependents>,
  madeUpTo: MadeUpTo,
  stepMs: number,
  localDayStart: (at: number) => number,
): AskedJob[] {
  const marks = new Map<string, AskedJob>()
  const mark = (kind: AskedJob['kind'], scope: string, period: number, inputRevision: number) => marks.set(`${kind} ${scope} ${period}`, { kind, scope, period, inputRevision })
  for (const { seq, batch } of entries) {
    for (let i = 0; i < batch.pointIds.length; i += 1) {
      const dependent = dependents.get(batch.pointIds[i]!)
      if (dependent === undefined) continue
      const at = batch.at[i]!
      if (dependent.evaluated) {
        const end = Math.min(at + dependent.stepS * 1000, madeUpTo.evaluated)
        for (let step = Math.floor((at - dependent.beforeS * 1000) / stepMs) * stepMs; step < end; step += stepMs) mark('evaluate', 'network', step, seq)
      }
      if (dependent.validated && at - dependent.beforeS * 1000 < madeUpTo.validated) {
        for (const day of new Set([localDayStart(at - dependent.beforeS * 1000), localDayStart(at)])) if (day < madeUpTo.validated) mark('validate', dependent.name, day, seq)
      }
    }
  }
  return [...marks.values()]
}

import { isUsable } from '#models/units/quality.ts'
import { finding, type FindingKind, type SeriesFinding } from './finding.ts'
import type { RegisterFault, RegisterReadings } from './registers.ts'

/** So many readings on the new level, without another fault, say that it lasts. */
const LASTING_READINGS = 6
const LEVEL_FAULTS: readonly FindingKind[] = ['negative-jump', 'implausible-jump']

/**
 * The faults of a register (see `registerToIntervals`) as findings between the readings they lie between. A jump to
 * another level from which the register counts on is a meter that was changed without notice: the document of the
 * district knows nothing of it. (A new meter that begins near 0 looks like a reset, and is called one.)
 */
export function registerFindings(readings: RegisterReadings, faults: readonly RegisterFault[]): SeriesFinding[] {
  const times: number[] = []
  readings.at.forEach((at, i) => { if (isUsable(readings.quality[i]!) && !Number.isNaN(readings.values[i]!)) times.push(at) })
  const place = new Map(times.map((at, i) => [at, i]))
  return faults.map((fault, k) => {
    const i = place.get(fault.at)!
    const evidence = { before: fault.before, after: fault.after }
    const next = faults[k + 1]
    const counted = (next === undefined ? times.length : place.get(next.at)!) - i
    const kind = LEVEL_FAULTS.includes(fault.kind) && counted > LASTING_READINGS ? 'meter-change-unannounced' : fault.kind
    return finding(kind, times[i - 1] ?? fault.at, fault.at, evidence)
  })
}

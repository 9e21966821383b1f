/** Energies of the rows of a cohort, complete where the past of the meters themselves can fill a gap. */
import type { Carrier, StepTable } from '#models/disclosure/guard-shapes.ts'
import { ownUsual, usualOf } from '#models/load-curve/impute-own.ts'
import { localMonthStart } from '#models/units/local-months.ts'
import { localDayStarts } from '#models/units/local-time.ts'
import type { Member } from './quarter-book.ts'
import type { PointEnergies, PublicationSource } from './source.ts'

const DAY_MS = 86_400_000
/** The past that says what is usual: four of each weekday. */
const PAST_MS = 28 * DAY_MS
/** Share of a cohort. */
const LEAST_MEASURED = 0.5

export interface CohortSpan {
  readonly carrier: Carrier
  readonly members: readonly Member[]
  /** Start of the quarter: members and their delivery points are those of that time. */
  readonly frozenAt: number
  readonly timeZone: string
}

/**
 * Hours of the whole cohort from `from` to `to`. A meter that is silent, or whose holder has gone inside the quarter, is made up of its
 * own past; NaN only where it has none. What a new holder uses is not in it: it waits for the next quarter.
 */
export async function cohortEnergies(source: PublicationSource, span: CohortSpan, from: number, to: number): Promise<StepTable> {
  const { carrier, members } = span
  const points = members.flatMap(({ deliveryPoints }) => deliveryPoints)
  const own = ownOnly(source, span, points, await source.energies(carrier, points, from, to))
  const imputed = new Uint8Array(own.energies.length)
  const gaps = points.flatMap((_, k) => (hasGap(own, k, points.length) ? [k] : []))
  if (gaps.length > 0) await fill(source, span, points, gaps, own, imputed, from)
  return bySum(members, own, imputed)
}

/** The same with NaN where a gap is. */
export async function ownEnergies(source: PublicationSource, span: CohortSpan, from: number, to: number): Promise<StepTable> {
  const points = span.members.flatMap(({ deliveryPoints }) => deliveryPoints)
  const own = ownOnly(source, span, points, await source.energies(span.carrier, points, from, to))
  return bySum(span.members, own, new Uint8Array(own.energies.length))
}

/** What was measured while the holder of the cohort had the point. */
function ownOnly(source: PublicationSource, { members, frozenAt }: CohortSpan, points: readonly string[], read: PointEnergies): PointEnergies {
  const holderOf = members.flatMap(({ holderId, deliveryPoints }) => deliveryPoints.map(() => holderId))
  const energies = read.energies.slice()
  for (const [k, point] of points.entries()) {
    const tenure = source.tenures(point).find(({ holderId, from, to }) => holderId === holderOf[k] && from <= frozenAt && frozenAt < to)
    for (const [step, at] of read.at.entries()) if (tenure === undefined || at < tenure.from || at >= tenure.to) energies[step * points.length + k] = NaN
  }
  return { at: read.at, energies }
}

const hasGap = ({ at, energies }: PointEnergies, k: number, width: number): boolean => at.some((_, step) => Number.isNaN(energies[step * width + k]!))

async function fill(source: PublicationSource, span: CohortSpan, points: readonly string[], gaps: readonly number[], own: PointEnergies, imputed: Uint8Array, from: number): Promise<void> {
  // First the weeks before; a meter that was silent then as well, since the quarter began at the earliest, by those before the quarter.
  let open = gaps
  for (const before of [from, span.frozenAt]) {
    if (open.length === 0) return
    const names = open.map((k) => points[k]!)
    const members = span.members.flatMap((member) => member.deliveryPoints.filter((id) => names.includes(id)).map((id) => ({ ...member, deliveryPoints: [id] })))
    const ordered = members.map(({ deliveryPoints: [id] }) => id!)
    const past = ownOnly(source, { ...span, members }, ordered, await source.energies(span.carrier, ordered, before - PAST_MS, before))
    open = open.filter((k) => !fillFrom(past, ordered.indexOf(points[k]!), own, k, points.length, imputed, span.timeZone))
  }
}

/** False: something is still open. */
function fillFrom(past: PointEnergies, row: number, own: PointEnergies, k: number, width: number, imputed: Uint8Array, timeZone: string): boolean {
  const pastWidth = past.energies.length / past.at.length
  const usual = usualOf(ownUsual(past.at, past.at.map((_, step) => past.energies[step * pastWidth + row]!), timeZone), own.at, timeZone)
  let isWhole = true
  for (let step = 0; step < own.at.length; step += 1) {
    const place = step * width + k
    if (!Number.isNaN(own.energies[place]!)) continue
    own.energies[place] = usual[step]!
    if (Number.isNaN(usual[step]!)) isWhole = false
    else imputed[place] = 1
  }
  return isWhole
}

function bySum(members: readonly Member[], { at, energies }: PointEnergies, imputed: Uint8Array): StepTable {
  const width = energies.length / Math.max(1, at.length)
  const [kwh, isImputed] = [new Float64Array(at.length * members.length), new Uint8Array(at.length * members.length)]
  for (let step = 0; step < at.length; step += 1) {
    let k = step * width
    for (const [row, { deliveryPoints }] of members.entries()) {
      const place = step * members.length + row
      for (let i = 0; i < deliveryPoints.length; i += 1, k += 1) {
        kwh[place] += energies[k]!
        if (imputed[k] === 1) isImputed[place] = 1
      }
    }
  }
  return { at, kwh, imputed: isImputed }
}

/** Months before the quarter, as far back as anything was measured; NaN where the holder had not come yet. Days on which hardly anybody was measured say nothing of how people live and are left out. */
export async function cohortHistory(source: PublicationSource, span: CohortSpan, months: number): Promise<StepTable> {
  const points = span.members.flatMap(({ deliveryPoints }) => deliveryPoints)
  const parts: StepTable[] = []
  for (let back = 1; back <= months && points.length > 0; back += 1) {
    const [from, to] = [localMonthStart(span.frozenAt, span.timeZone, -back), localMonthStart(span.frozenAt, span.timeZone, 1 - back)]
    const own = ownOnly(source, span, points, await source.energies(span.carrier, points, from, to))
    if (own.energies.every(Number.isNaN)) break
    parts.unshift(measuredDays(bySum(span.members, own, new Uint8Array(own.energies.length)), span, from, to))
  }
  return { at: joined(parts.map(({ at }) => at)), kwh: joined(parts.map(({ kwh }) => kwh)), imputed: new Uint8Array(parts.reduce((sum, { kwh }) => sum + kwh.length, 0)) }
}

function measuredDays({ at, kwh }: StepTable, { members, timeZone }: CohortSpan, from: number, to: number): StepTable {
  const width = members.length
  const isMeasured = (step: number) => kwh.subarray(step * width, (step + 1) * width).reduce((known, value) => known + (Number.isNaN(value) ? 0 : 1), 0) >= LEAST_MEASURED * width
  const kept = [...localDayStarts(from, to, timeZone)].flatMap((day, i, days) => {
    const steps = [...at.keys()].filter((step) => at[step]! >= day && at[step]! < (days[i + 1] ?? to))
    return steps.every(isMeasured) ? steps : []
  })
  const rows = new Float64Array(kept.length * width)
  for (const [i, step] of kept.entries()) rows.set(kwh.subarray(step * width, (step + 1) * width), i * width)
  return { at: Float64Array.from(kept, (step) => at[step]!), kwh: rows, imputed: new Uint8Array(rows.length) }
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0))
  let from = 0
  for (const part of parts) {
    whole.set(part, from)
    from += part.length
  }
  return whole
}

/** Whose every delivery point spoke in the weeks before: others wait for the next quarter. */
export async function measuredMembers(source: PublicationSource, span: CohortSpan): Promise<Member[]> {
  const points = span.members.flatMap(({ deliveryPoints }) => deliveryPoints)
  const past = ownOnly(source, span, points, await source.energies(span.carrier, points, span.frozenAt - PAST_MS, span.frozenAt))
  const spoke = new Set(points.filter((_, k) => past.at.some((_at, step) => !Number.isNaN(past.energies[step * points.length + k]!))))
  return span.members.filter(({ deliveryPoints }) => deliveryPoints.every((id) => spoke.has(id)))
}

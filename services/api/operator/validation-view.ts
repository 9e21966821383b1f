import type { District } from '#models/district/schema.ts'
import type { AppliedEdit, Edit } from '#services/editing/port.ts'
import { isDecision } from '#services/editing/port.ts'
import type { MeterFinding, PointDayQuality } from '#services/evaluation/meter-findings.ts'
import type { DataQuality, EditView, Findings, FindingState, FindingView } from '../contract/validation.ts'

const STATE_OF_EDIT: Readonly<Partial<Record<Edit['kind'], FindingState>>> = { accept: 'accepted', dismiss: 'dismissed' }

/** The state of a finding is what the newest edit that names it says, unless it was taken back. */
export function findingViews(findings: readonly MeterFinding[], decisions: ReadonlyMap<number, Edit>, district: District): FindingView[] {
  const units = new Map(district.measurementPoints.map(({ id, unit }) => [id, unit]))
  return findings.map(({ goneAt: _gone, ...one }): FindingView => {
    const edit = decisions.get(one.findingId)
    return {
      ...one, other: one.other ?? null, unit: units.get(one.point) ?? null, evidence: { ...one.evidence },
      state: edit === undefined ? 'open' : (STATE_OF_EDIT[edit.kind] ?? 'edited'),
      decision: edit === undefined ? null : { editId: edit.editId, person: edit.person, at: edit.at, reason: edit.reason },
    }
  })
}

export function countsOf(findings: readonly FindingView[]): Findings['counts'] {
  return [...Map.groupBy(findings, ({ kind }) => kind)]
    .map(([kind, all]) => ({ kind, open: all.filter(({ state }) => state === 'open').length, total: all.length }))
    .sort((a, b) => b.open - a.open || b.total - a.total)
}

export function editView(edit: Edit, applied: AppliedEdit | undefined, undoneBy: Edit | undefined, district: District): EditView {
  const { seq: _seq, personId: _person, ...line } = edit
  // A decision changes no value: it holds as soon as it is in the ledger.
  const state = typeof applied?.problem === 'string' ? 'refused' : applied !== undefined || isDecision(edit.kind) ? 'applied' : 'waiting'
  return {
    ...line, unit: district.measurementPoints.find(({ id }) => id === edit.point)?.unit ?? null, undoneBy: undoneBy?.editId ?? null, state, problem: applied?.problem ?? null,
    valuesBefore: applied?.before ?? 0, valuesWritten: applied?.written ?? 0, valuesLeftAlone: applied?.leftAlone ?? 0,
  }
}

type Steps = Pick<PointDayQuality, 'steps' | 'measured' | 'uncertain' | 'substituted' | 'missing'>
const percent = (part: number, steps: number): number => Math.round((10_000 * part) / steps) / 100
const shares = ({ steps, measured, uncertain, substituted, missing }: Steps) =>
  ({ steps, measuredPct: percent(measured, steps), uncertainPct: percent(uncertain, steps), substitutedPct: percent(substituted, steps), missingPct: percent(missing, steps) })

/** Shares of steps by point and day, and of the whole district by day. */
export function qualityView(rows: readonly PointDayQuality[]): Pick<DataQuality, 'days' | 'points'> {
  const add = (a: Steps, b: Steps): Steps => ({ steps: a.steps + b.steps, measured: a.measured + b.measured, uncertain: a.uncertain + b.uncertain, substituted: a.substituted + b.substituted, missing: a.missing + b.missing })
  return {
    days: [...Map.groupBy(rows, ({ day }) => day)].map(([day, all]) => ({ day, points: all.length, ...shares(all.reduce<Steps>(add, { steps: 0, measured: 0, uncertain: 0, substituted: 0, missing: 0 })) })),
    points: rows.map(({ day, point, ...steps }) => ({ day, point, ...shares(steps) })),
  }
}

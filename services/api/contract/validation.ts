/** Validation, estimation, editing: what the checks found on meters, what people corrected, how good each day is. */
import { Type, type Static } from 'typebox'
import { ElementId, Format, Instant, Readiness, nullable, object, oneOf } from './common.ts'

export const FindingKind = oneOf(
  'above-limit', 'negative', 'spike', 'flatline', 'stopped', 'missing', 'after-outage',
  'rollover', 'reset', 'meter-change', 'meter-change-unannounced', 'negative-jump', 'implausible-jump', 'outlier',
  'sum-check', 'clock-drift', 'shifted', 'swapped',
)
export type FindingKind = Static<typeof FindingKind>
/** open: nobody has decided; edited: values were corrected for it. */
export const FindingState = oneOf('open', 'accepted', 'dismissed', 'edited')
export type FindingState = Static<typeof FindingState>
export const EditKind = oneOf('substitute', 'set-value', 'mark-bad', 'undo', 'accept', 'dismiss')
export type EditKind = Static<typeof EditKind>
const EditId = Type.String({ pattern: '^[A-Za-z0-9-]{8,64}$', description: 'chosen by the one who asks, e.g. a UUID: asking again with it changes nothing' })
const OptionalInstant = Type.Optional(Instant())

export const FindingsQuery = object({
  from: OptionalInstant, to: OptionalInstant, kind: Type.Optional(FindingKind), state: Type.Optional(FindingState), point: Type.Optional(ElementId),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })), format: Format,
})
export const FindingView = object({
  findingId: Type.Integer(),
  point: Type.String(),
  unit: nullable(Type.String()),
  kind: FindingKind,
  severity: oneOf('note', 'doubt', 'fault'),
  from: Instant(),
  to: Instant(),
  evidence: Type.Record(Type.String(), Type.Number(), { description: 'the numbers that say so; see docs/validation.md' }),
  other: nullable(Type.String({ description: 'the point with which a meter seems exchanged' })),
  foundAt: Type.Number(),
  state: FindingState,
  decision: nullable(object({ editId: Type.String(), person: Type.String(), at: Type.Number(), reason: Type.String() })),
})
export type FindingView = Static<typeof FindingView>
export const Findings = object({
  readiness: Readiness,
  from: Instant(),
  to: Instant(),
  /** Of the interval, whatever the filter. */
  counts: Type.Array(object({ kind: FindingKind, open: Type.Integer(), total: Type.Integer() })),
  /** How many fit the filter; `findings` holds the newest of them. */
  total: Type.Integer(),
  findings: Type.Array(FindingView),
})
export type Findings = Static<typeof Findings>

export const EditsQuery = object({ point: Type.Optional(ElementId), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })), format: Format })
export const EditView = object({
  editId: Type.String(),
  at: Type.Number(),
  person: Type.String(),
  kind: EditKind,
  point: Type.String(),
  unit: nullable(Type.String()),
  from: Type.Number(),
  to: Type.Number(),
  reason: Type.String(),
  value: nullable(Type.Number()),
  findingId: nullable(Type.Integer()),
  undoes: nullable(Type.String()),
  undoneBy: nullable(Type.String()),
  state: oneOf('waiting', 'applied', 'refused'),
  problem: nullable(Type.String()),
  /** Values that were in the span; values written; values an undo left alone because others had changed them since. */
  valuesBefore: Type.Integer(),
  valuesWritten: Type.Integer(),
  valuesLeftAlone: Type.Integer(),
})
export type EditView = Static<typeof EditView>
export const Edits = object({ edits: Type.Array(EditView) })
export type Edits = Static<typeof Edits>

/** A decision needs the finding, an undo the edit, everything else the point and the span. */
export const NewEditBody = object({
  editId: EditId,
  kind: EditKind,
  reason: Type.String({ minLength: 3, maxLength: 500, pattern: '\\S' }),
  point: Type.Optional(ElementId),
  from: Type.Optional(Type.Integer({ minimum: Date.UTC(2000, 0, 1), maximum: Date.UTC(2100, 0, 1) })),
  to: Type.Optional(Type.Integer({ minimum: Date.UTC(2000, 0, 1), maximum: Date.UTC(2100, 0, 1) })),
  value: Type.Optional(Type.Number({ description: 'for set-value, in the unit of the point' })),
  findingId: Type.Optional(Type.Integer({ minimum: 1 })),
  undoes: Type.Optional(EditId),
})
export type NewEditBody = Static<typeof NewEditBody>

export const DataQualityQuery = object({ from: OptionalInstant, to: OptionalInstant, point: Type.Optional(ElementId), format: Format })
const shares = { steps: Type.Integer(), measuredPct: Type.Number(), uncertainPct: Type.Number(), substitutedPct: Type.Number(), missingPct: Type.Number() }
export const DataQuality = object({
  readiness: Readiness,
  /** All validated points together, by local day. */
  days: Type.Array(object({ day: Instant(), points: Type.Integer(), ...shares })),
  points: Type.Array(object({ day: Instant(), point: Type.String(), ...shares })),
})
export type DataQuality = Static<typeof DataQuality>

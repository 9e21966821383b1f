/** May this much be connected here? Asked for again until it is done: the study runs in a thread of its own. */
import { Type, type Static } from 'typebox'
import { ElementId, Instant, nullable, object, oneOf } from './common.ts'
import { LARGEST_KVA } from './connection-limits.ts'


export const ConnectionStudyQuery = object({
  node: Type.Optional(Type.Unsafe<string>({ ...ElementId, description: 'busbar or junction; without it only the profiles are told' })),
  kva: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: LARGEST_KVA })),
  profile: Type.Optional(Type.String({ maxLength: 80, description: '`constant` or a load class of the district' })),
  tanPhi: Type.Optional(Type.Number({ minimum: -1, maximum: 1, description: 'reactive over active power, both positive when drawn' })),
})

const LimitKind = oneOf('current', 'power', 'voltage-low', 'voltage-high', 'not-solved', 'not-rated', 'not-supplied')
/** `value`: loading in % of the limit, or voltage in pu; null where it was not computed. */
export const BindingLimit = object({ state: Type.String({ description: '`N` or what is out' }), at: Instant(), kind: LimitKind, element: nullable(Type.String()), value: nullable(Type.Number()) })
export type BindingLimit = Static<typeof BindingLimit>

export const ConnectionOutcomeView = object({
  state: Type.String(),
  holds: Type.Boolean(),
  unsupplied: nullable(Type.String()),
  /** Of an outage only the most promising hours are computed: its hours and energy are then a lower bound. */
  computedHours: Type.Number(),
  notComputedHours: Type.Number(),
  brokenBeforeHours: Type.Number(),
  beyondHours: Type.Number(),
  beyondMwh: Type.Number(),
  fitsKva: Type.Number(),
  first: nullable(BindingLimit),
  worst: nullable(BindingLimit),
  lowestPu: nullable(Type.Number()),
  highestPu: nullable(Type.Number()),
})
export type ConnectionOutcomeView = Static<typeof ConnectionOutcomeView>

/** Largest constant power at this bus alone: never to be added up over buses. */
const Headroom = object({ activeKw: Type.Number(), reason: oneOf('limit', 'already-broken', 'not-solved', 'not-rated', 'not-supplied', 'most'), binding: nullable(BindingLimit) })

export const RemedyView = object({
  kind: oneOf('reinforcement', 'open-point', 'other-bus', 'flexible'),
  changes: Type.Array(object({ element: Type.String(), into: Type.String() })),
  clears: Type.Boolean(),
  remaining: nullable(BindingLimit),
  /** null: the table of costs has no price for it, which never means that it is free. */
  eur: nullable(Type.Number()),
  missingPrices: Type.Array(Type.String()),
  isCheapest: Type.Boolean(),
  curtailment: nullable(object({ hoursAYear: Type.Number(), mwhAYear: Type.Number(), hoursInWorstOutage: Type.Number() })),
})
export type RemedyView = Static<typeof RemedyView>

export const ConnectionStudyView = object({
  node: Type.String(),
  kva: Type.Number(),
  profile: Type.String(),
  tanPhi: Type.Number(),
  from: Type.Number(),
  to: Type.Number(),
  stepS: Type.Number(),
  hours: Type.Number(),
  /** Hours whose feeder heads were measured. */
  measuredHours: Type.Number(),
  /** By what the peaks of the hourly loads beside the request were lifted. */
  peakFactor: Type.Number(),
  holds: Type.Boolean(),
  fitsKva: Type.Number(),
  fitsFirmKva: Type.Number(),
  binding: nullable(BindingLimit),
  normal: ConnectionOutcomeView,
  outages: Type.Array(ConnectionOutcomeView),
  worstOutage: nullable(Type.String()),
  headroom: nullable(Headroom),
  headroomFirm: nullable(Headroom),
  remedies: Type.Array(RemedyView),
  /** Beyond a limit in the normal state without the request, wherever it is. */
  brokenAnyway: Type.Array(object({ element: Type.String(), hours: Type.Number() })),
  sources: Type.Array(object({ title: Type.String(), dated: Type.String(), address: nullable(Type.String()), sure: oneOf('read', 'reported', 'computed', 'usual') })),
})
export type ConnectionStudyView = Static<typeof ConnectionStudyView>

export const ConnectionStudyAnswer = object({
  /** `idle`: nothing asked. `busy`: too many wait already. */
  status: oneOf('idle', 'busy', 'running', 'done', 'failed'),
  progressPct: Type.Number(),
  profiles: Type.Array(Type.String()),
  problem: nullable(Type.String()),
  study: nullable(ConnectionStudyView),
})
export type ConnectionStudyAnswer = Static<typeof ConnectionStudyAnswer>

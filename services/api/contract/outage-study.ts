/** What if this element fails? Asked for again until it is done: the study runs in a thread of its own. */
import { Type, type Static } from 'typebox'
import { ElementId, Instant, nullable, object, oneOf } from './common.ts'

export const OutageStudyQuery = object({ element: Type.Optional(Type.Unsafe<string>({ ...ElementId, description: 'section, transformer or busbar of the medium voltage; without it only the choice is told' })) })

const StageView = object({
  name: oneOf('fault', 'remote', 'manual', 'repair'),
  /** Seconds from the fault. */
  fromS: Type.Number(),
  toS: Type.Number(),
  operations: Type.Array(object({ device: Type.String(), action: oneOf('trip', 'open', 'close'), remote: Type.Boolean(), doneAtS: Type.Number(), timeAssumed: Type.Boolean() })),
  unsuppliedKw: Type.Number(),
  unsuppliedCustomers: Type.Number(),
  unsuppliedKwh: Type.Number(),
  /** Reclosures that would have broken a limit, with the element and its loading. */
  refused: Type.Array(object({ close: Type.Array(Type.String()), element: nullable(Type.String()) })),
})
export type StageView = Static<typeof StageView>

export const OutageStudyView = object({
  element: Type.String(),
  kind: oneOf('section', 'transformer', 'busbar'),
  /** The firm criterion applies: all load must be supplied again by switching. */
  firm: Type.Boolean(),
  holds: Type.Boolean(),
  /** The hour of the year's highest load, for which the plan is shown. */
  planAt: Instant(),
  stages: Type.Array(StageView),
  from: Instant(),
  to: Instant(),
  hours: Type.Number(),
  measuredHours: Type.Number(),
  /** If the element were missing all year, after switching. */
  violationHours: Type.Number(),
  notSolvedHours: Type.Number(),
  notRated: Type.Array(Type.String()),
  unsuppliedMwh: Type.Number(),
  /** Mean over all hours in which the fault may begin, until the repair. */
  unsuppliedKwhPerFault: Type.Number(),
  worst: nullable(object({ element: Type.String(), loadingPct: Type.Number(), at: Instant() })),
  /** Beyond their rating then, the longest first. */
  beyond: Type.Array(object({ element: Type.String(), hours: Type.Number(), mwh: Type.Number(), peakPct: Type.Number() })),
  timesSource: Type.String(),
})
export type OutageStudyView = Static<typeof OutageStudyView>

export const OutageStudyAnswer = object({
  /** `idle`: nothing asked. `busy`: too many wait already. */
  status: oneOf('idle', 'busy', 'running', 'done', 'failed'),
  progressPct: Type.Number(),
  choice: Type.Array(object({ id: Type.String(), kind: oneOf('section', 'transformer', 'busbar'), name: Type.String() })),
  problem: nullable(Type.String()),
  study: nullable(OutageStudyView),
})
export type OutageStudyAnswer = Static<typeof OutageStudyAnswer>

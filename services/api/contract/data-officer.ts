/** What the data officer answers for: what is public, what will be, what is held and why. Reasons go no further. */
import { Type, type Static } from 'typebox'
import { Instant, LocalText, nullable, object, oneOf } from './common.ts'
import { CarrierName, PublicReleaseHead, ReleasesQuery } from './releases.ts'

export const HELD_REASONS = [
  'too-few-holders', 'too-few-delivery-points', 'too-few-points-for-step', 'dominant-holder', 'complementary', 'tight-interval', 'external-release',
  'too-much-imputed', 'changed-members', 'failed-step', 'not-measured', 'nothing-used',
] as const
export const HeldReasonName = oneOf(...HELD_REASONS)
export const TimeClassName = oneOf('half-hourly', 'hourly', 'daily', 'monthly', 'none')

const Certificate = object({ rulesFrom: Type.String(), cohortSha256: Type.String(), holders: Type.Integer(), cellsShown: Type.Integer(), cellsHeld: Type.Integer(), derivableSums: Type.Integer(), intervalsChecked: Type.Integer(), narrowestShare: nullable(Type.Number()) })
export const OfficerRelease = object({
  ...PublicReleaseHead.properties,
  held: Type.Array(object({ cell: Type.String(), name: LocalText, reason: HeldReasonName })),
  certificate: nullable(Certificate),
  withdrawal: nullable(object({ at: Instant(), reason: nullable(Type.String({ description: 'null: it left its window' })), person: nullable(Type.String()) })),
})
export type OfficerRelease = Static<typeof OfficerRelease>

/** What the next run shows of a cell if its day passes, and why not more. */
export const OfficerCell = object({ cell: Type.String(), name: LocalText, finest: TimeClassName, held: Type.Array(object({ step: TimeClassName, reason: HeldReasonName })) })
export const OfficerQuarter = object({ carrier: CarrierName, from: Instant(), to: Instant(), madeAt: Instant(), cohortSha256: Type.String(), cells: Type.Array(OfficerCell) })
export const OfficerReleases = object({ now: Instant(), nextRunAt: Instant(), quarters: Type.Array(OfficerQuarter), releases: Type.Array(OfficerRelease), nextBefore: nullable(Type.Integer()) })
export type OfficerReleases = Static<typeof OfficerReleases>
export type OfficerQuarter = Static<typeof OfficerQuarter>
export const OfficerQuery = ReleasesQuery

export const WithdrawalBody = object({ reason: Type.String({ minLength: 3, maxLength: 500 }) })
export const Withdrawn = object({ releaseId: Type.Integer(), at: Instant(), reason: Type.String(), person: Type.String() })
export type Withdrawn = Static<typeof Withdrawn>

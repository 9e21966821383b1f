/** What everybody may read: the district in words, and releases. Nothing else. */
import { Type, type Static } from 'typebox'
import { FormatQuery, Instant, IntervalQuery, LocalText, Readiness, nullable, object, oneOf } from './common.ts'

export const PublicDistrict = object({
  id: Type.String(),
  name: LocalText,
  /** Shown on every page, e.g. that the network is illustrative. */
  notice: nullable(LocalText),
  timeZone: Type.String(),
  /** Time of the service, which may be shifted and accelerated in a demonstration, and its speed. */
  now: Instant(),
  clockSpeed: Type.Number(),
  zones: Type.Array(object({ id: Type.String(), name: LocalText })),
  carriers: Type.Array(Type.String()),
  watchLoadingPct: Type.Number(),
  limitLoadingPct: Type.Number(),
  /** Why figures come late and rounded, in words made from the table of rules in force. */
  publicationRules: nullable(object({ validFrom: Instant(), stepS: Type.Integer(), delayS: Type.Integer(), windowDays: Type.Integer(), words: LocalText })),
})
export type PublicDistrict = Static<typeof PublicDistrict>

/** One immutable release. `null` figures: not published, one wording whatever the reason. */
export const PublicRelease = object({
  releaseId: Type.Integer(),
  kind: oneOf('district-live'),
  at: Instant('start of the interval'),
  stepS: Type.Integer(),
  publishedAt: Instant(),
  rules: Type.String(),
  districtVersion: Type.String(),
  sha256: Type.String(),
  meanPowerKw: nullable(Type.Number()),
  loadingPct: nullable(Type.Number({ description: 'share of the firm import in use' })),
  firmImportKw: nullable(Type.Number()),
  headroomKw: nullable(Type.Number()),
})
export type PublicRelease = Static<typeof PublicRelease>

export const PublicLive = object({ readiness: Readiness, release: nullable(PublicRelease) })
export type PublicLive = Static<typeof PublicLive>

export const PublicHistory = object({ from: Instant(), to: Instant(), releases: Type.Array(PublicRelease) })
export type PublicHistory = Static<typeof PublicHistory>

export const PublicFormatQuery = FormatQuery
export const PublicHistoryQuery = IntervalQuery
/** The `release` event of the stream carries one of these. */
export type PublicReleaseEvent = PublicRelease

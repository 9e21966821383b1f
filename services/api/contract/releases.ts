/** Releases for everybody, and what is made of them. */
import { Type, type Static } from 'typebox'
import { Format, Instant, LocalText, nullable, object, oneOf } from './common.ts'

export const ReleaseKindName = oneOf('district-live', 'energy-daily', 'curve-daily', 'energy-monthly')
export type ReleaseKindName = Static<typeof ReleaseKindName>
export const CarrierName = oneOf('electricity', 'heat', 'gas', 'water', 'cooling', 'production')
export type CarrierName = Static<typeof CarrierName>

/** What stays of a release when its figures have gone. */
export const PublicReleaseHead = object({
  releaseId: Type.Integer(),
  kind: ReleaseKindName,
  carrier: CarrierName,
  at: Instant('start of the interval, of the local day or of the local month'),
  stepS: Type.Integer(),
  publishedAt: Instant(),
  rules: Type.String({ description: 'validFrom of the table of rules that it passed' }),
  districtVersion: Type.String(),
  previousSha256: Type.String(),
  sha256: Type.String({ description: 'of the document at its address, byte for byte' }),
  certificateSha256: nullable(Type.String()),
  publicKey: nullable(Type.String()),
  signature: nullable(Type.String({ description: 'Ed25519 over the letters of sha256, base64url' })),
  withdrawn: Type.Boolean({ description: 'its address answers 410' }),
})
export type PublicReleaseHead = Static<typeof PublicReleaseHead>

export const ReleasesQuery = object({ kind: Type.Optional(ReleaseKindName), carrier: Type.Optional(CarrierName), before: Type.Optional(Type.Integer({ minimum: 1 })), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })), format: Format })
/** Newest first. `nextBefore`: what to send as `before` for the next page. */
export const PublicReleases = object({ releases: Type.Array(PublicReleaseHead), nextBefore: nullable(Type.Integer()) })
export type PublicReleases = Static<typeof PublicReleases>
export const ReleaseParams = object({ id: Type.Integer({ minimum: 1, maximum: 2 ** 53 - 1 }) })

export const EnergiesQuery = object({ carrier: CarrierName, step: oneOf('day', 'month'), from: Instant(), to: Instant(), format: Format })
const PublicCell = object({ cell: Type.String(), name: LocalText, energies: Type.Array(nullable(Type.Number())), indexes: Type.Array(nullable(Type.Number({ description: 'base 100, where a change of holders suspends the energy' }))) })
/** Columns by release, ascending in `at`; null: not published, one wording whatever the reason. */
export const PublicEnergies = object({ carrier: CarrierName, step: oneOf('day', 'month'), unit: nullable(oneOf('kWh', 'm3')), at: Type.Array(Type.Number()), to: Type.Array(Type.Number()), releaseIds: Type.Array(Type.Integer()), cells: Type.Array(PublicCell) })
export type PublicEnergies = Static<typeof PublicEnergies>

export const CurvesQuery = object({ carrier: CarrierName, from: Instant(), to: Instant(), format: Format })
export const PublicCurves = object({
  carrier: CarrierName, unit: nullable(oneOf('kWh', 'm3')),
  days: Type.Array(object({ at: Instant(), releaseId: Type.Integer(), cells: Type.Array(object({ cell: Type.String(), stepS: nullable(Type.Number()), energies: nullable(Type.Array(Type.Number())) })) })),
})
export type PublicCurves = Static<typeof PublicCurves>

/** Keys of the releases that are there, newest first. */
export const PublicKeys = object({ algorithm: Type.Literal('Ed25519'), encoding: Type.Literal('base64url'), keys: Type.Array(Type.String()) })
export type PublicKeys = Static<typeof PublicKeys>
export const DatasetParams = object({ id: Type.String({ pattern: '^[a-z-]{3,60}(\\.schema)?\\.(csv|json|parquet)$' }) })

const Disclosure = Type.Record(Type.String(), Type.Unknown())
export const Methodology = object({
  version: Type.String(),
  kinds: Type.Array(object({ kind: ReleaseKindName, title: LocalText, about: LocalText, windowDays: nullable(Type.Integer()) })),
  rules: Type.Array(Type.Object({ validFrom: Type.String(), validTo: nullable(Type.String()), disclosure: Disclosure }, { additionalProperties: true })),
  document: Type.Record(Type.String(), Type.String()),
  backlogDays: Type.Integer(),
  principles: Type.Array(object({ id: Type.String(), fr: Type.String(), en: Type.String() })),
})
export type Methodology = Static<typeof Methodology>

/** The `publication` event of the public stream carries one of these, of every kind. */
export type PublicationEvent = PublicReleaseHead

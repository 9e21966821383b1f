/** What the public may read: immutable releases, made by the publish job alone. */
import type { Carrier, Certificate, HeldReason, TimeClass } from '#models/disclosure/guard-shapes.ts'
import type { CurveBody, EnergyBody } from '#models/disclosure/release-bodies.ts'

/** The closed list of what is published; nothing is added to it without the guard. */
export const RELEASE_KINDS = ['district-live', 'energy-daily', 'curve-daily', 'energy-monthly'] as const
export type ReleaseKind = (typeof RELEASE_KINDS)[number]
/** Of these, one release a carrier and local day or month. */
export type EnergyKind = Exclude<ReleaseKind, 'district-live'>

/** Total and loading, 30-minute means. Rounded figures only. `null`: not published, one wording whatever the reason. */
export interface DistrictLiveBody {
  readonly meanPowerKw: number | null
  /** Share of the firm import in use. */
  readonly loadingPct: number | null
  readonly firmImportKw: number | null
  readonly headroomKw: number | null
}

export interface BodyOf {
  readonly 'district-live': DistrictLiveBody
  readonly 'energy-daily': EnergyBody
  readonly 'curve-daily': CurveBody
  readonly 'energy-monthly': EnergyBody
}

/** What stays in the register when the figures have gone. */
export interface ReleaseHead<Kind extends ReleaseKind = ReleaseKind> {
  /** Dense and ascending: place in the chain. */
  readonly releaseId: number
  readonly kind: Kind
  readonly carrier: Carrier
  /** Start of the 30-minute interval, of the local day or of the local month. */
  readonly at: number
  /** Of the interval; of a day or a month its length. */
  readonly stepS: number
  /** When it was published, by the Clock: never before the delay of the rules. */
  readonly publishedAt: number
  /** Rule that let it pass (validFrom of the table in the document). */
  readonly rules: string
  readonly districtVersion: string
  readonly previousSha256: string
  /** Of the document as it is served, byte for byte. */
  readonly sha256: string
  /** Of the certificate of the guard, which the data officer keeps. */
  readonly certificateSha256: string | null
  /** Ed25519, over the letters of `sha256`; null: made before releases were signed. */
  readonly publicKey: string | null
  readonly signature: string | null
  readonly withdrawn: boolean
}

export interface Release<Kind extends ReleaseKind = ReleaseKind> extends ReleaseHead<Kind> {
  readonly body: BodyOf[Kind]
}
export type LiveRelease = Release<'district-live'>

export interface ReleaseQuery {
  readonly kind?: ReleaseKind | undefined
  readonly carrier?: Carrier | undefined
  /** Only ids below it. */
  readonly before?: number | undefined
  readonly limit: number
}

export interface ReleaseReader {
  latest<Kind extends ReleaseKind>(kind: Kind, carrier?: Carrier): Promise<Release<Kind> | undefined>
  /** Ascending in `at`; never what has been withdrawn or is older than the window of the rules. */
  between<Kind extends ReleaseKind>(kind: Kind, from: number, to: number, carrier?: Carrier): Promise<readonly Release<Kind>[]>
  /** Newest first, withdrawn ones as well. */
  page(query: ReleaseQuery): Promise<readonly ReleaseHead[]>
  /** Oldest first, those after an id. */
  after(releaseId: number, limit: number): Promise<readonly ReleaseHead[]>
  head(releaseId: number): Promise<ReleaseHead | undefined>
  /** The bytes of a release as they were signed; undefined once it is withdrawn. */
  document(releaseId: number): Promise<string | undefined>
  /** Grows by one with each release; public SSE waits for it. */
  headId(): Promise<number>
  close(): Promise<void>
}

export interface HeldCell {
  readonly cell: string
  readonly reason: HeldReason
}

/** For the data officer alone: why, and what was proven. */
export interface RegisterEntry {
  readonly head: ReleaseHead
  readonly held: readonly HeldCell[]
  readonly certificate: Certificate | null
  readonly withdrawal: { readonly at: number; readonly reason: string; readonly person: string | null } | null
}

/** What is shown of a carrier through a quarter. Members are never in it: only the hash of who they are. */
export interface QuarterView {
  readonly carrier: Carrier
  readonly from: number
  readonly to: number
  readonly madeAt: number
  readonly cohortSha256: string
  readonly cells: readonly { readonly cell: string; readonly parent: string | null; readonly timeClass: TimeClass; readonly held: readonly { readonly step: TimeClass; readonly reason: HeldReason }[] }[]
}

export interface RegisterReader {
  entry(releaseId: number): Promise<RegisterEntry | undefined>
  entries(query: ReleaseQuery): Promise<readonly RegisterEntry[]>
  /** The newest quarter of each carrier. */
  quarters(): Promise<readonly QuarterView[]>
  close(): Promise<void>
}

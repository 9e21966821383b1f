/** What the public may read: immutable releases, made by the publish job alone. */
export interface Release {
  readonly releaseId: number
  /** `district-now`: total and loading, 30-minute means; the closed list grows only with the guard. */
  readonly kind: 'district-live'
  /** Start of the 30-minute interval. */
  readonly at: number
  readonly stepS: number
  /** When it was published, by the Clock: at least `liveDelayS` after the end of the interval. */
  readonly publishedAt: number
  /** Rule that let it pass (validFrom of the table in the document). */
  readonly rules: string
  readonly districtVersion: string
  readonly sha256: string
  readonly body: DistrictLiveBody
}

/** Rounded figures only. `null`: not published, one wording whatever the reason. */
export interface DistrictLiveBody {
  readonly meanPowerKw: number | null
  /** Share of the firm import in use. */
  readonly loadingPct: number | null
  readonly firmImportKw: number | null
  readonly headroomKw: number | null
}

export interface ReleaseReader {
  latest(kind: Release['kind']): Promise<Release | undefined>
  /** Ascending in `at`; never older than the window of the rules. */
  between(kind: Release['kind'], from: number, to: number): Promise<readonly Release[]>
  /** Grows by one with each release; public SSE waits for it. */
  headId(): Promise<number>
  close(): Promise<void>
}

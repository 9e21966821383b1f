/**
 * The store of time series as the rest of Penfeld sees it. Two stores of this shape exist: `measured` (written by collect
 * alone) and `derived` (written by work alone); every other process opens them as readers. All times are UTC epoch
 * milliseconds; `at` is the start of the interval. Columns of one batch have equal length.
 */

/** A batch of samples of any number of points. NaN means missing and then has quality `missing` or `bad`. */
export interface SampleBatch {
  readonly pointIds: Int32Array
  readonly at: Float64Array
  readonly values: Float64Array
  readonly quality: Uint8Array
}

/** One series, ascending in `at`, one value for each `at` (the newest revision, or the newest recorded by `asOf`). */
export interface Series {
  readonly at: Float64Array
  readonly values: Float64Array
  readonly quality: Uint8Array
  /** When each value was recorded by us, to the second. */
  readonly recordedAt: Float64Array
}

/** History; `recordedAt` where it is known of each value, otherwise that of the provenance holds for all. */
export type ImportedSeries = Omit<Series, 'recordedAt'> & Partial<Pick<Series, 'recordedAt'>>

export interface AppendResult {
  readonly stored: number
  /** Same point, time and value as already known. */
  readonly deduplicated: number
  /** Same point and time, other value: kept as a new revision, the first value stays. */
  readonly revised: number
  /** Sequence number of the journal entry; 0 if nothing had to be written. */
  readonly seq: number
}

export interface Provenance {
  /** Time at which we had the values, by the Clock. */
  readonly recordedAt: number
  /** Source id of the district document, `import:FILE`, `job:NAME` or a person for a correction. */
  readonly source: string
  /** Why a value was changed by hand; required when `source` is a person. */
  readonly reason?: string
}

export type RollupStep = 'hour' | 'day'

/** Columns over consecutive steps from `from`; day steps are local days (23, 24 or 25 hours). Empty steps: count 0, NaN. */
export interface Rollup {
  /** Start of each step. */
  readonly at: Float64Array
  readonly sum: Float64Array
  /** Plain mean of the usable values. */
  readonly mean: Float64Array
  readonly min: Float64Array
  readonly max: Float64Array
  readonly count: Float64Array
}

export interface JournalEntry extends Provenance {
  readonly seq: number
  readonly batch: SampleBatch
}

export interface Revision {
  readonly at: number
  readonly revision: number
  readonly value: number
  readonly quality: number
  readonly recordedAt: number
  readonly source: string
  readonly reason: string | null
}

export interface TimeSeriesReader {
  /** Ids of known points; -1 for a name that the store has never seen. */
  lookup(names: readonly string[]): Promise<Int32Array>
  /** Every known point, index = pointId - 1. */
  names(): Promise<readonly string[]>
  /** Newest usable-or-not value of each point; `at` NaN where there is none. */
  latest(pointIds: Int32Array): Promise<Series>
  /** Values with from <= at < to. `asOf`: only what had been recorded by then. */
  read(pointId: number, from: number, to: number, options?: { asOf?: number }): Promise<Series>
  /** Hands one series after the other to `take`, in the order of `pointIds`; the fast way to read many. */
  readMany(pointIds: Int32Array, from: number, to: number, take: (index: number, series: Series) => void): Promise<void>
  rollup(pointId: number, step: RollupStep, from: number, to: number): Promise<Rollup>
  /** Sum over points of the mean of each hour (or day): for powers the mean power of the group. */
  sumOfMeans(pointIds: Int32Array, step: RollupStep, from: number, to: number): Promise<{ at: Float64Array; sum: Float64Array; points: Float64Array }>
  /** Every value ever received for the interval that was revised, oldest first. */
  revisions(pointId: number, from: number, to: number): Promise<readonly Revision[]>
  /** Journal entries after `seq`, oldest first: the live bus and the marking of what must be recomputed stand on it.
   *  Entries stay readable for at least an hour of real time. History imports do not appear entry by entry. */
  tail(afterSeq: number, limit: number): Promise<readonly JournalEntry[]>
  /** Highest sequence number written. */
  headSeq(): Promise<number>
  close(): Promise<void>
}

export interface TimeSeriesStore extends TimeSeriesReader {
  /** Ids of the points, giving a new one to names never seen. Ids are positive, dense and never reused. */
  register(names: readonly string[]): Promise<Int32Array>
  /** Resolves only when the batch is safe on disk (fsync). */
  append(batch: SampleBatch, provenance: Provenance): Promise<AppendResult>
  /** Fast path for history: one series, ascending, any length; calling it again with the same values changes nothing. */
  importSeries(pointId: number, series: ImportedSeries, provenance: Provenance): Promise<AppendResult>
  /**
   * Takes values and their revisions with from <= at < to away for good: afterwards no file of the store holds a byte of them. Returns how
   * many there were. May be called again, after a crash too. @throws PF_ERASE_BUSY (retryable), PF_ERASE_UNSUPPORTED
   */
  erase(pointIds: Int32Array, from: number, to: number): Promise<number>
  /** Packing, compaction and roll-ups, in slices of at most `budgetMs`; true if more is to be done. */
  maintain(budgetMs: number): Promise<boolean>
}

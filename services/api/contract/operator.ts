/** Is everything alive, and was anything dropped. */
import { Type, type Static } from 'typebox'
import { FormatQuery, Instant, Readiness, nullable, object, oneOf } from './common.ts'

const Reasons = Type.Record(Type.String(), Type.Number())

/** produced = stored + deduplicated + revised + quarantined + dropped: `balance` is the difference and must be 0. */
export const SourceCounts = object({
  produced: Type.Integer(),
  stored: Type.Integer(),
  deduplicated: Type.Integer(),
  revised: Type.Integer(),
  quarantined: Type.Integer(),
  dropped: Type.Integer(),
  quarantinedByReason: Reasons,
  droppedByReason: Reasons,
  balance: Type.Integer(),
})
export const OperatorSource = object({
  sourceId: Type.String(),
  protocol: Type.String(),
  periodS: Type.Number(),
  staleAfterS: Type.Number(),
  devices: Type.Integer(),
  points: Type.Integer(),
  state: oneOf('starting', 'connected', 'reconnecting', 'stopped'),
  detail: nullable(Type.String()),
  newestAt: nullable(Instant()),
  newestStoredAt: nullable(Instant()),
  ageS: nullable(Type.Number()),
  stale: Type.Boolean(),
  reconnects: Type.Integer(),
  certificateExpiresAt: nullable(Instant()),
  counts: SourceCounts,
})
export const OperatorSources = object({ readiness: Readiness, now: Instant(), sources: Type.Array(OperatorSource) })
export type OperatorSource = Static<typeof OperatorSource>
export type OperatorSources = Static<typeof OperatorSources>

export const JobKindView = object({
  kind: Type.String(),
  waiting: Type.Integer(),
  running: Type.Integer(),
  failed: Type.Integer(),
  lastEndedAt: nullable(Instant()),
  lastDurationMs: nullable(Type.Number()),
  lastError: nullable(Type.String()),
  nextDueAt: nullable(Instant()),
})
export const JobView = object({
  jobId: Type.Integer(),
  kind: Type.String(),
  scope: Type.String(),
  period: Type.Number(),
  state: oneOf('waiting', 'running', 'done', 'failed'),
  attempts: Type.Integer(),
  progress: Type.Number(),
  createdAt: Type.Number(),
  startedAt: nullable(Type.Number()),
  endedAt: nullable(Type.Number()),
  error: nullable(Type.String()),
})
/** `notices`: what the operator has to know about the place where jobs are kept. */
export const OperatorJobs = object({ readiness: Readiness, notices: Type.Array(oneOf('append-log-off', 'eviction-on', 'settings-unreadable')), kinds: Type.Array(JobKindView), recent: Type.Array(JobView) })
export type OperatorJobs = Static<typeof OperatorJobs>

export const OperatorQuarantine = object({
  total: Type.Integer(),
  rows: Type.Array(object({ sourceId: Type.String(), fate: oneOf('quarantined', 'dropped'), reason: Type.String(), count: Type.Integer() })),
})
export type OperatorQuarantine = Static<typeof OperatorQuarantine>
/** Of an uploaded file; more goes by `penfeld import` on the machine itself. */
export const LARGEST_UPLOAD_BYTES = 64 * 1024 * 1024
/** What a browser may send under, and what stands at the end of a name that is taken. */
export const UPLOAD_TYPE = 'application/octet-stream'
export const UPLOAD_ENDINGS = ['.csv', '.csv.gz', '.txt', '.txt.gz', '.xml', '.xml.gz'] as const

export const OperatorImport = object({
  /** As it lies in the inbox: time of arrival, a number and the given name. */
  importId: Type.String(),
  name: Type.String(),
  receivedAt: Instant(),
  sizeBytes: Type.Integer(),
  state: oneOf('waiting', 'running', 'done', 'failed'),
  share: Type.Number({ minimum: 0, maximum: 1 }),
  stored: Type.Integer(),
  deduplicated: Type.Integer(),
  revised: Type.Integer(),
  /** Values that could not be used, by reason, with the first lines of each. */
  refused: Type.Array(object({ reason: Type.String(), count: Type.Integer(), lines: Type.Array(Type.Integer()) })),
  /** Why nothing more of it was read. */
  error: nullable(Type.String()),
})
/** Newest first. */
export const OperatorImports = object({ largestBytes: Type.Integer(), imports: Type.Array(OperatorImport) })
export type OperatorImport = Static<typeof OperatorImport>
export type OperatorImports = Static<typeof OperatorImports>
export const UploadQuery = object({ name: Type.String({ minLength: 1, maxLength: 200, description: 'name of the file' }) })

export const OperatorFormatQuery = FormatQuery
/** The `sources` event of the stream carries an `OperatorSources`. */
export type OperatorSourcesEvent = OperatorSources

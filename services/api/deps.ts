import type { ChainState } from '#services/audit/chain-state.ts'
import type { AuditLog } from '#services/audit/port.ts'
import type { Clock } from '#services/clock/port.ts'
import type { CollectStatusReader } from '#services/collectors/status.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import type { ConsentLedger } from '#services/consents/port.ts'
import type { Directory } from '#services/directory/port.ts'
import type { MayUse } from '#services/directory/scope.ts'
import type { AppliedEditsReader, EditLedger } from '#services/editing/port.ts'
import type { CongestionReader } from '#services/evaluation/congestion-store.ts'
import type { FindingsReader } from '#services/evaluation/findings.ts'
import type { MeterFindingsReader } from '#services/evaluation/meter-findings.ts'
import type { RunReader } from '#services/evaluation/port.ts'
import type { ForecastReader } from '#services/evaluation/run-store.ts'
import type { SkillReader } from '#services/evaluation/skill-store.ts'
import type { ActivationStore } from '#services/flexibility/activation-store.ts'
import type { RelyingParty } from '#services/identity/relying-party.ts'
import type { IdentitySettings } from '#services/identity/settings.ts'
import type { ImportDesk } from '#services/ingest/import-desk.ts'
import type { JobStatusReader } from '#services/jobs/port.ts'
import type { RegisterReader, ReleaseReader } from '#services/publication/port.ts'
import type { WithdrawalDesk } from '#services/publication/withdrawals.ts'
import type { ErasedMarksReader } from '#services/privacy/erased-marks.ts'
import type { ErasureRegister } from '#services/privacy/port.ts'
import type { StudyRunner } from '#services/reinforcement/port.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import type { StudyDocuments } from '#services/studies/documents.ts'
import type { KeptStudies } from '#services/studies/port.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import type { TokenStore } from '#services/tokens/port.ts'
import type { Sight } from './planner/sight.ts'
import type { Studies } from './planner/studies.ts'

/** What the app reads. Every reader answers "nothing yet" while its writer has not made its file. */
export interface ApiDeps {
  readonly district: LoadedDistrict
  readonly clock: Clock
  readonly log: Logger
  readonly directory: Directory
  readonly relyingParty: RelyingParty
  /** Who is administrator from the first sign-in on. */
  readonly administrators: IdentitySettings['administrators']
  /** Addresses browsers may come back to after sign-in; the first is the default. */
  readonly origins: readonly string[]
  readonly secure: boolean
  readonly measured: TimeSeriesReader
  readonly runs: RunReader & Pick<ForecastReader, 'latestForecast' | 'pastForecasts'>
  readonly congestion: CongestionReader
  readonly findings: FindingsReader
  readonly meterFindings: MeterFindingsReader
  readonly skill: SkillReader
  /** Written here, carried out by collect. */
  readonly edits: EditLedger
  readonly appliedEdits: AppliedEditsReader
  /** Written here; collect and work read it. */
  readonly consents: ConsentLedger
  /** Written here; carried out by collect and work, each of which marks what it did. */
  readonly erasures: ErasureRegister
  readonly erasedMeasured: ErasedMarksReader
  readonly erasedDerived: ErasedMarksReader
  /** Proposals are written by work, answers here. */
  readonly activations: ActivationStore
  /** A secret that a contract names, such as the token of its end node. */
  secret(name: string): string | undefined
  readonly releases: ReleaseReader
  /** Releases with what no public route may read. */
  readonly register: RegisterReader
  /** Written here, carried out by work. */
  readonly withdrawals: WithdrawalDesk
  readonly jobs: JobStatusReader
  readonly collect: CollectStatusReader
  readonly imports: ImportDesk
  readonly studies: Studies
  /** Runs of the study of reinforcement. */
  readonly studyRunner: StudyRunner
  /** Written here. */
  readonly keptStudies: KeptStudies
  readonly studyDocuments: StudyDocuments
  // --- audit, tokens, planner's access
  /** Written here, before anything is given or done. */
  readonly audit: AuditLog
  auditChain(): Promise<ChainState>
  /** Written here. */
  readonly tokens: TokenStore
  /** Whether a planner may read figures of a delivery point. */
  readonly mayUse: MayUse
  /** What planners see of the network. */
  readonly sight: Sight
  /** Why no more should be sent here; empty: ready. */
  notReady(): Promise<readonly string[]>
  /** Built pages; the API works without them. */
  readonly dashboardFolder: string
  readonly requestsPerMinute?: number
  readonly shedAfterMs?: number
  /** Addresses of reverse proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[]
}

/** Public routes get these and nothing more: no other reader can be reached from them. */
export type PublicDeps = Pick<ApiDeps, 'district' | 'clock' | 'releases' | 'origins'>

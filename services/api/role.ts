import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { DATA_FILES, IMPORT_INBOX, type RoleContext, type RunningRole } from '#services/config/role.ts'
import { auditedDirectory } from '#services/audit/audited-directory.ts'
import { openAuditLog } from '#services/audit/audit-log.ts'
import { createChainState } from '#services/audit/chain-state.ts'
import { bringOverAccesses } from '#services/audit/former-accesses.ts'
import { retentionAt } from '#models/retention/rules.ts'
import { createConsents } from '#services/consents/consents.ts'
import { openConsentLedger } from '#services/consents/ledger.ts'
import { openDirectory } from '#services/directory/directory.ts'
import { redisSessions } from '#services/directory/redis-sessions.ts'
import { openAppliedEditsReader } from '#services/editing/applied-edits.ts'
import { openEditLedger } from '#services/editing/ledger.ts'
import { openCongestionReader } from '#services/evaluation/congestion-store.ts'
import { openFindingsReader } from '#services/evaluation/findings.ts'
import { openMeterFindings } from '#services/evaluation/meter-findings.ts'
import { openRunReader } from '#services/evaluation/run-store.ts'
import { openSkillReader } from '#services/evaluation/skill-store.ts'
import { openActivationStore } from '#services/flexibility/activation-store.ts'
import { flexibilitySettings } from '#services/flexibility/settings.ts'
import { enrolSamplePeople } from '#services/identity/enrol-sample-people.ts'
import { createRelyingParty } from '#services/identity/relying-party.ts'
import { readCollectStatus } from '#services/hosts/collect-status.ts'
import { closeRedis, openRedis } from '#services/hosts/redis.ts'
import { demoIssuer, identitySettings } from '#services/identity/settings.ts'
import { openCollectStatus } from '#services/ingest/collect-status.ts'
import { openImportDesk } from '#services/ingest/import-desk.ts'
import { openJobStatus } from '#services/jobs/open.ts'
import { openRegisterReader } from '#services/publication/register.ts'
import { openErasedMarksReader } from '#services/privacy/erased-marks.ts'
import { openErasureRegister } from '#services/privacy/erasure-register.ts'
import { openReleaseReader } from '#services/publication/release-store.ts'
import { studyDocuments } from '#services/reinforcement/study-parts.ts'
import { openWithdrawalDesk } from '#services/publication/withdrawals.ts'
import { openStudyRunner } from '#services/reinforcement/study-runner.ts'
import { openReader, storeSettings } from '#services/store/open.ts'
import { openStudyStore } from '#services/studies/study-store.ts'
import { openTokenStore } from '#services/tokens/token-store.ts'
import { buildApp } from './app.ts'
import { LARGEST_UPLOAD_BYTES } from './contract/operator.ts'
import { createSight } from './planner/sight.ts'
import { openStudies } from './planner/studies.ts'
import { createReadiness } from './readiness.ts'

/** Between saying "not ready" and closing the door: whoever sends requests here must hear of it. */
const UNREADY_MS = 1_500
/** How often it is looked whether the audit log needs a signed head: one an hour, whatever comes. */
const DAY_MS = 86_400_000
const MONTH_MS = 30.4375 * DAY_MS
const SEAL_LOOK_MS = 60_000
const DASHBOARD = resolve(import.meta.dirname, '../../dashboard/dist')

/** The api process: bounded reads of what others write, and the directory, which it writes itself. */
export async function startApi({ environment, district, clock, log }: RoleContext): Promise<RunningRole> {
  const identity = identitySettings(environment)
  const file = (name: keyof typeof DATA_FILES) => join(environment.dataFolder, DATA_FILES[name])
  const redis = environment.redisUrl === undefined ? undefined : openRedis(environment.redisUrl, log)
  const heads = environment.auditHeads
  const audit = openAuditLog({ dataFolder: environment.dataFolder, heads, log })
  bringOverAccesses(file('directory'), audit)
  const directory = auditedDirectory(openDirectory(file('directory'), Date.now, redis && redisSessions(redis)), audit)
  const tokens = openTokenStore(file('tokens'))
  let forgotAt = -Infinity
  const sealing = setInterval(() => {
    try {
      audit.sealIfDue()
      // Once a day, in the time of people: who read what is kept as long as the table of the district says.
      if (Date.now() - forgotAt > DAY_MS) {
        audit.forgetBefore(Date.now() - retentionAt(district.district, clock.now()).accessLogMonths * MONTH_MS)
        forgotAt = Date.now()
      }
    } catch {
      // The log has said why; it is tried again, and no figures are given meanwhile.
    }
  }, SEAL_LOOK_MS)
  if (environment.demo) enrolSamplePeople(directory, district.district, demoIssuer(environment))
  const stores = storeSettings(environment, district.district)
  const measured = await openReader('measured', stores)
  const runs = openRunReader(file('runs'))
  const congestion = openCongestionReader(file('runs'))
  const findings = openFindingsReader(file('runs'))
  const meterFindings = openMeterFindings(file('runs'))
  const skill = openSkillReader(file('runs'))
  const edits = openEditLedger(file('edits'))
  const appliedEdits = openAppliedEditsReader(file('appliedEdits'))
  const consents = openConsentLedger(file('consents'))
  const erasures = openErasureRegister(file('erasures'))
  const erasedMeasured = openErasedMarksReader(file('erasedMeasured'))
  const erasedDerived = openErasedMarksReader(file('erasedDerived'))
  const activations = openActivationStore({ activations: file('activations'), answers: file('activationAnswers') }, 'answers')
  const withdrawals = openWithdrawalDesk(file('withdrawals'))
  const releases = openReleaseReader(file('releases'), (releaseId) => withdrawals.has(releaseId))
  const register = openRegisterReader(file('releases'))
  const jobs = openJobStatus(environment)
  const ownCollect = openCollectStatus(file('collect'))
  const collect = redis === undefined ? ownCollect : readCollectStatus(redis, ownCollect, environment.hostId)

  const studies = openStudies({ loaded: district, stores })
  const studyRunner = openStudyRunner({ loaded: district, stores }, clock)
  const keptStudies = openStudyStore(environment.dataFolder)
  keptStudies.districtSeen(district.version, clock.now())

  const readiness = createReadiness({ dataFolder: environment.dataFolder, collect })

  const app = await buildApp({
    district, clock, log, directory, measured, runs, congestion, findings, meterFindings, skill, edits, appliedEdits, releases, register, withdrawals, jobs, collect, studies, keptStudies, studyRunner, studyDocuments,
    imports: openImportDesk(join(environment.dataFolder, IMPORT_INBOX), LARGEST_UPLOAD_BYTES),
    relyingParty: createRelyingParty(identity.providers),
    administrators: identity.administrators,
    audit, auditChain: createChainState({ dataFolder: environment.dataFolder, heads }), tokens, mayUse: createConsents(district.district, consents).mayUse, sight: createSight(district.district),
    consents, erasures, erasedMeasured, erasedDerived,
    activations, secret: flexibilitySettings(environment).secret,
    origins: identity.origins,
    secure: identity.secure,
    notReady: () => readiness.notReady(),
    dashboardFolder: DASHBOARD,
    trustedProxies: environment.trustedProxies,
  })
  // TLS is ended by a reverse proxy on this machine; nothing else may reach the plain port.
  await app.listen({ host: '127.0.0.1', port: environment.portHttp })
  return {
    async stop() {
      readiness.stopping()
      await pause(UNREADY_MS)
      await app.close()
      await Promise.all([studies.stop(), studyRunner.stop()])
      await Promise.all([measured, runs, congestion, findings, meterFindings, skill, releases, register, jobs, collect].map((reader) => reader.close()))
      activations.close()
      withdrawals.close()
      for (const ledger of [consents, erasures, erasedMeasured, erasedDerived]) ledger.close()
      edits.close()
      appliedEdits.close()
      keptStudies.close()
      directory.close()
      tokens.close()
      clearInterval(sealing)
      audit.close()
      if (redis !== undefined) closeRedis(redis)
    },
  }
}

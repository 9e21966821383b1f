import { join } from 'node:path'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { localDayStart, localParts } from '#models/units/local-time.ts'
import { openPool } from '#services/compute/pool.ts'
import { sharePool } from '#services/compute/remote-pool.ts'
import { DATA_FILES, type RoleContext, type RunningRole } from '#services/config/role.ts'
import { congestionOf } from '#services/evaluation/congestion-store.ts'
import { findingsOf, seasonOf } from '#services/evaluation/findings.ts'
import { driftingSeries } from '#services/evaluation/forecast-drift.ts'
import { dayAheadSeries, powersOf } from '#services/evaluation/forecast-series.ts'
import { EVALUATION_STEP_S, evaluationPlan, type EvaluationPlan } from '#services/evaluation/plan.ts'
import { openRunStore } from '#services/evaluation/run-store.ts'
import { validatedName, validatedPoints } from '#services/evaluation/validate.ts'
import { runLayout } from '#services/evaluation/network-states.ts'
import type { WorkTasks, WorkThreadSetup } from '#services/evaluation/work-tasks.ts'
import { openActivationStore } from '#services/flexibility/activation-store.ts'
import { activationWorker } from '#services/flexibility/activation-worker.ts'
import { contractsOf } from '#services/flexibility/contracts.ts'
import { createNotices } from '#services/flexibility/notices/notices.ts'
import { flexibilitySettings } from '#services/flexibility/settings.ts'
import { closeRedis, openRedis } from '#services/hosts/redis.ts'
import { openSigningKey } from '#services/hosts/signing-key.ts'
import { readProgress } from '#services/ingest/collect-status.ts'
import { HISTORY } from '#services/ingest/demo-history.ts'
import { publishedCarriers } from '#services/publication/measured-source.ts'
import { openConsentReader } from '#services/consents/ledger.ts'
import { createEraser } from '#services/privacy/carry-out.ts'
import { createDerivedErasing, createDerivedRetention } from '#services/privacy/erase-derived.ts'
import { openErasedMarks, openErasedMarksReader } from '#services/privacy/erased-marks.ts'
import { createErasedSpans, openErasureReader } from '#services/privacy/erasure-register.ts'
import { createRetention } from '#services/privacy/retention.ts'
import { openReleaseStore } from '#services/publication/release-store.ts'
import { openWithdrawalReader } from '#services/publication/withdrawals.ts'
import { openReader, openWriter, storeSettings } from '#services/store/open.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { followJournal } from './follow-journal.ts'
import { startLane, type LaneParts } from './lanes.ts'
import { watchForecasts, watchJobs } from './metrics.ts'
import { openJobs } from './open.ts'
import type { Schedule } from './schedule.ts'
import { askWhatIsDue, timetable } from './timetable.ts'
import { BACKLOG_DAYS, createWorkers } from './workers.ts'

const THREADS = 2
const DAY_MS = 86_400_000
/** Work begins when the sensors of the network speak, or after this long without them. */
const WAIT_FOR_FIELD_REAL_MS = 120_000
const FRESH_MS = 1_800_000
const PAUSE_MS = 1000
/** A fast clock brings a step a second: look more often. */
const FAST_PAUSE_MS = 200
const FAST_SPEED = 20

/** The role `work`: validates, forecasts, evaluates and publishes; the one writer of derived, runs, jobs and releases. */
export async function startWork({ environment, district: loaded, clock, log, say }: RoleContext): Promise<RunningRole> {
  const { district, version } = loaded
  const place = (name: keyof typeof DATA_FILES) => join(environment.dataFolder, DATA_FILES[name])
  const stores = storeSettings(environment, district)
  const failed = Promise.withResolvers<unknown>()
  const derived = await openWriter('derived', stores, failed.resolve)
  const measured = await openReader('measured', stores)
  const runs = openRunStore(place('runs'))
  const releases = openReleaseStore(place('releases'), openSigningKey(environment.dataFolder, 'releases'))
  const withdrawals = openWithdrawalReader(place('withdrawals'))
  const consents = openConsentReader(place('consents'))
  const erasures = openErasureReader(place('erasures'))
  const marks = openErasedMarks(place('erasedDerived'))
  const collected = openErasedMarksReader(place('erasedMeasured'))
  const erased = createErasedSpans(erasures)
  // After collect: what is made of measured values must not be made again of those that are still there.
  const register = { headSeq: () => Math.min(erasures.headSeq(), collected.lastSeq()), after: (seq: number) => erasures.after(seq).filter((one) => one.seq <= collected.lastSeq()) }
  const eraser = createEraser({ register, marks, log, erase: createDerivedErasing(derived, runs.database) })
  const retention = createRetention({ district, consents, clock, marks, log, erase: createDerivedRetention(derived, runs.database) })
  const forget = async () => {
    try {
      await eraser.applyWaiting()
      await retention.runIfDue()
    } catch (error) {
      log.error({ error: String(error) }, 'an erasure could not be carried out; it is tried again')
    }
  }
  // Before any job reads: a restored backup may have brought back what is to be gone.
  await forget()
  const { queue, kept } = openJobs({
    environment, clock, log,
    tokenFloor: Math.max(runs.effects.highestToken(), releases.effects.highestToken()),
    notice: (message) => { say(message); log.warn({}, message) },
  })
  watchJobs(queue, clock)
  watchForecasts(() => driftingSeries(runs.database))
  const plan = evaluationPlan(district)
  const validated = validatedPoints(district)
  await runs.saveLayout(version, runLayout(district))

  const setup: WorkThreadSetup = { loaded, stores }
  const threads = openPool<WorkTasks>(new URL('../evaluation/work-thread.ts', import.meta.url), THREADS, setup)
  const redis = environment.redisUrl === undefined ? undefined : openRedis(environment.redisUrl, log)
  const pool = redis === undefined ? threads : sharePool(threads, { redis, redisUrl: environment.redisUrl!, districtVersion: version, log })
  const findings = findingsOf(runs.database)
  const firmImportAt = (at: number) => findings.firmImport(version, seasonOf(district.network.winterMonths, localParts(at, district.timeZone).month))
  const firmImportKw = (at: number): number => {
    const firm = firmImportAt(at)
    // A release can't be mended later: without its share of the firm import it would say "not published" for good.
    if (firm === undefined) throw new PenfeldError('PF_EVALUATION_NOT_READY', 'The firm import of the season is not computed yet.')
    return firm.firmImportKw ?? NaN
  }
  const live = { measured, runs, district, districtVersion: version, plan, firmImportKw }
  // One thread of its own for the fits of the day: they take minutes, and neither people nor other work wait for them.
  const patientPool = openPool<WorkTasks>(new URL('../evaluation/work-thread.ts', import.meta.url), 1, { ...setup, givesWay: true } satisfies WorkThreadSetup)
  const store = openActivationStore({ activations: place('activations'), answers: place('activationAnswers') }, 'activations')
  const hasContracts = contractsOf(district).length > 0
  const activate = hasContracts ? activationWorker({ district, store, activations: store, notices: createNotices(flexibilitySettings(environment), store, log), measured, forecasts: runs, congestion: congestionOf(runs.database).latestCongestion, plan, timeZone: district.timeZone, clock, log }) : undefined
  const workers = createWorkers({ activate, queue, pool, patientPool, dayAheadSeries: dayAheadSeries(district, plan), pointsOf: (series) => powersOf(district, plan, series).map(({ pointName }) => pointName), measured, derived, runs, releases, live, isErased: (series, at) => erased.covers(series.replace(validatedName(''), ''), at), timeZone: district.timeZone, districtVersion: version, clock, log })
  const follower = followJournal({ queue, measured, district, plan, validated, log })
  const schedules = timetable(clock, Math.max(...district.publicationRules.map(({ liveDelayS }) => liveDelayS)), district.timeZone, publishedCarriers(plan))
  const pauseMs = clock.speed >= FAST_SPEED ? FAST_PAUSE_MS : PAUSE_MS

  // A release needs the estimate of the boundary load of its steps.
  const ready = async ({ kind, everyS }: Schedule, period: number): Promise<boolean> =>
    kind !== 'publish' || (await runs.states('estimate', period, period + everyS * 1000)).length * EVALUATION_STEP_S >= everyS
  // And the firm import of its season: at the first start a backlog of releases would fail, step by step, while it is computed.
  // The forecast of days, the winter peak and the plan of a quarter's releases learn from the history: not before the one of the demonstration is whole.
  const isDue = ({ kind, scope }: Schedule) => (kind === 'publish' ? firmImportAt(clock.now()) !== undefined : kind === 'activate' ? hasContracts : (kind !== 'forecast-days' && kind !== 'publish-energies' && scope !== 'winter-peak') || historyIsWhole())
  const dueNow = () => schedules.filter(isDue)
  let whole = !environment.demo || environment.historyDays === 0
  const historyIsWhole = () => (whole ||= readProgress(place('collect'), HISTORY) === 1)

  const stopped = Promise.withResolvers<void>()
  let stopping = false
  const pause = () => Promise.race([stopped.promise, new Promise((resolve) => setTimeout(resolve, pauseMs))])
  const follow = async () => {
    const giveUpRealMs = Date.now() + WAIT_FOR_FIELD_REAL_MS
    while (!stopping && Date.now() < giveUpRealMs && !(await fieldSpeaks(measured, plan, clock.now()).catch(() => false))) await pause()
    let begun = false
    while (!stopping) {
      try {
        if (!begun && (await queue.lastScheduled('validate', 'all')) === undefined) {
          const period = localDayStart(clock.now() - BACKLOG_DAYS * DAY_MS, district.timeZone)
          await queue.ask({ kind: 'validate', scope: 'backlog', period, inputRevision: 0 })
        }
        begun = true
        withdrawals.carryOut(releases)
        while (await follower.follow()) if (stopping) return
        await askWhatIsDue(queue, dueNow(), measured, clock.now(), ready)
      } catch (error) {
        // A file that is busy or a queue that is away must not end the process: looked at again after the pause.
        log.error({ error: error instanceof Error ? error.message : String(error) }, 'looking for work failed')
      }
      await pause()
    }
  }
  const following = follow()
  // By itself: nobody who asked for an erasure waits for a long look for work.
  const forgetting = (async () => {
    while (!stopping) {
      await forget()
      await pause()
    }
  })()
  const lane: LaneParts = { queue, effects: runs.effects, workers, log }
  // What people wait for has lanes of its own, so that no long validation or balance makes it late.
  const lanes = [
    startLane(lane, ['evaluate'], pauseMs),
    startLane(lane, ['publish', 'forecast', 'evaluate-ahead'], pauseMs),
    startLane(lane, ['validate', 'roll-up'], pauseMs),
    startLane(lane, ['forecast-days'], pauseMs),
    startLane(lane, ['publish-energies'], pauseMs),
    startLane(lane, ['congest'], pauseMs),
    // Waits for other people's servers.
    ...(hasContracts ? [startLane(lane, ['activate'], pauseMs)] : []),
  ]
  say(`Work: ${plan.loads.length} loads and ${plan.sensors.length} network sensors are evaluated every 10 minutes; jobs are kept ${kept}.`)

  return {
    failed: failed.promise,
    async stop() {
      stopping = true
      stopped.resolve()
      // The lanes first: they must take no more work that the stopped threads would fail.
      const ended = [following, forgetting, ...lanes.map((lane) => lane.stop())]
      await Promise.all([pool.stop(), patientPool.stop()])
      await Promise.all(ended)
      await Promise.all([measured.close(), derived.close(), runs.close(), releases.close(), queue.close()])
      store.close()
      withdrawals.close()
      consents.close()
      erasures.close()
      marks.close()
      collected.close()
      if (redis !== undefined) closeRedis(redis)
    },
  }
}

/** True when every feeder head has a recent value: imported history is complete by then, live values come in. */
async function fieldSpeaks(measured: TimeSeriesReader, plan: EvaluationPlan, now: number): Promise<boolean> {
  const names = plan.sensors.filter(({ quantity }) => quantity === 'active-power').map(({ pointName }) => pointName)
  if (names.length === 0) return true
  const ids = await measured.lookup(names)
  if (ids.some((id) => id <= 0)) return false
  const latest = await measured.latest(ids)
  return latest.at.every((at) => at > now - FRESH_MS)
}

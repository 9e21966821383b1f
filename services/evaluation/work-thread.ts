/** A thread of `work`: opens its own readers and does the heavy work of the jobs. Results go back as columns. */
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { platform } from 'node:process'
import { workerData } from 'node:worker_threads'
import type { TypicalCurve } from '#models/load-curve/typical.ts'
import { serveTasks } from '#services/compute/thread.ts'
import { openUsableReader } from '#services/consents/usable-reader.ts'
import { DATA_FILES } from '#services/config/role.ts'
import { highsSolver } from '#services/compute/highs.ts'
import { energyReleases } from '#services/publication/energy-releases.ts'
import { measuredPublisher } from '#services/publication/measured-source.ts'
import { openReader } from '#services/store/open.ts'
import { balance } from './balance.ts'
import { checkMeters } from './check-meters.ts'
import { congestionForecast } from './congestion-forecast.ts'
import { headReliability, measuredHeads, SCORED_DAYS, usualHeadPowers } from './congestion-reliability.ts'
import { openCongestionReader } from './congestion-store.ts'
import { evaluate, evaluateAhead, type EvaluationParts } from './evaluate.ts'
import { firmImports } from './firm-import.ts'
import { DAY_AHEAD_SERVES_MS, issueForecasts } from './forecast.ts'
import { createDayForecaster } from './forecast-days.ts'
import { scoreWeeks } from './forecast-skill.ts'
import { createNetworkSolver, EXACT_SENSORS_PCT, type NetworkSolver } from './network-solver.ts'
import { evaluationPlan } from './plan.ts'
import { openRunReader } from './run-store.ts'
import type { PastForecast } from './port.ts'
import { fitTypicalCurves } from './typical-curves.ts'
import { validate, validatedPoints } from './validate.ts'
import { createVirtualMeters } from './virtual-meters.ts'
import { winterPeaks } from './winter-peaks.ts'
import type { WorkTasks, WorkThreadSetup } from './work-tasks.ts'

const DAY_MS = 86_400_000
/** Typical curves change slowly: fitted again after this much of the service's time. */
const FIT_EVERY_MS = 7 * DAY_MS

const { loaded, stores, givesWay } = workerData as WorkThreadSetup
// On Linux a priority is that of the thread alone; where it is of the whole process, nothing must change.
if (givesWay === true && platform === 'linux') setPriority(0, constants.priority.PRIORITY_LOW)
const { district } = loaded
const { timeZone } = district
const measured = await openUsableReader(stores, district)
const derived = await openReader('derived', stores)
const plan = evaluationPlan(district)
const solver = createNetworkSolver(district, plan)
const points = validatedPoints(district)
const days = createDayForecaster(measured, district, plan)
const virtualMeters = createVirtualMeters(district)
const heads = measuredHeads(district, plan)
/** Of scenarios; made when it is first needed, which is in one of the threads. */
let scenarioSolver: NetworkSolver | undefined
const runsFile = join(stores.dataFolder, DATA_FILES.runs)

let typical: ReadonlyMap<string, TypicalCurve> = new Map()
let fittedAt = NaN
async function parts(now: number): Promise<EvaluationParts> {
  if (!(Math.abs(now - fittedAt) < FIT_EVERY_MS)) {
    typical = await fitTypicalCurves(measured, district, plan, now)
    fittedAt = now
  }
  return { loaded, plan, solver, typical, measured }
}

serveTasks<WorkTasks>({
  async evaluate({ from, to, issuedAt, inputSeq }) {
    const run = await evaluate(await parts(issuedAt), from, to, { issuedAt, inputSeq })
    return { ...run, virtual: await virtualMeters.columns(measured, from, to, derived) }
  },
  'evaluate-ahead': async ({ forecasts, issuedAt, inputSeq }) => evaluateAhead(await parts(issuedAt), forecasts, { issuedAt, inputSeq }),
  forecast: ({ issuedAt, dayAhead }, progress) => issueForecasts(measured, district, plan, issuedAt, dayAhead, progress),
  async congest({ issuedAt }, progress) {
    const runs = openRunReader(runsFile)
    try {
      const dayAhead = await runs.dayAheadForecasts(issuedAt - DAY_AHEAD_SERVES_MS, issuedAt)
      const inputs = { issued: await runs.forecastsIssuedAt(issuedAt), dayAhead, past: await runs.pastForecasts(), usualKw: await usualHeadPowers(measured, heads, issuedAt) }
      scenarioSolver ??= createNetworkSolver(district, plan, EXACT_SENSORS_PCT)
      return await congestionForecast({ ...(await parts(issuedAt)), solver: scenarioSolver }, inputs, progress)
    } finally {
      await runs.close()
    }
  },
  async 'congestion-reliability'({ at }) {
    const [runs, congestion] = [openRunReader(runsFile), openCongestionReader(runsFile)]
    try {
      const past: PastForecast[] = []
      for (const { section } of heads) past.push(...(await runs.pastForecasts(section)))
      return await headReliability(measured, district, heads, await congestion.headIssues(at - SCORED_DAYS * DAY_MS, at), past, at)
    } finally {
      await Promise.all([runs.close(), congestion.close()])
    }
  },
  'forecast-days': ({ series, issuedAt, record }) => days.forecast(series, issuedAt, record),
  'forecast-skill': (task) => scoreWeeks(measured, district, plan, task),
  validate({ pointIds, from, to }, progress) {
    const wanted = pointIds === undefined ? points : points.filter(({ point }) => pointIds.includes(point.id))
    return validate(measured, derived, wanted, timeZone, from, to, progress)
  },
  'check-meters': ({ to, clockSpeed }, progress) => checkMeters({ measured, derived, district, points, clockSpeed }, to, progress),
  balance: async ({ from, to, issuedAt }) => balance(await parts(issuedAt), from, to, issuedAt),
  'winter-peaks': ({ issuedAt }, progress) => winterPeaks(measured, district, plan, issuedAt, progress),
  'publish-energies': async (task) => energyReleases(measuredPublisher(measured, loaded, plan, await highsSolver()), task),
  'firm-import': async ({ at, issuedAt }) => firmImports(await parts(issuedAt), at, issuedAt),
})

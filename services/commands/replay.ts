import { parseArgs } from 'node:util'
import { localDayStart } from '#models/units/local-time.ts'
import { createClock } from '#services/clock/shifted-clock.ts'
import { readEnvironment } from '#services/config/environment.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import { createNetworkSolver } from '#services/evaluation/network-solver.ts'
import { evaluationPlan } from '#services/evaluation/plan.ts'
import { replay as replaySteps } from '#services/evaluation/replay.ts'
import { fitTypicalCurves } from '#services/evaluation/typical-curves.ts'
import { openReader, storeSettings } from '#services/store/open.ts'
import { WrongArguments } from './wrong-arguments.ts'

const DAY_MS = 86_400_000
const SHOWN_PEAKS = 10

/** `penfeld replay`: the load flow of every 10-minute step of stored history, the last year unless told otherwise. */
export async function replay(args: string[], write: (line: string) => void): Promise<number> {
  const { values } = parseArgs({ args, options: { from: { type: 'string' }, to: { type: 'string' } } })
  const environment = readEnvironment()
  const clock = createClock(environment.clockSetting, environment.clockStartedRealMs)
  const loaded = await loadDistrict(environment.districtFolder, environment.variables)
  const { district } = loaded
  const today = localDayStart(clock.now(), district.timeZone)
  const to = localDate('--to', values.to, district.timeZone) ?? today
  const from = localDate('--from', values.from, district.timeZone) ?? to - 365 * DAY_MS

  const measured = await openReader('measured', storeSettings(environment, district))
  const plan = evaluationPlan(district)
  const typical = await fitTypicalCurves(measured, district, plan, to)
  const parts = { loaded, plan, solver: createNetworkSolver(district, plan), typical, measured }
  const summary = await replaySteps(parts, from, to)
  await measured.close()

  write(`${summary.settledSteps} of ${summary.steps} steps settled, read in ${(summary.readMs / 1000).toFixed(1)} s, solved in ${(summary.solveMs / 1000).toFixed(1)} s.`)
  write(`Model closure at worst ${summary.closurePct.toExponential(1)} %, measured balance residual ${summary.residualPct.toFixed(2)} %.`)
  write('Highest loadings:')
  for (const { element, loadingPct, at } of summary.peaks.slice(0, SHOWN_PEAKS)) write(`  ${element.padEnd(16)} ${loadingPct.toFixed(1).padStart(6)} %  ${new Date(at).toISOString()}`)
  return summary.settledSteps === summary.steps ? 0 : 1
}

/** A local date, e.g. `--from 2026-01-01`. */
function localDate(name: string, text: string | undefined, timeZone: string): number | undefined {
  if (text === undefined) return undefined
  const noon = Date.parse(`${text}T12:00:00Z`)
  if (Number.isNaN(noon)) throw new WrongArguments(`${name} is "${text}", expected a date such as 2026-01-31.`)
  return localDayStart(noon, timeZone)
}

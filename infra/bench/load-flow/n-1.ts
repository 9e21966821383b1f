/**
 * A year of hours after each of 200 outages of a network of 300 buses: restoration planned, factorised once an outage, counted.
 * `--quick` solves every twelfth hour and scales up what grows with the hours; `--json` as in the other benches.
 */
import { fileURLToPath } from 'node:url'
import type { OutageTask } from '#models/contingency/outage-year.ts'
import { mediumVoltageOutages } from '#models/contingency/outages.ts'
import { buildGrid } from '#models/grid/network.ts'
import { sharedColumn } from '#services/compute/batch-flow.ts'
import { openContingencyPool, solveOutagesOnThreads } from '#services/evaluation/contingency.ts'
import { townNetwork } from './n-1-network.ts'
import { randomNumbers } from './networks.ts'
import { print, quick } from './print.ts'

const STATIONS = 150
const OUTAGES = 200
const HOURS = 8_760
const THREADS = 2
const AT = Date.parse('2026-01-01T00:00:00Z')

function townYear(everyHours: number): OutageTask {
  const network = townNetwork(STATIONS)
  const { busCount, busIds } = buildGrid(network, AT)
  const steps = Math.floor(HOURS / everyHours)
  const at = Float64Array.from({ length: steps }, (_, step) => AT + step * everyHours * 3_600_000)
  const random = randomNumbers(5)
  const peakKw = Float64Array.from(busIds, (id) => (id.endsWith('.LV') ? 60 + 200 * random() : 0))
  const activeKw = sharedColumn(steps * busCount)
  const reactiveKvar = sharedColumn(steps * busCount)
  for (let step = 0; step < steps; step += 1) {
    const hour = step * everyHours
    const share = (0.65 + 0.35 * Math.cos((2 * Math.PI * hour) / HOURS)) * (0.7 + 0.3 * Math.sin((2 * Math.PI * (hour - 12)) / 24))
    for (let bus = 0; bus < busCount; bus += 1) {
      activeKw[step * busCount + bus] = peakKw[bus] * share * (0.9 + 0.2 * random())
      reactiveKvar[step * busCount + bus] = 0.3 * activeKw[step * busCount + bus]
    }
  }
  return { network, at, month: Uint8Array.from(at, (ms) => new Date(ms).getUTCMonth() + 1), stepS: everyHours * 3_600, activeKw, reactiveKvar, customers: peakKw.map((kw) => (kw > 0 ? 60 : 0)) }
}

function firstSteps(task: OutageTask, steps: number): OutageTask {
  const busCount = task.activeKw.length / task.at.length
  const first = (column: Float64Array) => column.slice(0, steps * busCount)
  return { ...task, at: task.at.slice(0, steps), month: task.month.slice(0, steps), activeKw: first(task.activeKw), reactiveKvar: first(task.reactiveKvar) }
}

export async function nMinusOne(): Promise<void> {
  const everyHours = quick ? 12 : 1
  const task = townYear(everyHours)
  const grid = buildGrid(task.network, AT)
  const outageIds = mediumVoltageOutages(task.network, grid).slice(0, OUTAGES).map((outage) => outage.id)
  const pool = openContingencyPool(THREADS)
  try {
    const timed = async (of: OutageTask) => {
      const begun = performance.now()
      const usedBefore = process.cpuUsage()
      const years = await solveOutagesOnThreads(pool, of, outageIds)
      const used = process.cpuUsage(usedBefore)
      return { years, seconds: (performance.now() - begun) / 1000, processorS: (used.user + used.system) / 1e6 }
    }
    // Threads start, compile and warm up outside of the time.
    await solveOutagesOnThreads(pool, task, outageIds.slice(0, 16))
    const plans = await timed(firstSteps(task, 8))
    const { years, seconds, processorS } = await timed(task)
    if (years.length !== OUTAGES || years.some((year) => year.notSolvedHours > 0)) throw new Error('not every hour of every outage was solved')
    const what = `N-1: ${OUTAGES} outages x ${task.at.length} hours x ${grid.busCount} buses, plans and counts, ${THREADS} threads`
    const yearS = plans.seconds + (seconds - plans.seconds) * everyHours
    print(`N-1: of it, plans and factorisations of ${OUTAGES} outages`, plans.seconds, 's')
    print(quick ? `${what}, scaled to ${HOURS} hours` : what, yearS, 's', '<= 20', yearS <= 20)
    // What the cores of a busy machine gave to others is not in it.
    print(`N-1: processor time of the ${THREADS} threads, each`, (plans.processorS + (processorS - plans.processorS) * everyHours) / THREADS, 's')
    print('N-1: wall time by bus and scenario', (yearS * 1e6) / (OUTAGES * HOURS * grid.busCount), 'us/bus/scenario')
    const firm = years.filter((year) => year.firm)
    print('N-1: outages under the firm criterion that hold', firm.filter((year) => year.holds).length / firm.length, 'share')
  } finally {
    await pool.stop()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await nMinusOne()

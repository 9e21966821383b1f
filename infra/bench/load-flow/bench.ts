/**
 * Speed of the load flow and of the state estimate on one core.
 *   npm run bench:load-flow -- [--json] [--quick]
 */
import { fileURLToPath } from 'node:url'
import { estimateState, createEstimatedState, prepareStateEstimate } from '#models/load-flow/state/estimate.ts'
import { measuredBranch, type MeasuredBranch } from '#models/load-flow/state/zones.ts'
import { buildGrid, type GridModel } from '#models/grid/network.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import { type Circuit, emptyTwoPorts, setPiBranch } from '#models/load-flow/circuit.ts'
import { closurePct, createLoadFlowResult, prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'

const json = process.argv.includes('--json')
const quick = process.argv.includes('--quick')

interface Line {
  readonly case: string
  readonly value: number
  readonly unit: string
  readonly aim: string
  readonly holds: boolean
}

function print(line: Line): void {
  const value = Number(line.value.toPrecision(4))
  if (json) process.stdout.write(`${JSON.stringify({ bench: 'load-flow', ...line, value })}\n`)
  else process.stdout.write(`${line.holds ? 'ok  ' : 'FAIL'} ${line.case.padEnd(92)} ${String(value).padStart(10)} ${line.unit} (aim ${line.aim})\n`)
}

/** Deterministic numbers in [0, 1): the same network and loads at every run. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** A radial 20 kV network: every bus hangs on one of its ten predecessors. */
function radialCircuit(busCount: number): Circuit {
  const random = randomNumbers(busCount)
  const branchFrom = new Int32Array(busCount - 1)
  const branchTo = new Int32Array(busCount - 1)
  const admittance = emptyTwoPorts(busCount - 1)
  for (let k = 0; k < busCount - 1; k += 1) {
    branchTo[k] = k + 1
    branchFrom[k] = Math.max(0, k - Math.floor(random() * 10))
    setPiBranch(admittance, k, { rPu: 1e-4, xPu: 1e-4, gPu: 0, bPu: 1e-5, ratio: 1 })
  }
  const zeros = () => new Float64Array(busCount)
  return {
    busCount, basePowerKva: 1000, busBaseKv: zeros().fill(20), busClockRad: zeros(), branchFrom, branchTo, admittance, shuntG: zeros(), shuntB: zeros(),
    sources: [{ bus: 0, voltagePu: 1, rPu: 0.0004, xPu: 0.004 }],
  }
}

function benchRadial(busCount: number): void {
  const circuit = radialCircuit(busCount)
  const prepared = prepareLoadFlow(circuit)
  const scenarios = Math.round((quick ? 1e6 : 4e6) / busCount)
  const random = randomNumbers(7)
  const activeKw = Float64Array.from({ length: scenarios * busCount }, () => (random() * 8000) / busCount)
  const loads = { scenarios, activeKw, reactiveKvar: activeKw.map((kw) => kw * 0.3) }
  const into = createLoadFlowResult(circuit, scenarios)
  let best = Infinity
  for (let round = 0; round < 4; round += 1) {
    const begun = performance.now()
    solveLoadFlow(prepared, loads, { into })
    best = Math.min(best, performance.now() - begun)
  }
  const settled = into.settled.reduce((a, b) => a + b, 0)
  const value = (best * 1000) / (scenarios * busCount)
  print({ case: `load flow, ${busCount} buses, voltages, angles, branch flows`, value, unit: 'us/bus/scenario', aim: '<= 0.25', holds: value <= 0.25 && settled === scenarios })

  const singles = Math.min(scenarios, 200)
  const begun = performance.now()
  for (let k = 0; k < singles; k += 1) {
    solveLoadFlow(prepareLoadFlow(circuit), { scenarios: 1, activeKw: activeKw.subarray(k * busCount, (k + 1) * busCount), reactiveKvar: loads.reactiveKvar.subarray(k * busCount, (k + 1) * busCount) })
  }
  const ratio = (performance.now() - begun) / singles / (best / scenarios)
  print({ case: `one scenario at a time, factorised anew, against the batch, ${busCount} buses`, value: ratio, unit: 'times', aim: '>= 10', holds: ratio >= 10 })
}

/** The demonstration district every ten minutes for a year, pure part: estimate and load flow, without the store. */
async function benchYear(): Promise<void> {
  const { district } = await loadDistrict(fileURLToPath(new URL('../../../fixtures/districts/capucins', import.meta.url)), process.env)
  const grid = buildGrid(district.network, Date.parse('2026-01-15T00:00:00Z'))
  const measurements = district.measurementPoints
    .filter((point) => point.quantity === 'active-power')
    .map((point) => measuredBranch(district.network, grid, point.on, point.end))
    .filter((measurement): measurement is MeasuredBranch => measurement !== undefined)
  const estimator = prepareStateEstimate(grid, measurements, { unmeteredSharePct: 2 })
  const steps = 144
  const inputs = yearDay(grid, estimator.measurements, steps)
  const state = createEstimatedState(grid, steps)
  const days = quick ? 30 : 365
  estimateState(estimator, inputs, state)
  const begun = performance.now()
  let worstClosurePct = 0
  for (let day = 0; day < days; day += 1) {
    estimateState(estimator, inputs, state)
    for (let step = 0; step < steps; step += 1) worstClosurePct = Math.max(worstClosurePct, closurePct(state.flow, step))
  }
  const yearS = ((performance.now() - begun) / 1000) * (365 / days)
  print({ case: `year of the demonstration district, ${grid.busCount} buses, 10-minute steps, estimate and load flow`, value: yearS, unit: 's', aim: '<= 25', holds: yearS <= 25 })
  print({ case: 'closure of the model, worst step', value: worstClosurePct, unit: '%', aim: '<= 0.1', holds: worstClosurePct <= 0.1 })
}

function yearDay(grid: GridModel, measurements: readonly MeasuredBranch[], steps: number) {
  const random = randomNumbers(11)
  const bus = () => new Float64Array(steps * grid.busCount)
  const known = bus()
  const typical = bus()
  const boundary = bus()
  for (let step = 0; step < steps; step += 1) {
    for (let k = 0; k < grid.busCount; k += 1) {
      const at = step * grid.busCount + k
      if (grid.busBaseKv[k] < 1) {
        known[at] = random() * 5
        typical[at] = random() * 5
      }
    }
    boundary[step * grid.busCount + 1] = 800 + 400 * random()
  }
  const total = known.map((kw, at) => (kw + typical[at] * 1.2) * 1.02 + boundary[at] * 0.9)
  const flow = solveLoadFlow(prepareLoadFlow(grid), { scenarios: steps, activeKw: total, reactiveKvar: total.map((kw) => kw * 0.3) })
  const negated = flow.activeToKw.map((kw) => -kw)
  const measuredKw = new Float64Array(steps * measurements.length)
  for (let step = 0; step < steps; step += 1) {
    measurements.forEach(({ branch, end }, m) => (measuredKw[step * measurements.length + m] = (end === 'from' ? flow.activeFromKw : negated)[step * flow.branchCount + branch] * (1 + 0.005 * (random() - 0.5))))
  }
  const tanPhi = new Float64Array(grid.busCount).fill(0.3)
  return { steps, measuredKw, knownKw: known, typicalKw: typical, productionKw: bus(), boundaryKw: boundary, loadTanPhi: tanPhi, boundaryTanPhi: tanPhi }
}

benchRadial(100)
benchRadial(1000)
await benchYear()

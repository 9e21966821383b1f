import { fileURLToPath } from 'node:url'
import { estimateState, createEstimatedState, prepareStateEstimate } from '#models/load-flow/state/estimate.ts'
import { measuredBranch, type MeasuredBranch } from '#models/load-flow/state/zones.ts'
import { buildGrid, type GridModel } from '#models/grid/network.ts'
import { closurePct, prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { loadFlowKernel } from '#services/compute/kernel.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import { randomNumbers } from './networks.ts'
import { print, quick } from './print.ts'

/** The demonstration district every ten minutes for a year, pure part: estimate and load flow, without the store. */
export async function districtYear(): Promise<void> {
  const { district } = await loadDistrict(fileURLToPath(new URL('../../../fixtures/districts/capucins', import.meta.url)), process.env)
  const grid = buildGrid(district.network, Date.parse('2026-01-15T00:00:00Z'))
  const measurements = district.measurementPoints
    .filter((point) => point.quantity === 'active-power')
    .map((point) => measuredBranch(district.network, grid, point.on, point.end))
    .filter((measurement): measurement is MeasuredBranch => measurement !== undefined)
  const estimator = prepareStateEstimate(grid, measurements, { unmeteredSharePct: 2 }, { kernel: loadFlowKernel() })
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
  print(`year of the demonstration district, ${grid.busCount} buses, 10-minute steps, estimate and load flow`, yearS, 's', '<= 25', yearS <= 25)
  print('closure of the model, worst step', worstClosurePct, '%', '<= 0.1', worstClosurePct <= 0.1)
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

import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { stepLimits } from '#models/capacity/limits.ts'
import { drawLoadsTogether, drawTogether } from '#models/contingency/aggregate.ts'
import type { OutageTask } from '#models/contingency/outage-year.ts'
import { solveOutages } from '#models/contingency/outage-year.ts'
import { mediumVoltageOutages } from '#models/contingency/outages.ts'
import { planRestoration } from '#models/contingency/restoration.ts'
import { restorationCase } from '#models/contingency/restoration-case.ts'
import { buildGrid, type GridModel } from '#models/grid/network.ts'
import { prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { sharedColumn } from '#services/compute/batch-flow.ts'
import { loadFlowKernel } from '#services/compute/kernel.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import { openContingencyPool, solveOutagesOnThreads } from './contingency.ts'

const AT = Date.parse('2026-01-15T18:00:00Z')
const { district } = await loadDistrict(fileURLToPath(new URL('../../fixtures/districts/capucins', import.meta.url)), {})
const whole = buildGrid(district.network, AT)
const together = drawTogether(district.network, AT)
const grid = buildGrid(together.network, AT)
const consumers = district.deliveryPoints.filter((point) => point.carrier === 'electricity' && point.node !== undefined)

/** A winter evening: twice the mean power of the year everywhere, town included. */
const EVENING = 2 / 8760
const wholeKw = new Float64Array(whole.busCount)
const wholeCustomers = new Float64Array(whole.busCount)
for (const { node, annualEnergyKwh = 0 } of consumers) {
  wholeKw[whole.busIndex.get(node as string) as number] += annualEnergyKwh * EVENING
  wholeCustomers[whole.busIndex.get(node as string) as number] += 1
}
for (const { node, annualEnergyKwh } of district.network.boundaryLoads) wholeKw[whole.busIndex.get(node) as number] += annualEnergyKwh * EVENING
const activeKw = drawLoadsTogether(together, wholeKw, grid.busCount)
const customers = drawLoadsTogether(together, wholeCustomers, grid.busCount)
const reactiveKvar = activeKw.map((kw) => 0.33 * kw)

describe('the demonstration district', () => {
  const limits = (model: GridModel) => stepLimits(together.network, model, Float64Array.of(AT), [1])
  const one = restorationCase(together.network, AT, { scenarios: 1, activeKw, reactiveKvar }, limits, 3600, customers, { kernel: loadFlowKernel() })
  const outages = mediumVoltageOutages(together.network, one.grid, one.graph)
  const plans = outages.map((outage) => planRestoration(one, outage))

  test('every section of its ring can be lost: remote control and a crew feed everybody again', () => {
    const sections = plans.filter(({ outage }) => outage.kind === 'section')
    expect(sections).toHaveLength(17)
    for (const { outage, stages, violations, holds } of sections) {
      expect([outage.id, violations, holds, stages[2].unsuppliedCustomers]).toEqual([outage.id, [], true, 0])
      // The open section carries nobody.
      if (outage.id !== 'R09') expect(stages[0].unsuppliedKw, outage.id).toBeGreaterThan(100)
    }
  })

  test('the two heads together feed every delivery point of the document, and the loss of the source busbar loses them all', () => {
    const lostWith = (id: string) => plans.find(({ outage }) => outage.id === id)?.stages[0].unsuppliedCustomers ?? NaN
    expect(consumers.length).toBeGreaterThan(600)
    expect(lostWith('R01') + lostWith('R17')).toBe(consumers.length)
    expect(lostWith('PS.B20')).toBe(consumers.length)
    const behindTransformers = plans.filter(({ outage }) => outage.kind === 'transformer').map(({ stages }) => stages[2].unsuppliedCustomers)
    expect(behindTransformers).toHaveLength(14)
    expect(behindTransformers.reduce((sum, count) => sum + count, 0)).toBe(consumers.length)
  })

  test('drawn together at its transformers, the heads carry less by the losses of the LV lines alone', () => {
    const solve = (model: GridModel, kw: Float64Array) => solveLoadFlow(prepareLoadFlow(model), { scenarios: 1, activeKw: kw, reactiveKvar: kw.map((each) => 0.33 * each) })
    const [full, drawn] = [solve(whole, wholeKw), solve(grid, activeKw)]
    const missingPct = (100 * (full.injectionKw[0] - drawn.injectionKw[0])) / full.injectionKw[0]
    expect(missingPct).toBeGreaterThan(0)
    expect(missingPct).toBeLessThan(0.5)
  })
})

/** Two days of the evening's load, more and less of it. */
function twoDays(factor: (step: number) => number): OutageTask {
  const steps = 48
  const columns = [activeKw, reactiveKvar].map((column) => {
    const year = sharedColumn(steps * grid.busCount)
    for (let step = 0; step < steps; step += 1) for (let bus = 0; bus < grid.busCount; bus += 1) year[step * grid.busCount + bus] = column[bus] * factor(step)
    return year
  })
  const at = Float64Array.from({ length: steps }, (_, step) => AT + step * 3_600_000)
  return { network: together.network, at, month: new Uint8Array(steps).fill(1), stepS: 3600, activeKw: columns[0], reactiveKvar: columns[1], customers, decidingSteps: [23] }
}
const daily = (step: number) => 0.5 + (0.5 * (step % 24)) / 23

describe('outages over threads', () => {
  const pool = openContingencyPool(2)
  afterAll(() => pool.stop())

  test('give what one thread gives', async () => {
    const task = twoDays(daily)
    const alone = solveOutages(task, loadFlowKernel())
    expect(alone).toHaveLength(17 + 14 + 17)
    expect(await solveOutagesOnThreads(pool, task, alone.map((year) => year.id))).toEqual(alone)
    expect(alone.filter((year) => year.firm && !year.holds)).toEqual([])
  })
})

test('an hour that does not settle in the kernel is a violation and moves no other hour', () => {
  const kernel = loadFlowKernel()
  const [good] = solveOutages({ ...twoDays(daily), outageIds: ['R03'] }, kernel)
  const [spoilt] = solveOutages({ ...twoDays((step) => (step === 30 ? 300 : daily(step))), outageIds: ['R03'] }, kernel)
  expect([good.notSolvedHours, spoilt.notSolvedHours, spoilt.violationHours, spoilt.holds]).toEqual([0, 1, 1, false])
  spoilt.peakPct.forEach((pct, k) => (Number.isNaN(pct) ? expect(good.peakPct[k]).toBeNaN() : expect(pct).toBeCloseTo(good.peakPct[k], 6)))
})

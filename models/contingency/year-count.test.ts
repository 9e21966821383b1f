import { describe, expect, it } from 'vitest'
import { elementsOf, stepLimits } from '#models/capacity/limits.ts'
import { buildGrid } from '#models/grid/network.ts'
import { ringNetwork } from '#models/grid/ring.testkit.ts'
import { prepareLoadFlow } from '#models/load-flow/load-flow.ts'
import { createYearCount, solveYear } from './year-count.ts'

const AT = Date.parse('2026-01-10T00:00:00Z')
const HOURS = 6
const network = ringNetwork({ stations: 4, lvFeeders: 1, boundary: false })
const grid = buildGrid(network, AT)
const elements = elementsOf(grid)
const at = Float64Array.from({ length: HOURS }, (_, hour) => AT + hour * 3_600_000)
const { sets: [limits] } = stepLimits(network, grid, at, new Uint8Array(HOURS).fill(1))

/** The last hours are too much for the transformer of one station. */
function counted(energyOf?: Uint8Array) {
  const activeKw = new Float64Array(HOURS * grid.busCount)
  const bus = grid.busIndex.get('P01.LV')!
  for (let hour = 3; hour < HOURS; hour += 1) activeKw[hour * grid.busCount + bus] = 1500
  const told: string[] = []
  const count = createYearCount(grid, elements, HOURS, 3600, { branch: (_, branch) => told.push(elements.branchIds[branch]), bus: () => undefined }, energyOf)
  solveYear(prepareLoadFlow(grid), { activeKw, reactiveKvar: new Float64Array(activeKw.length) }, Int32Array.from(at.keys()), limits, elements, count)
  return { told, ...count.result() }
}

describe('energy above a limit', () => {
  it('is counted of all branches where one that is of interest is above', () => {
    const all = counted()
    expect(new Set(all.told).size).toBeGreaterThan(0)
    const above = all.told[0]
    const some = counted(Uint8Array.from(elements.branchIds, (id) => Number(id === above)))
    expect(some.aboveLimitMwh).toEqual(all.aboveLimitMwh)
    expect(some.told).toEqual(all.told)
  })

  it('is not asked of the load flow where only others are; their hours still count', () => {
    const all = counted()
    const above = new Set(all.told)
    const none = counted(Uint8Array.from(elements.branchIds, (id) => Number(!above.has(id))))
    expect(none.told).toEqual([])
    expect(none.aboveLimitMwh.reduce((sum, mwh) => sum + mwh, 0)).toBe(0)
    expect(none.hoursAboveLimit).toEqual(all.hoursAboveLimit)
    expect(all.hoursAboveLimit.reduce((sum, hours) => sum + hours, 0)).toBeGreaterThan(0)
  })
})

/** A ring with loads over some steps, ready for capacity studies: the normal state and the loss of a feeder head. */
import type { Network } from '#models/district/schema.ts'
import { buildGrid, type GridOptions } from '#models/grid/network.ts'
import { ringNetwork } from '#models/grid/ring.testkit.ts'
import { prepareLoadFlow } from '#models/load-flow/load-flow.ts'
import type { CapacityCase } from './capacity-case.ts'
import { judged } from './judge.ts'
import { elementsOf, type LimitOptions, stepLimits } from './limits.ts'

export const JANUARY = Date.parse('2026-01-15T00:00:00Z')
export const HOUR_MS = 3_600_000
export const ring: Network = ringNetwork({ stations: 4, lvFeeders: 1, boundary: false })
export const ringGrid = buildGrid(ring, JANUARY)
export const ringBus = (id: string): number => ringGrid.busIndex.get(id) as number

/** Loads by step and LV busbar, kW: `loads[step][station]`. */
export function ringLoads(loads: readonly (readonly number[])[], tanPhi = 0.3) {
  const activeKw = new Float64Array(loads.length * ringGrid.busCount)
  loads.forEach((powers, step) => powers.forEach((kw, station) => (activeKw[step * ringGrid.busCount + ringBus(`P0${station + 1}.LV`)] = kw)))
  return { scenarios: loads.length, activeKw, reactiveKvar: activeKw.map((kw) => kw * tanPhi) }
}

export function ringCase(id: string, loads: ReturnType<typeof ringLoads>, options: GridOptions = {}, limitOptions: LimitOptions = {}, network = ring): CapacityCase {
  const grid = buildGrid(network, JANUARY, options)
  const at = Float64Array.from({ length: loads.scenarios }, (_, step) => JANUARY + step * HOUR_MS)
  return { id, judged: judged(grid, elementsOf(grid, limitOptions)), prepared: prepareLoadFlow(grid), loads, limits: stepLimits(network, grid, at, new Array<number>(loads.scenarios).fill(1), limitOptions) }
}

/** After the loss of head 1 or 2, with the ring closed again. */
export const ringOutage = (head: 1 | 2, loads: ReturnType<typeof ringLoads>, limitOptions: LimitOptions = {}, network = ring): CapacityCase =>
  ringCase(`H${head}.S1`, loads, { outOfService: [`H${head}.S1`], closedSwitches: ['NO'] }, limitOptions, network)

/**
 * Hours in which a radial network cannot break a limit, by an upper bound that costs a tenth of a load flow.
 *
 * Let every voltage be at least v. A branch then carries at most what it carries without load and the sum of |S| / v below it, and no
 * voltage differs from that without load by more than the sum of |Z| I on its way. If with these the voltages are again at least v, the
 * load flow maps that set of voltages into itself and has a solution there (Brouwer), which is the one of the fixed point that begins at
 * the voltages without load. So where v is the lowest voltage allowed and no current passes its limit, nothing is broken.
 */
import type { ElementLimits, Elements } from '#models/capacity/limits.ts'
import { BASIS } from '#models/capacity/limits.ts'
import type { GridModel } from '#models/grid/network.ts'
import { feedingTree } from '#models/grid/topology.ts'
import { type PreparedLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'

/** Load currents part over shunts as well as over the way to the source: charging of cables moves them by less than this share. */
const SHUNTS = 1.01

export interface OutageBound {
  /** 1: some limit may be broken in the hour. Lowest and highest voltage of the hour at each bus are told where `into` wants them. */
  open(activeKw: Float64Array, reactiveKvar: Float64Array, hour: number, limits: ElementLimits): boolean
  /** Of the last hour asked: bounds of the voltage of a bus, pu. */
  lowestPu(bus: number): number
  highestPu(bus: number): number
}

/** @returns undefined where the network has a loop: the bound is not proven for it */
export function outageBound(grid: GridModel, elements: Elements, prepared: PreparedLoadFlow): OutageBound | undefined {
  const tree = feedingTree(grid)
  if (tree.loopBranches.length > 0 || grid.sources.length === 0 || (grid.generators?.length ?? 0) > 0) return undefined
  const { busCount, branchFrom, branchTo, basePowerKva, busBaseKv } = grid
  const branchCount = branchFrom.length
  const idle = solveLoadFlow(prepared, { scenarios: 1, activeKw: new Float64Array(busCount), reactiveKvar: new Float64Array(busCount) })
  if (idle.settled[0] !== 1) return undefined
  const { ftG, ftB } = grid.admittance
  const branchZ = Float64Array.from({ length: branchCount }, (_, k) => 1 / Math.hypot(ftG[k], ftB[k]))
  const idlePu = Float64Array.from({ length: branchCount }, (_, k) => {
    const amperes = Math.max(idle.currentFromA[k] || 0, idle.currentToA[k] || 0)
    const bus = branchFrom[k] >= 0 ? branchFrom[k] : branchTo[k]
    return bus < 0 ? 0 : (amperes * Math.sqrt(3) * busBaseKv[bus]) / basePowerKva
  })
  const sourceZ = new Float64Array(busCount)
  for (const { bus, rPu, xPu } of grid.sources) sourceZ[bus] = Math.hypot(rPu, xPu)
  const sumPu = new Float64Array(busCount)
  const dropPu = new Float64Array(busCount)

  return {
    open(activeKw, reactiveKvar, hour, limits) {
      const first = hour * busCount
      let floorPu = Infinity
      for (const bus of tree.order) floorPu = Math.min(floorPu, limits.lowestPu[bus])
      for (let bus = 0; bus < busCount; bus += 1) sumPu[bus] = Math.hypot(activeKw[first + bus], reactiveKvar[first + bus]) / basePowerKva / floorPu
      let isOpen = false
      for (let place = tree.order.length - 1; place >= 0; place -= 1) {
        const bus = tree.order[place]
        const branch = tree.parentBranch[bus]
        if (branch < 0) continue
        const currentPu = idlePu[branch] + SHUNTS * sumPu[bus]
        if (!isWithin(branch, currentPu, limits)) isOpen = true
        sumPu[tree.parentBus[bus]] += sumPu[bus]
      }
      for (const bus of tree.order) {
        const branch = tree.parentBranch[bus]
        dropPu[bus] = branch < 0 ? sourceZ[bus] * SHUNTS * sumPu[bus] : dropPu[tree.parentBus[bus]] + branchZ[branch] * SHUNTS * sumPu[bus]
        const idleBusPu = idle.voltagePu[bus]
        // Of a bus that is not judged by itself the floor is still what the currents were bounded with.
        if (idleBusPu - dropPu[bus] < Math.max(floorPu, limits.lowestPu[bus]) || idleBusPu + dropPu[bus] > limits.highestPu[bus]) isOpen = true
      }
      return isOpen
    },
    lowestPu: (bus) => idle.voltagePu[bus] - dropPu[bus],
    highestPu: (bus) => idle.voltagePu[bus] + dropPu[bus],
  }

  function isWithin(branch: number, currentPu: number, limits: ElementLimits): boolean {
    const bus = branchFrom[branch] >= 0 ? branchFrom[branch] : branchTo[branch]
    if (elements.basis[branch] === BASIS.power) {
      // Apparent power at either end is at most the highest voltage there times the current.
      const highestPu = Math.max(...[branchFrom[branch], branchTo[branch]].map((end) => (end < 0 ? 0 : limits.highestPu[end])))
      return currentPu * highestPu * basePowerKva <= Math.min(limits.branchFrom[branch], limits.branchTo[branch])
    }
    return (currentPu * basePowerKva) / (Math.sqrt(3) * busBaseKv[bus]) <= Math.min(limits.branchFrom[branch], limits.branchTo[branch])
  }
}

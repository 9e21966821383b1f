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
  /** Whether some limit may be broken in the hour. @param magnitudeKva |S| by bus, [hour * busCount + bus] */
  open(magnitudeKva: Float64Array, hour: number, limits: ElementLimits): boolean
  /** Voltages without load, and by how much those of the last hour asked may differ from them, pu. */
  readonly idlePu: Float64Array
  readonly dropPu: Float64Array
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
  const idlePuOfBus = idle.voltagePu
  // In the order in which they are visited: from the far ends to the source, and back.
  const { order, parentBus, parentBranch } = tree
  const limitsOf = new WeakMap<ElementLimits, { readonly currentPu: Float64Array; readonly lowestPu: Float64Array; readonly highestPu: Float64Array; readonly floorPu: number }>()
  const prepare = (limits: ElementLimits) => {
    const floorPu = order.reduce((least, bus) => Math.min(least, limits.lowestPu[bus]), Infinity)
    const made = {
      floorPu, currentPu: Float64Array.from({ length: branchCount }, (_, branch) => allowedPu(branch, limits) - idlePu[branch]),
      // Of a bus that may be lower than the floor, the floor is still what the currents were bounded with.
      lowestPu: Float64Array.from(idle.voltagePu, (pu, bus) => pu - Math.max(floorPu, limits.lowestPu[bus])), highestPu: Float64Array.from(idle.voltagePu, (pu, bus) => limits.highestPu[bus] - pu),
    }
    limitsOf.set(limits, made)
    return made
  }

  return {
    open(magnitudeKva, hour, limits) {
      const { floorPu, currentPu, lowestPu, highestPu } = limitsOf.get(limits) ?? prepare(limits)
      const first = hour * busCount
      const scale = SHUNTS / basePowerKva / floorPu
      for (let bus = 0; bus < busCount; bus += 1) sumPu[bus] = magnitudeKva[first + bus] * scale
      let fullest = 0
      for (let place = order.length - 1; place >= 0; place -= 1) {
        const bus = order[place]
        const branch = parentBranch[bus]
        if (branch < 0) continue
        const sum = sumPu[bus]
        if (sum > fullest * currentPu[branch]) fullest = currentPu[branch] > 0 ? sum / currentPu[branch] : Infinity
        sumPu[parentBus[bus]] += sum
      }
      let leastPu = Infinity
      for (let place = 0; place < order.length; place += 1) {
        const bus = order[place]
        const branch = parentBranch[bus]
        const drop = branch < 0 ? sourceZ[bus] * sumPu[bus] : dropPu[parentBus[bus]] + branchZ[branch] * sumPu[bus]
        dropPu[bus] = drop
        if (drop > lowestPu[bus] || drop > highestPu[bus]) return true
        if (idlePuOfBus[bus] - drop < leastPu) leastPu = idlePuOfBus[bus] - drop
      }
      // All voltages being at least that much, the same argument holds with it in the place of the floor.
      return fullest * floorPu > leastPu
    },
    idlePu: idlePuOfBus, dropPu,
  }

  /** Largest current, pu; of a transformer by the highest voltage that is allowed. Without a rating none is excluded. */
  function allowedPu(branch: number, limits: ElementLimits): number {
    const bus = branchFrom[branch] >= 0 ? branchFrom[branch] : branchTo[branch]
    if (bus < 0) return Infinity
    const limit = Math.min(limits.branchFrom[branch], limits.branchTo[branch])
    if (Number.isNaN(limit)) return -Infinity
    if (elements.basis[branch] !== BASIS.power) return (limit * Math.sqrt(3) * busBaseKv[bus]) / basePowerKva
    const highestPu = Math.max(...[branchFrom[branch], branchTo[branch]].map((end) => (end < 0 ? 0 : limits.highestPu[end])))
    return limit / basePowerKva / highestPu
  }
}

/** |S| of each bus and hour, kVA: the same for every outage. */
export const magnitudes = (activeKw: Float64Array, reactiveKvar: Float64Array): Float64Array => activeKw.map((kw, k) => Math.sqrt(kw * kw + reactiveKvar[k] * reactiveKvar[k]))

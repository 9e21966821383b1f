/**
 * Hours in which a radial network cannot break a limit, by an upper bound that costs a tenth of a load flow.
 *
 * Let every voltage be at least v. A branch then carries at most what it carries without load and the sum of |S| / v below it, and no
 * voltage differs from that without load by more than the sum of |Z| I on its way. If with these the voltages are again at least v, the
 * load flow maps that set of voltages into itself and has a solution there (Brouwer), which is the one of the fixed point that begins at
 * the voltages without load. So where v is the lowest voltage allowed and no current passes its limit, nothing is broken.
 *
 * Upwards only what delivers active or reactive power counts: what draws both lowers every voltage on its way, since over R + jX
 * |Vs|^2 = (V + (R P + X Q) / V)^2 + ((X P - R Q) / V)^2 >= V^2 where P and Q are not negative.
 */
import type { ElementLimits, Elements } from '#models/capacity/limits.ts'
import { BASIS } from '#models/capacity/limits.ts'
import type { GridModel } from '#models/grid/network.ts'
import { feedingTree } from '#models/grid/topology.ts'
import { type PreparedLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'

/** Load currents part over shunts as well as over the way to the source: charging of cables moves them by less than this share. */
const SHUNTS = 1.01
/** What that is of a voltage, pu. */
const SHUNTS_PU = 0.0005

export interface OutageBound {
  /** Whether some limit may be broken in the hour. */
  open(magnitudes: Magnitudes, hour: number, limits: ElementLimits): boolean
  /** Voltages without load, and by how much those of the last hour asked may be lower and higher, pu. */
  readonly idlePu: Float64Array
  readonly dropPu: Float64Array
  readonly risePu: Float64Array
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
  const givenPu = new Float64Array(busCount)
  const risePu = new Float64Array(busCount)
  const idlePuOfBus = idle.voltagePu
  const highestIdlePu = idlePuOfBus.reduce((most, pu) => (pu > most ? pu : most), 0)
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
    open({ allKva, deliveredKva }, hour, limits) {
      const { floorPu, currentPu, lowestPu, highestPu } = limitsOf.get(limits) ?? prepare(limits)
      const first = hour * busCount
      const scale = SHUNTS / basePowerKva / floorPu
      let delivers = false
      for (let bus = 0; bus < busCount; bus += 1) {
        sumPu[bus] = allKva[first + bus] * scale
        givenPu[bus] = deliveredKva[first + bus] * scale
        if (givenPu[bus] > 0) delivers = true
      }
      let fullest = 0
      for (let place = order.length - 1; place >= 0; place -= 1) {
        const bus = order[place]
        const branch = parentBranch[bus]
        if (branch < 0) continue
        const sum = sumPu[bus]
        if (sum > fullest * currentPu[branch]) fullest = currentPu[branch] > 0 ? sum / currentPu[branch] : Infinity
        sumPu[parentBus[bus]] += sum
        givenPu[parentBus[bus]] += givenPu[bus]
      }
      // No voltage is above that without load by what only draws: the currents alone say that the bound excludes nothing.
      if (fullest * floorPu > highestIdlePu) return true
      let leastPu = Infinity
      for (let place = 0; place < order.length; place += 1) {
        const bus = order[place]
        const branch = parentBranch[bus]
        const drop = branch < 0 ? sourceZ[bus] * sumPu[bus] : dropPu[parentBus[bus]] + branchZ[branch] * sumPu[bus]
        dropPu[bus] = drop
        if (delivers) risePu[bus] = branch < 0 ? SHUNTS_PU + sourceZ[bus] * givenPu[bus] : risePu[parentBus[bus]] + branchZ[branch] * givenPu[bus]
        else risePu[bus] = SHUNTS_PU
        if (drop > lowestPu[bus] || risePu[bus] > highestPu[bus]) return true
        if (idlePuOfBus[bus] - drop < leastPu) leastPu = idlePuOfBus[bus] - drop
      }
      // All voltages being at least that much, the same argument holds with it in the place of the floor.
      return fullest * floorPu > leastPu
    },
    idlePu: idlePuOfBus, dropPu, risePu,
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

/** |S| by bus, [hour * busCount + bus], kVA: of everything, and of buses that deliver active or reactive power. */
export interface Magnitudes {
  readonly allKva: Float64Array
  readonly deliveredKva: Float64Array
}

/** The same for every outage. */
export function magnitudes(activeKw: Float64Array, reactiveKvar: Float64Array): Magnitudes {
  const allKva = activeKw.map((kw, k) => Math.sqrt(kw * kw + reactiveKvar[k] * reactiveKvar[k]))
  return { allKva, deliveredKva: allKva.map((kva, k) => (activeKw[k] < 0 || reactiveKvar[k] < 0 ? kva : 0)) }
}

/** Hours of like load, and the largest load of each bus in any of them: what the bound excludes for that it excludes for each of the hours. */
export interface HourGroups {
  readonly hours: readonly Int32Array[]
  /** [group * busCount + bus] */
  readonly envelope: Magnitudes
}

const GROUP = 48

/** @param steps hours of one season */
export function hourGroups({ allKva, deliveredKva }: Magnitudes, steps: Int32Array, busCount: number): HourGroups {
  const total = (hour: number): number => {
    let sum = 0
    for (let k = hour * busCount; k < (hour + 1) * busCount; k += 1) sum += allKva[k]
    return sum
  }
  const totals = new Map(Array.from(steps, (hour) => [hour, total(hour)]))
  const sorted = steps.slice().sort((a, b) => totals.get(a)! - totals.get(b)!)
  const hours = Array.from({ length: Math.ceil(sorted.length / GROUP) }, (_, g) => sorted.slice(g * GROUP, (g + 1) * GROUP))
  const largest = (column: Float64Array): Float64Array => {
    const most = new Float64Array(hours.length * busCount)
    hours.forEach((group, g) => group.forEach((hour) => {
      for (let bus = 0; bus < busCount; bus += 1) most[g * busCount + bus] = Math.max(most[g * busCount + bus], column[hour * busCount + bus])
    }))
    return most
  }
  return { hours, envelope: { allKva: largest(allKva), deliveredKva: largest(deliveredKva) } }
}

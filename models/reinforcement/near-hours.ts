/** Hours after outages that a bound excludes without a load flow of the low voltage. */
import type { StepLimits } from '#models/capacity/limits.ts'
import { feedingTree } from '#models/grid/topology.ts'
import type { ConstraintCase } from './constraint-case.ts'
import type { YearLoads } from './constraint-year.ts'

/** Of a bound that is tried for all of them at once. */
const HOURS_TOGETHER = 24

/** Load currents part over shunts too: by less than this share. */
const SHUNTS = 1.01

/**
 * 1: hours that are worth a load flow of the low voltage. Of the others a coarser bound says enough: currents of at most the sum of |S|
 * over the lowest voltage that is allowed, and the drops that they make (as in outage-bound.ts, with the busbars at their lowest).
 * Hours of a day are looked at together first, each bus at its largest load of them: what that excludes is excluded in each of them.
 */
export function nearHours({ lowVoltage, whole, stations }: Pick<ConstraintCase, 'lowVoltage' | 'whole' | 'stations'>, loads: YearLoads, limits: StepLimits, lowest: Float64Array, highest: Float64Array): Uint8Array {
  const hours = loads.at.length
  const near = new Uint8Array(hours)
  if (lowVoltage === undefined) return near
  const { grid, wholeBus, wholeBranch, stationOfBus, idlePu } = lowVoltage
  const { order, parentBus, parentBranch } = feedingTree(grid)
  const { ftG, ftB } = grid.admittance
  const impedance = Float64Array.from(grid.branchFrom, (_, k) => 1 / Math.hypot(ftG[k], ftB[k]))
  const amperes = Float64Array.from(grid.branchFrom, (_, k) => grid.basePowerKva / (Math.sqrt(3) * grid.busBaseKv[Math.max(0, grid.wiredTo[k])]))
  const sums = new Float64Array(grid.busCount)
  const drops = new Float64Array(grid.busCount)
  const stationCount = stations.length
  const lowestOf = new Float64Array(stationCount)
  const highestOf = new Float64Array(stationCount)
  const bands = limits.sets.map((set) => ({
    floorPu: Math.min(...Array.from(wholeBus, (bus) => (bus < 0 ? Infinity : set.lowestPu[bus]))),
    limitA: Float64Array.from(wholeBranch, (branch) => Math.min(set.branchFrom[branch], set.branchTo[branch])),
    lowestPu: Float64Array.from(wholeBus, (bus) => (bus < 0 ? 0 : set.lowestPu[bus])), highestPu: Float64Array.from(wholeBus, (bus) => (bus < 0 ? Infinity : set.highestPu[bus])),
  }))
  for (let first = 0; first < hours;) {
    const season = limits.setOfStep[first]
    let end = first + 1
    while (end < hours && end - first < HOURS_TOGETHER && limits.setOfStep[end] === season) end += 1
    if (isNear(first, end, bands[season])) for (let hour = first; hour < end; hour += 1) near[hour] = Number(isNear(hour, hour + 1, bands[season]))
    first = end
  }
  return near

  function isNear(begin: number, end: number, { floorPu, limitA, lowestPu, highestPu }: (typeof bands)[number]): boolean {
    const delivers = takeLargest(begin, end)
    let fullest = 0
    let leastPu = Infinity
    for (let bus = 0; bus < sums.length; bus += 1) sums[bus] = (SHUNTS * Math.sqrt(sums[bus])) / grid.basePowerKva / floorPu
    for (let place = order.length - 1; place >= 0; place -= 1) {
      const bus = order[place]
      const branch = parentBranch[bus]
      if (branch < 0) continue
      if (branch < grid.sectionCount) fullest = Math.max(fullest, (sums[bus] * amperes[branch]) / limitA[branch])
      sums[parentBus[bus]] += sums[bus]
    }
    for (let place = 0; place < order.length; place += 1) {
      const bus = order[place]
      const branch = parentBranch[bus]
      drops[bus] = branch < 0 ? 0 : drops[parentBus[bus]] + impedance[branch] * sums[bus]
      if (wholeBus[bus] < 0) continue
      const station = stationOfBus[bus]
      const least = lowestOf[station] * idlePu[bus] - drops[bus]
      leastPu = Math.min(leastPu, least)
      // Without a voltage that is known nothing is excluded. What only draws raises no voltage.
      if (!(least >= lowestPu[bus] && highestOf[station] * idlePu[bus] + (delivers ? drops[bus] : 0) <= highestPu[bus])) return true
    }
    return !(fullest * floorPu <= leastPu)
  }

  /** Largest |S|^2 of each bus, kVA^2, and the lowest and the highest voltage of each station in the hours. @returns whether any bus delivers in any of them */
  function takeLargest(begin: number, end: number): boolean {
    let delivers = false
    sums.fill(0)
    lowestOf.fill(Infinity)
    highestOf.fill(-Infinity)
    for (let hour = begin; hour < end; hour += 1) {
      const row = hour * whole.busCount
      for (let bus = 0; bus < sums.length; bus += 1) {
        const from = wholeBus[bus]
        if (from < 0) continue
        const kw = loads.activeKw[row + from]
        const kvar = loads.reactiveKvar[row + from]
        if (kw < 0 || kvar < 0) delivers = true
        const square = kw * kw + kvar * kvar
        if (square > sums[bus] || Number.isNaN(square)) sums[bus] = square
      }
      for (let station = 0; station < stationCount; station += 1) {
        const place = hour * stationCount + station
        // Math.min and Math.max keep what is not known, NaN.
        lowestOf[station] = Math.min(lowestOf[station], lowest[place])
        highestOf[station] = Math.max(highestOf[station], highest[place])
      }
    }
    return delivers
  }
}

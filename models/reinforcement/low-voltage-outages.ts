/** The low voltage after outages: hours that the bound excludes are counted, the others are solved exactly over the whole network. */
import { branchRatings, createYearCount, solveYear } from '#models/contingency/year-count.ts'
import type { StepLimits } from '#models/capacity/limits.ts'
import { solveInBlocks } from '#models/load-flow/blocks.ts'
import { type ConstraintCase, HOUR_S } from './constraint-case.ts'
import type { ConstraintLimits } from './constraint-limits.ts'
import { type ElementCounts, type StationVoltages, takeHours, takePeak, type YearLoads } from './constraint-year.ts'
import { nearHours } from './near-hours.ts'
import type { NeedsCollector } from './needs.ts'

/**
 * The drawn-together network carries the low-voltage losses of the normal state. After an outage they are at most a quarter higher while
 * no busbar is below nine tenths of what it was, which costs less than this in voltage; lower ones are never excluded.
 */
const LOSSES_PU = 0.001
const LOWEST_TRUSTED = 0.9
const ROUNDING = 1e-9

export interface OutageInputs {
  readonly voltages: StationVoltages
  readonly normalVoltagePu: Float64Array
  /** Keys `element * hours + hour`. */
  readonly brokenInNormal: ReadonlySet<number>
}
export interface LowVoltageStates { readonly screenedOut: number; readonly solved: number; readonly notSettled: number }

export function afterOutages(one: ConstraintCase, loads: YearLoads, limits: ConstraintLimits, inputs: OutageInputs, counts: ElementCounts, needs: NeedsCollector): LowVoltageStates {
  const hours = loads.at.length
  if (one.stations.length === 0 || one.outages.length === 0) return { screenedOut: 0, solved: 0, notSettled: 0 }
  const open = one.lowVoltage === undefined ? new Uint8Array(hours).fill(1) : openHours(one, loads, limits.whole, inputs)
  const steps = Int32Array.from(open.keys()).filter((hour) => open[hour] === 1)
  const all = hours * one.outages.length
  if (steps.length === 0) return { screenedOut: all, solved: 0, notSettled: 0 }
  let notSettled = 0
  const isLow = lowVoltageElements(one)
  const branchCount = one.whole.branchFrom.length
  one.outages.forEach((outage, o) => {
    const { grid, prepared } = outage.whole()
    if (grid.sources.length === 0) return
    const tell = (hour: number, element: number, excess: number, pct: number) => {
      if (isLow[element] === 1 && !inputs.brokenInNormal.has(element * hours + hour)) needs.add(o + 1, hour, element, excess, pct)
    }
    const count = createYearCount(grid, one.elements, hours, HOUR_S, { branch: (hour, k, kw, pct) => tell(hour, k, kw, pct), bus: (hour, bus, pu) => tell(hour, branchCount + bus, pu, NaN) }, isLow)
    limits.whole.sets.forEach((set, season) => {
      const chosen = steps.filter((hour) => limits.whole.setOfStep[hour] === season)
      if (chosen.length > 0) solveYear(prepared, loads, chosen, set, one.elements, count)
    })
    const told = count.result()
    notSettled += told.notSolvedHours
    told.peakPct.forEach((pct, k) => {
      if (isLow[k] === 0) return
      takeHours(counts, k, told.hoursAboveLimit[k], told.aboveLimitMwh[k], o + 1)
      takePeak(counts, k, pct, o + 1, told.peakStep[k])
    })
    told.lowestPu.forEach((pu, bus) => {
      const element = branchCount + bus
      if (isLow[element] === 0) return
      takeHours(counts, element, told.hoursOutsideBand[bus], 0, o + 1)
      if (!(pu < counts.peak[element])) return
      counts.peak[element] = pu
      counts.peakState[element] = o + 1
    })
  })
  return { screenedOut: all - steps.length * one.outages.length, solved: steps.length * one.outages.length, notSettled }
}

/** 1: sections and buses at low voltage that the drawn-together network does not have. */
function lowVoltageElements({ whole, drawnGrid }: ConstraintCase): Uint8Array {
  const branchCount = whole.branchFrom.length
  const flags = new Uint8Array(branchCount + whole.busCount)
  whole.sectionIds.forEach((id, k) => { flags[k] = Number(!drawnGrid.branchIndex.has(id)) })
  whole.busIds.forEach((id, bus) => { flags[branchCount + bus] = Number(!drawnGrid.busIndex.has(id)) })
  return flags
}

/** 1: hours in which some low-voltage element could be beyond a limit after an outage, and is not so already in the normal state. */
export function openHours(one: ConstraintCase, loads: YearLoads, limits: StepLimits, { voltages, normalVoltagePu, brokenInNormal }: OutageInputs): Uint8Array {
  const hours = loads.at.length
  const open = new Uint8Array(hours)
  const stationCount = one.stations.length
  const lowest = new Float64Array(hours * stationCount)
  const highest = new Float64Array(hours * stationCount)
  for (let at = 0; at < lowest.length; at += 1) {
    const normal = normalVoltagePu[at]
    // Of a station that no outage leaves fed there is nothing to exclude.
    const low = voltages.lowestPu[at] === Infinity ? normal : voltages.lowestPu[at] - LOSSES_PU
    const high = voltages.highestPu[at] === -Infinity ? normal : voltages.highestPu[at] + LOSSES_PU
    if (!(low >= LOWEST_TRUSTED * normal)) open[Math.floor(at / stationCount)] = 1
    lowest[at] = low
    highest[at] = high
  }
  const near = nearHours(one, loads, limits, lowest, highest)
  judgeAt(one, loads, limits, lowest, brokenInNormal, near, open)
  judgeAt(one, loads, limits, highest, brokenInNormal, near, open)
  return open
}

/** Solves the low voltage with its stations at the given voltages and opens the hours in which a limit is broken. */
function judgeAt(one: ConstraintCase, loads: YearLoads, limits: StepLimits, stationPu: Float64Array, brokenInNormal: ReadonlySet<number>, near: Uint8Array, open: Uint8Array): void {
  const { lowVoltage, whole, elements } = one
  if (lowVoltage === undefined) return
  const { grid, prepared, wholeBus, stationOfBus, wholeBranch, stationOfBranch } = lowVoltage
  const hours = loads.at.length
  const stationCount = one.stations.length
  const branchCount = whole.branchFrom.length
  const squarePu = stationPu.map((pu) => pu * pu)
  limits.sets.forEach((set, season) => {
    const steps = Int32Array.from(limits.setOfStep.keys()).filter((hour) => limits.setOfStep[hour] === season && near[hour] === 1 && open[hour] === 0)
    if (steps.length === 0) return
    const ratings = { currentA: new Float64Array(grid.branchFrom.length).fill(NaN), apparentKva: new Float64Array(grid.branchFrom.length).fill(NaN) }
    const wholeRatings = branchRatings(set, elements)
    wholeBranch.forEach((branch, k) => { ratings.currentA[k] = wholeRatings.currentA[branch] })
    solveInBlocks(prepared, {
      scenarios: steps.length,
      fill(first, count, into) {
        for (let k = 0; k < count; k += 1) {
          const hour = steps[first + k]
          for (let bus = 0; bus < grid.busCount; bus += 1) {
            const station = stationOfBus[bus]
            const from = wholeBus[bus]
            const scale = station < 0 || from < 0 ? 0 : 1 / squarePu[hour * stationCount + station]
            into.activeKw[k * grid.busCount + bus] = scale === 0 ? 0 : loads.activeKw[hour * whole.busCount + from] * scale
            into.reactiveKvar[k * grid.busCount + bus] = scale === 0 ? 0 : loads.reactiveKvar[hour * whole.busCount + from] * scale
          }
        }
      },
      take(first, count, flow) {
        for (let k = 0; k < count; k += 1) {
          const hour = steps[first + k]
          if (flow.settled[k] !== 1 || breaks(k, hour, flow)) open[hour] = 1
        }
      },
    }, { wanted: { angles: false, currents: false, powers: false, totals: false, loadings: ratings }, inTimeOrder: true })

    function breaks(k: number, hour: number, flow: { readonly loadingPct: Float64Array; readonly voltagePu: Float64Array }): boolean {
      for (let section = 0; section < grid.sectionCount; section += 1) {
        const station = stationOfBranch[section]
        // Without a rating there is nothing to judge: the normal state says so.
        if (station < 0 || Number.isNaN(ratings.currentA[section])) continue
        const pct = flow.loadingPct[k * grid.branchFrom.length + section] * stationPu[hour * stationCount + station]
        if (!(pct <= 100 * (1 + ROUNDING)) && !brokenInNormal.has(wholeBranch[section] * hours + hour)) return true
      }
      for (let bus = 0; bus < grid.busCount; bus += 1) {
        const station = stationOfBus[bus]
        const from = wholeBus[bus]
        if (station < 0 || from < 0) continue
        const pu = flow.voltagePu[k * grid.busCount + bus] * stationPu[hour * stationCount + station]
        if (!(pu >= set.lowestPu[from] && pu <= set.highestPu[from]) && !brokenInNormal.has((branchCount + from) * hours + hour)) return true
      }
      return false
    }
  })
}

/**
 * One year of one future against every limit: the whole network in each hour, the medium voltage in each hour after each outage, and the
 * low voltage after outages in those hours that its bound does not exclude. Hours that were not computed are violations.
 */
import { createYearCount, type ExcessListener, fillFrom, branchRatings, solveYear, type YearCount } from '#models/contingency/year-count.ts'
import type { ElementLimits, StepLimits } from '#models/capacity/limits.ts'
import { solveInBlocks } from '#models/load-flow/blocks.ts'
import { type ConstraintCase, HOUR_S, type OutageCase } from './constraint-case.ts'
import type { ConstraintLimits } from './constraint-limits.ts'
import { afterOutages } from './low-voltage-outages.ts'
import { collectNeeds, type Needs, type NeedsCollector } from './needs.ts'
import { hourGroups, type HourGroups, type Magnitudes, magnitudes, type OutageBound } from './outage-bound.ts'

/** Loads of the whole network, [hour * busCount + bus]. */
export interface YearLoads {
  readonly at: Float64Array
  readonly month: ArrayLike<number>
  readonly activeKw: Float64Array
  readonly reactiveKvar: Float64Array
}

/** What is beyond limits by element of the whole network: branches, then buses. `state` as in `Needs`; -1 and NaN where nothing was computed. */
export interface ElementCounts {
  readonly hoursNormal: Float64Array
  readonly mwhNormal: Float64Array
  /** Of the outage with the most hours. */
  readonly hoursOutage: Float64Array
  readonly mwhOutage: Float64Array
  readonly worstOutage: Int16Array
  /** Largest loading over all states (of a bus the lowest voltage), in which of them, and when. */
  readonly peak: Float64Array
  readonly peakState: Int16Array
  readonly peakHour: Int32Array
}

export interface YearStates { readonly normalSolved: number; readonly outageSolved: number; readonly outageScreenedOut: number; readonly lowVoltageScreenedOut: number; readonly lowVoltageSolved: number; readonly notSettled: number }

export interface YearConstraints {
  readonly counts: ElementCounts
  readonly needs: Needs
  readonly lossesMwh: number
  readonly energyMwh: number
  /** Outages of the firm criterion that leave load without supply until the repair: largest power. */
  readonly unsupplied: readonly { readonly outage: string; readonly peakKw: number }[]
  readonly states: YearStates
}

/** Voltages of a drawn-together state that the bound needs, [hour * stations + station]: the lowest and the highest over the outages. */
export interface StationVoltages {
  readonly lowestPu: Float64Array
  readonly highestPu: Float64Array
}

/**
 * @param screened leaves out hours after outages that the bound of outage-bound.ts excludes: nothing is broken in them, but the largest
 *   loading after outages is then only known where it passes a limit
 */
export function constraintYear(one: ConstraintCase, loads: YearLoads, { screened = false } = {}): YearConstraints {
  const hours = loads.at.length
  const limits = one.limitsAt(loads.at, loads.month)
  const needs = collectNeeds()
  const counts = emptyCounts(one)
  const normal = normalYear(one, loads, limits.whole, listen(needs, 0, (k) => k, (bus) => one.whole.branchFrom.length + bus))
  takeNormal(counts, normal.count, one)

  const voltages: StationVoltages = { lowestPu: new Float64Array(hours * one.stations.length).fill(Infinity), highestPu: new Float64Array(hours * one.stations.length).fill(-Infinity) }
  const unsupplied: { outage: string; peakKw: number }[] = []
  let notSettled = normal.count.notSolvedHours
  let outageSolved = 0
  one.outages.forEach((outage, o) => {
    const { count, solved } = outageYear(one, outage, o + 1, normal, limits, needs, voltages, screened)
    outageSolved += solved
    takeOutage(counts, count, one, o + 1)
    notSettled += count.notSolvedHours
    const peakKw = outage.firm ? darkPeakKw(outage, normal.drawnLoads.activeKw, one.drawnGrid.busCount) : 0
    if (peakKw > 0) unsupplied.push({ outage: outage.id, peakKw })
  })
  const low = afterOutages(one, loads, limits, { voltages, normalVoltagePu: normal.stationPu, brokenInNormal: normal.broken }, counts, needs)
  return {
    counts, needs: needs.take(), lossesMwh: normal.lossesMwh, energyMwh: normal.energyMwh, unsupplied,
    states: { normalSolved: hours, outageSolved, outageScreenedOut: hours * one.outages.length - outageSolved, lowVoltageScreenedOut: low.screenedOut, lowVoltageSolved: low.solved, notSettled: notSettled + low.notSettled },
  }
}

interface NormalYear {
  readonly count: YearCount
  readonly lossesMwh: number
  readonly energyMwh: number
  /** What the transformers that feed low voltage draw with its losses, drawn together. */
  readonly drawnLoads: { readonly activeKw: Float64Array; readonly reactiveKvar: Float64Array }
  readonly magnitudes: Magnitudes
  /** Made once a season, for all outages. */
  readonly groupsOf: (season: number, steps: Int32Array) => HourGroups
  /** Voltage at the high side of each station, [hour * stations + station]. */
  readonly stationPu: Float64Array
  /** Keys `element * hours + hour` that are broken in the normal state. */
  readonly broken: ReadonlySet<number>
}

function normalYear(one: ConstraintCase, loads: YearLoads, limits: StepLimits, listener: ExcessListener): NormalYear {
  const { whole, drawn, drawnGrid, stations, prepared, elements } = one
  const hours = loads.at.length
  const { busCount } = whole
  const branchCount = whole.branchFrom.length
  const broken = new Set<number>()
  const told: ExcessListener = {
    branch(hour, k, excessKw, pct) {
      broken.add(k * hours + hour)
      listener.branch(hour, k, excessKw, pct)
    },
    bus(hour, bus, pu) {
      broken.add((branchCount + bus) * hours + hour)
      listener.bus(hour, bus, pu)
    },
  }
  const count = createYearCount(whole, elements, hours, HOUR_S, told)
  const activeKw = new Float64Array(hours * drawnGrid.busCount)
  const reactiveKvar = new Float64Array(activeKw.length)
  const stationPu = new Float64Array(hours * stations.length).fill(NaN)
  const highBus = stations.map(({ branch }) => whole.wiredFrom[branch])
  const ownBuses = Int32Array.from(drawn.busOf.keys()).filter((bus) => drawn.busOf[bus] >= 0 && whole.busIds[bus] === drawnGrid.busIds[drawn.busOf[bus]] && !stations.some(({ drawnLowBus }) => drawnLowBus === drawn.busOf[bus]))
  let lossesKwh = 0
  let energyKwh = 0
  limits.sets.forEach((set, season) => {
    const steps = Int32Array.from(limits.setOfStep.keys()).filter((step) => limits.setOfStep[step] === season)
    if (steps.length === 0) return
    const fill = fillFrom(whole, loads, steps)
    solveInBlocks(prepared, {
      scenarios: steps.length, fill,
      take(first, entries, flow) {
        const above: number[] = []
        count.add(flow, steps, first, entries, set, above)
        if (above.length > 0) count.addEnergy(flow, steps, first, entries)
        for (let k = 0; k < entries; k += 1) {
          const hour = steps[first + k]
          if (flow.settled[k] === 1) {
            lossesKwh += flow.lossesKw[k]
            energyKwh += flow.loadKw[k]
          }
          for (const bus of ownBuses) {
            activeKw[hour * drawnGrid.busCount + drawn.busOf[bus]] = loads.activeKw[hour * busCount + bus]
            reactiveKvar[hour * drawnGrid.busCount + drawn.busOf[bus]] = loads.reactiveKvar[hour * busCount + bus]
          }
          stations.forEach(({ branch, drawnLowBus }, s) => {
            const at = k * branchCount + branch
            // A state that did not settle has no flow: what is drawn is then taken without losses.
            if (flow.settled[k] !== 1 || Number.isNaN(flow.activeToKw[at])) return
            activeKw[hour * drawnGrid.busCount + drawnLowBus] -= flow.activeToKw[at]
            reactiveKvar[hour * drawnGrid.busCount + drawnLowBus] -= flow.reactiveToKvar[at]
            stationPu[hour * stations.length + s] = flow.voltagePu[k * busCount + highBus[s]]
          })
          if (flow.settled[k] !== 1) drawWithoutLosses(one, loads, hour, activeKw, reactiveKvar)
        }
      },
    }, { wanted: { angles: false, currents: false, powers: true, totals: true, loadings: branchRatings(set, elements) }, inTimeOrder: true })
  })
  const loadKva = magnitudes(activeKw, reactiveKvar)
  const groups: HourGroups[] = []
  return { groupsOf: (season, steps) => (groups[season] ??= hourGroups(loadKva, steps, drawnGrid.busCount)), count: count.result(), lossesMwh: lossesKwh / 1000, energyMwh: energyKwh / 1000, drawnLoads: { activeKw, reactiveKvar }, magnitudes: loadKva, stationPu, broken }
}

function drawWithoutLosses({ whole, drawn, drawnGrid }: ConstraintCase, loads: YearLoads, hour: number, activeKw: Float64Array, reactiveKvar: Float64Array): void {
  const place = hour * drawnGrid.busCount
  activeKw.fill(0, place, place + drawnGrid.busCount)
  reactiveKvar.fill(0, place, place + drawnGrid.busCount)
  for (let bus = 0; bus < whole.busCount; bus += 1) {
    if (drawn.busOf[bus] < 0) continue
    activeKw[place + drawn.busOf[bus]] += loads.activeKw[hour * whole.busCount + bus]
    reactiveKvar[place + drawn.busOf[bus]] += loads.reactiveKvar[hour * whole.busCount + bus]
  }
}

function outageYear(one: ConstraintCase, outage: OutageCase, state: number, { drawnLoads, magnitudes: loadKva, groupsOf, broken }: NormalYear, limits: ConstraintLimits, needs: NeedsCollector, voltages: StationVoltages, screened: boolean): { readonly count: YearCount; readonly solved: number } {
  const { whole, drawnElements, stations } = one
  const hours = limits.drawn.setOfStep.length
  const branchOf = wholeBranches(one)
  const busOf = Int32Array.from(outage.grid.busIds, (id) => whole.branchFrom.length + whole.busIndex.get(id)!)
  // What is beyond its limit in the normal state already needs the same there: an outage adds nothing.
  const add: typeof needs.add = (inState, hour, element, excess, pct) => { if (!broken.has(element * hours + hour)) needs.add(inState, hour, element, excess, pct) }
  const count = createYearCount(outage.grid, drawnElements, hours, HOUR_S, listen({ add }, state, (k) => branchOf[k], (bus) => busOf[bus]))
  if (outage.grid.sources.length === 0) return { count: count.result(), solved: 0 }
  const highBus = Int32Array.from(stations, ({ drawnHighBus, drawnBranch }) => (outage.grid.branchFrom[drawnBranch] < 0 || outage.grid.fed[drawnHighBus] === 0 ? -1 : drawnHighBus))
  const { lowestPu, highestPu } = voltages
  const stationCount = highBus.length
  const watched = {
    ...count,
    add(...[flow, steps, first, entries, set, above]: Parameters<typeof count.add>) {
      count.add(flow, steps, first, entries, set, above)
      const { voltagePu, busCount, settled } = flow
      for (let k = 0; k < entries; k += 1) {
        const place = steps[first + k] * stationCount
        if (settled[k] !== 1) {
          // What is not known excludes nothing.
          lowestPu.fill(0, place, place + stationCount)
          continue
        }
        const firstBus = k * busCount
        for (let s = 0; s < stationCount; s += 1) {
          const bus = highBus[s]
          if (bus < 0) continue
          const pu = voltagePu[firstBus + bus]
          if (pu < lowestPu[place + s]) lowestPu[place + s] = pu
          if (pu > highestPu[place + s]) highestPu[place + s] = pu
        }
      }
    },
  }
  const bound = screened ? outage.bound() : undefined
  let solved = 0
  limits.drawn.sets.forEach((set, season) => {
    const all = stepsOfSeason(limits.drawn, season)
    const steps = bound === undefined ? all : openSteps(bound, groupsOf(season, all), set)
    solved += steps.length
    if (steps.length > 0) solveYear(outage.prepared, drawnLoads, steps, set, drawnElements, watched)
  })
  return { count: count.result(), solved }

  /** Groups of hours that the bound excludes together, and of the others hour by hour. */
  function openSteps(of: OutageBound, { hours: groups, envelope }: HourGroups, set: ElementLimits): Int32Array {
    const open: number[] = []
    groups.forEach((group, g) => {
      if (!of.open(envelope, g, set)) {
        takeBounds(of, group)
        return
      }
      for (let k = 0; k < group.length; k += 1) {
        if (of.open(loadKva, group[k], set)) open.push(group[k])
        else takeBounds(of, group.subarray(k, k + 1))
      }
    })
    return Int32Array.from(open).sort()
  }

  /** Of hours that are left out together the stations take the bounds of their voltages. */
  function takeBounds({ idlePu, dropPu, risePu }: OutageBound, left: Int32Array): void {
    for (let s = 0; s < stationCount; s += 1) {
      const bus = highBus[s]
      if (bus < 0) continue
      const low = idlePu[bus] - dropPu[bus]
      const high = idlePu[bus] + risePu[bus]
      for (let k = 0; k < left.length; k += 1) {
        const place = left[k] * stationCount + s
        if (low < lowestPu[place]) lowestPu[place] = low
        if (high > highestPu[place]) highestPu[place] = high
      }
    }
  }
}

const seasons = new WeakMap<StepLimits, Int32Array[]>()
/** Hours in which a set of limits holds: found once for all outages of a year. */
function stepsOfSeason(limits: StepLimits, season: number): Int32Array {
  const known = seasons.get(limits) ?? limits.sets.map((_, k) => Int32Array.from(limits.setOfStep.keys()).filter((step) => limits.setOfStep[step] === k))
  seasons.set(limits, known)
  return known[season]
}

/** Branch of the whole network for each of the drawn-together one. */
const wholeBranches = ({ whole, drawnElements }: ConstraintCase): Int32Array => Int32Array.from(drawnElements.branchIds, (id) => whole.branchIndex.get(id)!)

const listen = (needs: Pick<NeedsCollector, 'add'>, state: number, branchOf: (k: number) => number, busOf: (bus: number) => number): ExcessListener => ({
  branch: (hour, k, excessKw, pct) => needs.add(state, hour, branchOf(k), excessKw, pct),
  bus: (hour, bus, pu) => needs.add(state, hour, busOf(bus), pu, NaN),
})

function darkPeakKw({ darkBuses }: OutageCase, activeKw: Float64Array, busCount: number): number {
  if (darkBuses.length === 0) return 0
  let peakKw = 0
  for (let first = 0; first < activeKw.length; first += busCount) {
    let kw = 0
    for (const bus of darkBuses) kw += Math.max(0, activeKw[first + bus])
    peakKw = Math.max(peakKw, kw)
  }
  return peakKw
}

function emptyCounts({ whole }: ConstraintCase): ElementCounts {
  const count = whole.branchFrom.length + whole.busCount
  const zeros = () => new Float64Array(count)
  return {
    hoursNormal: zeros(), mwhNormal: zeros(), hoursOutage: zeros(), mwhOutage: zeros(), worstOutage: new Int16Array(count).fill(-1),
    peak: zeros().fill(NaN), peakState: new Int16Array(count).fill(-1), peakHour: new Int32Array(count).fill(-1),
  }
}

function takeNormal(counts: ElementCounts, count: YearCount, { whole }: ConstraintCase): void {
  const branchCount = whole.branchFrom.length
  count.peakPct.forEach((pct, k) => {
    counts.hoursNormal[k] = count.hoursAboveLimit[k]
    counts.mwhNormal[k] = count.aboveLimitMwh[k]
    takePeak(counts, k, pct, 0, count.peakStep[k])
  })
  count.lowestPu.forEach((pu, bus) => {
    counts.hoursNormal[branchCount + bus] = count.hoursOutsideBand[bus]
    counts.peak[branchCount + bus] = pu
    counts.peakState[branchCount + bus] = Number.isNaN(pu) ? -1 : 0
  })
}

function takeOutage(counts: ElementCounts, count: YearCount, one: ConstraintCase, state: number): void {
  const { whole, drawnGrid } = one
  const branchOf = wholeBranches(one)
  count.peakPct.forEach((pct, k) => {
    const element = branchOf[k]
    takeHours(counts, element, count.hoursAboveLimit[k], count.aboveLimitMwh[k], state)
    takePeak(counts, element, pct, state, count.peakStep[k])
  })
  count.lowestPu.forEach((pu, bus) => {
    const element = whole.branchFrom.length + whole.busIndex.get(drawnGrid.busIds[bus])!
    takeHours(counts, element, count.hoursOutsideBand[bus], 0, state)
    if (!(pu < counts.peak[element])) return
    counts.peak[element] = pu
    counts.peakState[element] = state
  })
}

/** The outage with the most hours; of equal ones that with the most energy. */
export function takeHours(counts: ElementCounts, element: number, hours: number, mwh: number, state: number): void {
  if (hours < counts.hoursOutage[element] || (hours === counts.hoursOutage[element] && mwh <= counts.mwhOutage[element])) return
  counts.hoursOutage[element] = hours
  counts.mwhOutage[element] = mwh
  counts.worstOutage[element] = state
}

export function takePeak(counts: ElementCounts, element: number, pct: number, state: number, hour: number): void {
  if (Number.isNaN(pct) || pct <= counts.peak[element]) return
  counts.peak[element] = pct
  counts.peakState[element] = state
  counts.peakHour[element] = hour
}

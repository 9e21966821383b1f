/**
 * Loads of a future year, made from the measured one step by step: weather, growth, what is built, what arrives, vehicles, heat pumps,
 * renovation, panels, the heat network. Each step can be traced: what it added over the year and at the hour of the peak.
 */
import type { StudyScenario } from '#models/district/schema-study.ts'
import { coldAnswerKw, type FutureBase, sumOf } from './future-base.ts'
import { addedLoads, type AddedLoad } from './added-loads.ts'
import { isDwelling, isElectricallyHeated } from './load-classes.ts'
import { type Level, type Levels, pathValue } from './path-value.ts'
import { valueAt } from './rates.ts'
import type { FutureLoads } from './study-result.ts'

/** In the order in which they are made. */
export const FUTURE_STEPS = ['measured', 'weather', 'growth', 'boundary', 'new-buildings', 'arrivals', 'electric-vehicles', 'heat-pumps', 'renovation', 'photovoltaics', 'heat-network'] as const
export type FutureStep = (typeof FUTURE_STEPS)[number]

export interface FutureYear {
  readonly year: number
  /** [hour * busCount + bus]; positive drawn. */
  readonly activeKw: Float64Array
  readonly reactiveKvar: Float64Array
  /** Sum over all buses by hour, without losses. */
  readonly totalKw: Float64Array
  readonly peakKw: number
  readonly peakHour: number
  readonly energyMwh: number
  readonly steps: FutureLoads['steps']
  /** kW by hour of these load classes at these buses: what an offer draws on. */
  loadOf(loadClasses: readonly string[], buses: readonly number[]): Float64Array
}

export interface FutureOptions {
  /** Ranges that are not taken at `likely`, by their place in the scenario. */
  readonly levels?: Levels
  /** Columns of a future that is not needed any more: they are written over, which spares making new ones. */
  readonly into?: { readonly activeKw: Float64Array; readonly reactiveKvar: Float64Array }
  /** Hours whose loads by bus are asked for; those of the others are NaN. Absent: all. */
  readonly hours?: readonly number[]
}

/**
 * @param scenario as in the district document; its amounts are those of the end of `year`
 * @throws PenfeldError PF_STUDY_NODE where the scenario names a bus that the network has not
 */
export function futureLoads(future: FutureBase, scenario: StudyScenario, year: number, options: FutureOptions = {}): FutureYear {
  const { base, classes } = future
  const hours = base.at.length
  const levelOf = (place: string): Level => options.levels?.get(place) ?? 'likely'
  const years = Math.max(0, year - future.measuredYear)
  const growth = classes.map(({ loadClass }) => (1 + valueAt(scenario.growthPct[loadClass] ?? 0, levelOf(`growthPct.${loadClass}`)) / 100) ** years)
  const renovated = scenario.renovation === undefined ? 0 : shareOf(pathValue(scenario.renovation.share, year, levelOf('renovation.share'))) * scenario.renovation.savedColdShare
  const onNetwork = scenario.heatNetwork === undefined ? 0 : shareOf(pathValue(scenario.heatNetwork.share, year, levelOf('heatNetwork.share')))
  const saved = classes.map(({ loadClass, boundary }) => (boundary || !isDwelling(loadClass) ? 0 : renovated))
  const moved = classes.map(({ loadClass, boundary }, i) => (boundary || !isElectricallyHeated(loadClass) ? 0 : (1 - saved[i]!) * onNetwork))

  const weighted = (weights: readonly number[], of: 'powerKw' | 'coldKw') => weightedSum(classes.map((one) => one[of]), weights, hours)
  const grown = weighted(growth.map((factor, i) => (classes[i]!.boundary ? 0 : factor - 1)), 'powerKw')
  const boundary = weighted(growth.map((factor, i) => (classes[i]!.boundary ? factor - 1 : 0)), 'powerKw')
  const before = sumOf([future.weatherKw, grown, boundary], hours)
  const added = addedLoads(future, scenario, year, levelOf, before)
  const columns: Readonly<Record<FutureStep, Float64Array>> = {
    'measured': future.measuredKw,
    'weather': future.weatherKw.map((kw, hour) => kw - future.measuredKw[hour]!),
    'growth': grown, 'boundary': boundary,
    'new-buildings': stepSum(added, 'new-buildings', hours), 'arrivals': stepSum(added, 'arrivals', hours),
    'electric-vehicles': stepSum(added, 'electric-vehicles', hours), 'heat-pumps': stepSum(added, 'heat-pumps', hours),
    'renovation': weighted(saved.map((share, i) => -share * growth[i]!), 'coldKw'),
    'photovoltaics': stepSum(added, 'photovoltaics', hours),
    'heat-network': weighted(moved.map((share, i) => -share * growth[i]!), 'coldKw'),
  }
  const totalKw = sumOf(FUTURE_STEPS.map((step) => columns[step]), hours)
  const peakHour = totalKw.reduce((most, kw, hour) => (kw > totalKw[most]! ? hour : most), 0)
  const cut = saved.map((share, i) => share + moved[i]!)

  return {
    year, ...write(future, growth, cut, added, options), totalKw, peakKw: totalKw[peakHour]!, peakHour, energyMwh: energyMwh(totalKw),
    steps: FUTURE_STEPS.map((step) => ({ step, energyMwh: energyMwh(columns[step]), atPeakKw: columns[step][peakHour]! })),
    loadOf: (loadClasses, buses) => loadAt(future, growth, cut, added, loadClasses, buses),
  }
}

const shareOf = (value: number): number => Math.min(1, Math.max(0, value))
const energyMwh = (columnKw: Float64Array): number => columnKw.reduce((sum, kw) => sum + kw, 0) / 1000
const stepSum = (added: readonly AddedLoad[], step: FutureStep, hours: number): Float64Array => sumOf(added.filter((load) => load.step === step).map(({ powerKw }) => powerKw), hours)

function weightedSum(columns: readonly Float64Array[], weights: readonly number[], hours: number): Float64Array {
  const sum = new Float64Array(hours)
  for (const [i, column] of columns.entries()) {
    const weight = weights[i]!
    if (weight !== 0) for (let hour = 0; hour < hours; hour += 1) sum[hour]! += weight * column[hour]!
  }
  return sum
}

/** Row by row, so that reading and writing both run through memory in order: this is called for every year, scenario and weather. */
function write({ base, partKw, perDegreeKw, classOfPart, coldC }: FutureBase, growth: readonly number[], cut: readonly number[], added: readonly AddedLoad[], { into, hours: wanted }: FutureOptions): Pick<FutureYear, 'activeKw' | 'reactiveKvar'> {
  const { busCount, localHour, parts } = base
  const size = base.at.length * busCount
  const columnOf = (given: Float64Array | undefined) => (given?.length === size ? given : new Float64Array(size)).fill(wanted === undefined ? 0 : NaN)
  const activeKw = columnOf(into?.activeKw)
  const reactiveKvar = columnOf(into?.reactiveKvar)
  const count = parts.length
  const bus = Int32Array.from(parts, (part) => part.bus)
  const tanPhi = Float64Array.from(parts, (part) => part.tanPhi)
  const factor = Float64Array.from(classOfPart, (place) => growth[place]!)
  const off = Float64Array.from(classOfPart, (place) => cut[place]!)
  const placed = placedLoads(added, busCount)
  for (const hour of wanted ?? base.at.keys()) {
    const row = hour * busCount
    const from = hour * count
    if (wanted !== undefined) {
      activeKw.fill(0, row, row + busCount)
      reactiveKvar.fill(0, row, row + busCount)
    }
    const slopes = localHour[hour]! * count
    const cold = coldC[hour]!
    for (let p = 0; p < count; p += 1) {
      let kw = partKw[from + p]!
      if (off[p] !== 0) kw -= off[p]! * coldAnswerKw(kw, perDegreeKw[slopes + p]!, cold)
      kw *= factor[p]!
      activeKw[row + bus[p]!]! += kw
      reactiveKvar[row + bus[p]!]! += kw * tanPhi[p]!
    }
    for (const load of placed) {
      const kw = load.powerKw[hour]!
      for (let k = 0; k < load.buses.length; k += 1) {
        const own = kw * load.shares[k]!
        activeKw[row + load.buses[k]!]! += own
        reactiveKvar[row + load.buses[k]!]! += own * load.tanPhi
      }
    }
  }
  return { activeKw, reactiveKvar }
}

/** Loads that are spread alike are written as one. */
function placedLoads(added: readonly AddedLoad[], busCount: number) {
  const groups: { spread: Float64Array; tanPhi: number; columns: Float64Array[] }[] = []
  for (const { spread, tanPhi, powerKw } of added) {
    const known = groups.find((group) => group.spread === spread && group.tanPhi === tanPhi)
    if (known === undefined) groups.push({ spread, tanPhi, columns: [powerKw] })
    else known.columns.push(powerKw)
  }
  return groups.map(({ spread, tanPhi, columns }) => {
    const buses = Array.from({ length: busCount }, (_, bus) => bus).filter((bus) => spread[bus] !== 0)
    return { buses: Int32Array.from(buses), shares: Float64Array.from(buses, (bus) => spread[bus]!), tanPhi, powerKw: columns.length === 1 ? columns[0]! : sumOf(columns, columns[0]!.length) }
  })
}

function loadAt({ base, partKw, perDegreeKw, classOfPart, coldC }: FutureBase, growth: readonly number[], cut: readonly number[], added: readonly AddedLoad[], loadClasses: readonly string[], buses: readonly number[]): Float64Array {
  const wantedClass = new Set(loadClasses)
  const wantedBus = new Set(buses)
  const sum = new Float64Array(base.at.length)
  const count = base.parts.length
  for (const [p, part] of base.parts.entries()) {
    if (!wantedBus.has(part.bus) || !wantedClass.has(part.loadClass)) continue
    const [factor, off] = [growth[classOfPart[p]!]!, cut[classOfPart[p]!]!]
    for (let hour = 0; hour < sum.length; hour += 1) {
      const kw = partKw[hour * count + p]!
      sum[hour]! += factor * (kw - off * coldAnswerKw(kw, perDegreeKw[base.localHour[hour]! * count + p]!, coldC[hour]!))
    }
  }
  for (const { loadClass, spread, powerKw } of added) {
    if (!wantedClass.has(loadClass)) continue
    const share = buses.reduce((total, bus) => total + spread[bus]!, 0)
    if (share !== 0) powerKw.forEach((kw, hour) => { sum[hour]! += share * kw })
  }
  return sum
}

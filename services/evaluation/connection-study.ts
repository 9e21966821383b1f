/** A connection study of the district: the models' study with the district's hours, ratings, ring and people's words for a load. */
import { type CapacityCase, stepsOf } from '#models/capacity/capacity-case.ts'
import { constraintsOf } from '#models/capacity/constraints.ts'
import { type ConnectionStudy, connectionStudy, type StudyStates } from '#models/capacity/connection-study.ts'
import { DENA_COSTS } from '#models/capacity/cost-table.ts'
import { judged } from '#models/capacity/judge.ts'
import { elementsOf, type LimitOptions, stepLimits } from '#models/capacity/limits.ts'
import { PEAK_FACTOR_SOURCE, peakLift } from '#models/capacity/peak-factor.ts'
import type { Source } from '#models/capacity/source.ts'
import { CATALOGUE_SOURCES, USUAL_CATALOGUE } from '#models/capacity/usual-catalogue.ts'
import { extremeSteps } from '#models/contingency/outage-year.ts'
import { mediumVoltageOutages } from '#models/contingency/outages.ts'
import { planRestoration } from '#models/contingency/restoration.ts'
import { gridOfState, restorationCase } from '#models/contingency/restoration-case.ts'
import type { Network } from '#models/district/schema.ts'
import { buildGrid, type GridModel } from '#models/grid/network.ts'
import { feedingTree } from '#models/grid/topology.ts'
import { loadCalendar } from '#models/load-curve/day-type.ts'
import { flatCurve, typicalPowerKw } from '#models/load-curve/typical.ts'
import { prepareLoadFlow, type PrepareOptions } from '#models/load-flow/load-flow.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { STUDY_STEP_S, type StudyHours, type StudyParts } from './study-hours.ts'

export const CONSTANT_PROFILE = 'constant'

export interface ConnectionAsk {
  /** Busbar or junction. */
  readonly node: string
  readonly kva: number
  /** `constant`, or a load class of the district, whose typical curve is taken at its peak for the power asked for. */
  readonly profile: string
  readonly tanPhi: number
}

export interface DistrictConnectionStudy extends ConnectionStudy {
  readonly ask: ConnectionAsk
  readonly at: Float64Array
  readonly stepS: number
  /** Hours whose heads were measured, of all. */
  readonly measuredHours: number
  /** What the peaks of hourly loads were lifted by where the request is connected; 1 at medium voltage. */
  readonly peakFactor: number
  readonly sources: readonly Source[]
  /** Limits that are broken in the normal state without the request, wherever they are; of `element`, for so many hours. */
  readonly brokenAnyway: readonly { readonly element: string; readonly hours: number }[]
}

export function districtConnectionStudy(parts: StudyParts, hours: StudyHours, ask: ConnectionAsk, options: PrepareOptions, progress?: (share: number) => void): DistrictConnectionStudy {
  const { district } = parts.loaded
  const { network, thresholds } = district
  const newest = hours.at[hours.at.length - 1] ?? NaN
  const grid = buildGrid(network, newest)
  if (!grid.busIndex.has(ask.node)) throw new PenfeldError('PF_GRID_REFERENCE', `There is no busbar or junction ${ask.node}.`, { where: 'node' })
  const limitOptions: LimitOptions = { limitLoadingPct: thresholds.limitLoadingPct }
  // How the ring is closed again is decided for the hours that draw most and least, and then held to all of them.
  const decidingSteps = extremeSteps(hours.loads.activeKw, hours.at.length)
  const deciding = stepsOf(hours.loads, decidingSteps, grid.busCount)
  const decidingLimits = (changed: Network, switched: GridModel) => stepLimits(changed, switched, Float64Array.from(decidingSteps, (step) => hours.at[step]!), decidingSteps.map((step) => hours.month[step]!), limitOptions)
  const statesOf = (changed: Network): StudyStates => {
    const normal = buildGrid(changed, newest)
    const state = (id: string, switched: GridModel): CapacityCase => ({
      id, judged: judged(switched, elementsOf(switched, limitOptions)), prepared: prepareLoadFlow(switched, options), loads: hours.loads,
      limits: stepLimits(changed, switched, hours.at, hours.month, limitOptions),
      lift: peakLift(switched, feedingTree(switched), hours.customersByBus, STUDY_STEP_S),
    })
    const planning = restorationCase(changed, newest, deciding, (switched) => decidingLimits(changed, switched), STUDY_STEP_S, hours.customersByBus, { onOverload: 'supply-and-report', ...(options.kernel === undefined ? {} : { kernel: options.kernel }) })
    // The firm criterion applies to sections: what is left without supply after their loss is a breach.
    const outages = mediumVoltageOutages(changed, planning.grid, planning.graph, changed.lineSections.map(({ id }) => id))
      .map((outage) => state(outage.id, gridOfState(planning, planRestoration(planning, outage).restored)))
    return { normal: state('N', normal), outages }
  }
  const study = connectionStudy({
    network, statesOf, busId: ask.node, kva: ask.kva, tanPhi: ask.tanPhi, shareOfStep: shareOfStep(parts, hours, ask.profile), stepS: STUDY_STEP_S,
    catalogue: USUAL_CATALOGUE, costs: DENA_COSTS, isClosed: (switchId) => grid.switchClosed[grid.switchIds.indexOf(switchId)] === 1,
    ...(progress === undefined ? {} : { progress }),
  })
  const lift = peakLift(grid, feedingTree(grid), hours.customersByBus, STUDY_STEP_S)
  const branch = feedingTree(grid).parentBranch[grid.busIndex.get(ask.node)!]!
  return {
    ...study, ask, brokenAnyway: brokenAnyway(hours, () => statesOf(network).normal), at: hours.at, stepS: STUDY_STEP_S, measuredHours: hours.measuredHours,
    peakFactor: lift.branchFactor[branch] ?? 1, sources: [PEAK_FACTOR_SOURCE, DENA_COSTS.source, ...CATALOGUE_SOURCES],
  }
}

/** Once for the hours that many studies share. */
const broken = new WeakMap<StudyHours, DistrictConnectionStudy['brokenAnyway']>()
function brokenAnyway(hours: StudyHours, normal: () => CapacityCase): DistrictConnectionStudy['brokenAnyway'] {
  const known = broken.get(hours)
  if (known !== undefined) return known
  const { branches, buses } = constraintsOf(normal(), STUDY_STEP_S)
  const found = [...branches.map(({ id, hoursAboveLimit }) => ({ element: id, hours: hoursAboveLimit })), ...buses.map(({ id, hoursBelow, hoursAbove }) => ({ element: id, hours: hoursBelow + hoursAbove }))]
    .filter((one) => one.hours > 0).sort((a, b) => b.hours - a.hours)
  broken.set(hours, found)
  return found
}

/** What a load of the class takes at each hour, as a share of its own highest hour; negative where the class delivers. */
function shareOfStep({ loaded, typical, plan }: StudyParts, { at }: StudyHours, profile: string): Float64Array {
  if (profile === CONSTANT_PROFILE) return new Float64Array(at.length).fill(1)
  const sign = plan.loads.find(({ deliveryPoint }) => deliveryPoint.loadClass === profile)?.sign
  if (sign === undefined) throw new PenfeldError('PF_REQUEST_INVALID', `There is no load class ${profile}.`, { where: 'profile' })
  const powerKw = typicalPowerKw(typical.get(profile) ?? flatCurve(profile), 8760, loadCalendar(at, loaded.district.timeZone), new Float64Array(at.length).fill(NaN))
  const peakKw = powerKw.reduce((peak, kw) => Math.max(peak, kw), 0)
  return powerKw.map((kw) => (peakKw > 0 ? (sign * kw) / peakKw : 0))
}

/** Profiles that may be asked for. */
export const connectionProfiles = ({ plan }: Pick<StudyParts, 'plan'>): string[] => [CONSTANT_PROFILE, ...new Set(plan.loads.map(({ deliveryPoint }) => deliveryPoint.loadClass))]

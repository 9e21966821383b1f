/** What one outage of the medium voltage means to the district: the plan at its highest hour, and a year with the element missing. */
import { ASSUMED_TIMES } from '#models/contingency/operation-times.ts'
import { extremeSteps, type OutageYear, solveOutages } from '#models/contingency/outage-year.ts'
import { mediumVoltageOutages, type OutageKind } from '#models/contingency/outages.ts'
import type { Network } from '#models/district/schema.ts'
import { buildGrid } from '#models/grid/network.ts'
import type { Kernel } from '#models/load-flow/kernel/kernel.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { STUDY_STEP_S, type StudyHours } from './study-hours.ts'

export interface DistrictOutageStudy {
  readonly element: string
  readonly year: OutageYear
  /** Energy asked for and not supplied in each stage of the plan, kWh, with the loads of the hours that follow the fault. */
  readonly stageKwh: readonly number[]
  /** Names of branches in the order of the counts. */
  readonly branchIds: readonly string[]
  readonly at: Float64Array
  readonly stepS: number
  readonly measuredHours: number
  /** The hour of the highest load, for which the plan is made first. */
  readonly planAt: number
  /** Where operation and repair times come from that the document does not give. */
  readonly timesSource: string
}

/** @throws PenfeldError PF_REQUEST_INVALID where the element is no section, transformer or busbar of the medium voltage */
export function districtOutageStudy({ district }: LoadedDistrict, hours: StudyHours, element: string, kernel: Kernel): DistrictOutageStudy {
  const { network, thresholds } = district
  const [year] = solveOutages({
    network, outageIds: [element], at: hours.at, month: hours.month, stepS: STUDY_STEP_S, activeKw: hours.loads.activeKw, reactiveKvar: hours.loads.reactiveKvar,
    customers: hours.customersByBus, limits: { limitLoadingPct: thresholds.limitLoadingPct },
  }, kernel)
  if (year === undefined) throw new PenfeldError('PF_REQUEST_INVALID', `${element} is no section, transformer or busbar of the medium voltage.`, { where: 'element' })
  const [highest] = extremeSteps(hours.loads.activeKw, hours.at.length)
  const stageKwh = year.plan.stages.map(({ fromS, toS, darkBuses }) => unsuppliedKwh(hours, highest!, fromS, toS, darkBuses))
  const { sectionIds, transformerIds } = buildGrid(network, hours.at[hours.at.length - 1] ?? NaN)
  return { element, year, stageKwh, branchIds: [...sectionIds, ...transformerIds], planAt: hours.at[highest!]!, at: hours.at, stepS: STUDY_STEP_S, measuredHours: hours.measuredHours, timesSource: ASSUMED_TIMES.source }
}

/** Demand of the buses between two times after a fault that begins with the step `first`; the last hour goes on. */
function unsuppliedKwh({ at, loads }: StudyHours, first: number, fromS: number, toS: number, buses: Int32Array): number {
  const busCount = loads.activeKw.length / at.length
  let kwh = 0
  for (let beginS = fromS; beginS < toS; ) {
    const hour = Math.floor(beginS / STUDY_STEP_S)
    const endS = Math.min(toS, (hour + 1) * STUDY_STEP_S)
    const step = Math.min(at.length - 1, first + hour)
    for (const bus of buses) kwh += (Math.max(0, loads.activeKw[step * busCount + bus]!) * (endS - beginS)) / 3_600
    beginS = endS
  }
  return kwh
}

/** Elements whose loss may be studied at an instant, with the names people know them by. */
export function mediumVoltageChoice(network: Network, at: number): { readonly id: string; readonly kind: OutageKind; readonly name: string }[] {
  const names = new Map([...network.lineSections, ...network.transformers, ...network.busbars].map(({ id, name }) => [id, name]))
  return mediumVoltageOutages(network, buildGrid(network, at)).map(({ id, kind }) => ({ id, kind, name: names.get(id) ?? id }))
}

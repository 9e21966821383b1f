/** What a scenario adds to the loads of today: where, of what class, and by hour. */
import type { StudyScenario } from '#models/district/schema-study.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { chargingKw } from './charging.ts'
import { type FutureBase, shares, sumOf } from './future-base.ts'
import type { FutureStep } from './future-loads.ts'
import { heatPumpKw } from './heat-pumps.ts'
import { EV_CLASS, HEAT_PUMP_CLASS, PV_CLASS } from './load-classes.ts'
import { arrivalKw, newBuildingKw } from './new-load.ts'
import { type Level, pathValue } from './path-value.ts'

export interface AddedLoad {
  readonly step: FutureStep
  readonly loadClass: string
  /** Share of each bus. */
  readonly spread: Float64Array
  /** kW by hour in the weather, positive drawn. */
  readonly powerKw: Float64Array
  readonly tanPhi: number
}

/** Of buildings to come; that of today's where nothing is declared. */
const USUAL_TAN_PHI = 0.3
/** Chargers, heat pumps and panels have converters: cos phi 1, as in the planning values of dena and BNetzA (eDisGo). */
const CONVERTER_TAN_PHI = 0
const HOURS_A_YEAR = 8760

/** Of a year: only what has an amount by then. `beforeKw`: sum of the loads of today by hour, at which a timer of chargers looks first. */
export function addedLoads(future: FutureBase, scenario: StudyScenario, year: number, levelOf: (place: string) => Level, beforeKw: Float64Array): AddedLoad[] {
  const { newBuildings = [], arrivals = [], electricVehicles, heatPumps, photovoltaics } = scenario
  const spreadOf = (at: Readonly<Record<string, number>> | undefined, place: string) => (at === undefined ? future.usualSpread : spreadAt(future, at, `${scenario.id}.${place}`))
  const added: AddedLoad[] = []
  for (const { node, year: from, count, loadClass, annualEnergyKwh, coldShare } of newBuildings) {
    if (year >= from) added.push({ step: 'new-buildings', loadClass, spread: spreadOf({ [node]: 1 }, 'newBuildings'), powerKw: newBuildingKw(future, loadClass, count * annualEnergyKwh, coldShare), tanPhi: USUAL_TAN_PHI })
  }
  for (const { node, year: from, loadClass, peakKw } of arrivals) {
    if (year >= from) added.push({ step: 'arrivals', loadClass, spread: spreadOf({ [node]: 1 }, 'arrivals'), powerKw: arrivalKw(future, loadClass, peakKw), tanPhi: loadClass === EV_CLASS ? CONVERTER_TAN_PHI : USUAL_TAN_PHI })
  }
  const dwellings = heatPumps === undefined ? 0 : pathValue(heatPumps.dwellings, year, levelOf('heatPumps.dwellings'))
  const pumped = heatPumps === undefined || dwellings <= 0 ? undefined : heatPumpKw(future, heatPumps, dwellings)
  const vehicles = electricVehicles === undefined ? 0 : pathValue(electricVehicles.vehicles, year, levelOf('electricVehicles.vehicles'))
  if (electricVehicles !== undefined && vehicles > 0) {
    // The timer sees the night as it will be, with the heat pumps of that year.
    const otherKw = sumOf([beforeKw, ...added.map(({ powerKw }) => powerKw), ...(pumped === undefined ? [] : [pumped])], beforeKw.length)
    added.push({ step: 'electric-vehicles', loadClass: EV_CLASS, spread: spreadOf(electricVehicles.at, 'electricVehicles'), powerKw: chargingKw(future.base, electricVehicles, vehicles, otherKw), tanPhi: CONVERTER_TAN_PHI })
  }
  if (pumped !== undefined) added.push({ step: 'heat-pumps', loadClass: HEAT_PUMP_CLASS, spread: spreadOf(heatPumps!.at, 'heatPumps'), powerKw: pumped, tanPhi: CONVERTER_TAN_PHI })
  const peakKw = photovoltaics === undefined ? 0 : pathValue(photovoltaics.peakKw, year, levelOf('photovoltaics.peakKw'))
  if (photovoltaics !== undefined && peakKw > 0) {
    added.push({ step: 'photovoltaics', loadClass: PV_CLASS, spread: spreadOf(photovoltaics.at, 'photovoltaics'), powerKw: producedKw(future, peakKw * photovoltaics.annualKwhPerKw), tanPhi: CONVERTER_TAN_PHI })
  }
  return added
}

/** Negative. Without a curve of production nothing is known of when, and none is counted on. */
function producedKw({ base }: FutureBase, annualEnergyKwh: number): Float64Array {
  const curve = base.curveOfClass.get(PV_CLASS)
  return curve === undefined ? new Float64Array(base.at.length) : curve.relative.map((relative) => (-annualEnergyKwh / HOURS_A_YEAR) * relative)
}

function spreadAt({ base, busIndex }: FutureBase, at: Readonly<Record<string, number>>, where: string): Float64Array {
  const weights = new Float64Array(base.busCount)
  for (const [node, weight] of Object.entries(at)) {
    const bus = busIndex.get(node)
    if (bus === undefined) throw new PenfeldError('PF_STUDY_NODE', `The scenario places load at "${node}".`, { where })
    weights[bus]! += weight
  }
  return shares(weights)
}

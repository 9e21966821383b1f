/**
 * Hours that planning studies stand on: the load of every bus, measured where a meter may be read and the typical curve of the
 * class elsewhere, with the rest of the town set so that the heads carry what was measured at them.
 */
import type { GridModel } from '#models/grid/network.ts'
import { loadCalendar } from '#models/load-curve/day-type.ts'
import { flatCurve, typicalPowerKw, type TypicalCurve } from '#models/load-curve/typical.ts'
import type { LoadScenarios } from '#models/load-flow/load-flow.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { boundaryScale, headSensors, hourlyMeans, HOUR_MS, tanPhiOf, TEMPERATURE_SERIES } from './hourly-year.ts'
import type { EvaluationPlan, PowerSeries } from './plan.ts'

export const STUDY_STEP_S = 3600

export interface StudyHours {
  readonly at: Float64Array
  /** Local calendar month, 1-12. */
  readonly month: Uint8Array
  readonly loads: LoadScenarios
  /** Delivery points of electricity at each bus: how many customers a peak is shared by. */
  readonly customersByBus: Float64Array
  /** Hours in which the heads were measured, so that the sum of the loads is not a guess. */
  readonly measuredHours: number
}

export interface StudyParts {
  readonly loaded: LoadedDistrict
  readonly plan: EvaluationPlan
  readonly typical: ReadonlyMap<string, TypicalCurve>
  readonly measured: TimeSeriesReader
}

export async function studyHours({ loaded, plan, typical, measured }: StudyParts, grid: GridModel, from: number, to: number): Promise<StudyHours> {
  const { network, timeZone, deliveryPoints } = loaded.district
  const hours = Math.floor((to - from) / HOUR_MS)
  const at = Float64Array.from({ length: hours }, (_, hour) => from + hour * HOUR_MS)
  const calendar = loadCalendar(at, timeZone)
  const means = (series: readonly PowerSeries[]) => hourlyMeans(measured, series, from, hours)
  const [temperatureC = new Float64Array(hours).fill(NaN)] = await means(plan.temperaturePoint === undefined ? [] : [{ pointName: plan.temperaturePoint, ...TEMPERATURE_SERIES }])
  const typicalKw = (loadClass: string, annualEnergyKwh: number) => typicalPowerKw(typical.get(loadClass) ?? flatCurve(loadClass), annualEnergyKwh, calendar, temperatureC)

  const activeKw = new Float64Array(hours * grid.busCount)
  const reactiveKvar = new Float64Array(hours * grid.busCount)
  const ownKw = new Float64Array(hours)
  const metered = await means(plan.loads.flatMap(({ power }) => (power === undefined ? [] : [power])))
  let nextMetered = 0
  for (const { deliveryPoint, sign, power, annualEnergyKwh } of plan.loads) {
    const known = power === undefined ? undefined : metered[nextMetered++]
    const bus = grid.busIndex.get(deliveryPoint.node!)
    if (bus === undefined) continue
    const expected = typicalKw(deliveryPoint.loadClass, annualEnergyKwh)
    const tanPhi = sign === -1 ? 0 : tanPhiOf(deliveryPoint.powerFactor)
    for (let hour = 0; hour < hours; hour += 1) {
      const measuredKw = known?.[hour] ?? NaN
      const kw = Number.isNaN(measuredKw) ? sign * expected[hour]! : measuredKw
      activeKw[hour * grid.busCount + bus] += kw
      reactiveKvar[hour * grid.busCount + bus] += kw * tanPhi
      ownKw[hour] += kw
    }
  }

  const heads = headSensors(network, plan)
  const headMeans = await means(heads)
  const boundary = network.boundaryLoads.map((load) => ({ load, bus: grid.busIndex.get(load.node), kw: typicalKw(load.loadClass, load.annualEnergyKwh) }))
  let measuredHours = 0
  for (let hour = 0; hour < hours; hour += 1) {
    const headKw = headMeans.length === 0 ? NaN : headMeans.reduce((sum, column) => sum + column[hour]!, 0)
    const expectedKw = boundary.reduce((sum, { kw }) => sum + kw[hour]!, 0)
    if (!Number.isNaN(headKw)) measuredHours += 1
    const scale = boundaryScale(headKw, ownKw[hour]!, expectedKw)
    for (const { load, bus, kw } of boundary) {
      if (bus === undefined) continue
      activeKw[hour * grid.busCount + bus] += kw[hour]! * scale
      reactiveKvar[hour * grid.busCount + bus] += kw[hour]! * scale * tanPhiOf(load.powerFactor)
    }
  }

  const customersByBus = new Float64Array(grid.busCount)
  for (const { carrier, node } of deliveryPoints) {
    const bus = carrier === 'electricity' && node !== undefined ? grid.busIndex.get(node) : undefined
    if (bus !== undefined) customersByBus[bus] += 1
  }
  return { at, month: calendar.month, loads: { scenarios: hours, activeKw, reactiveKvar }, customersByBus, measuredHours }
}

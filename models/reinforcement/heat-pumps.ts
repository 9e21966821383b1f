/** Electricity of heat pumps that replace gas or oil. */
import type { StudyScenario } from '#models/district/schema-study.ts'
import { HEATING_BASE_C } from './base-year.ts'
import type { FutureBase } from './future-base.ts'

type HeatPumps = NonNullable<StudyScenario['heatPumps']>

const HOURS_A_YEAR = 8760
/** Of the heat of a dwelling what goes into hot water, the same in every hour. Assumed: homes heated by gas use about a sixth for it. */
export const HOT_WATER_SHARE = 0.17
/** Walls answer to the mean of so many hours; the pump itself meets the air of its hour. */
const INERTIA_H = 24

/**
 * kW by hour of `dwellings` in the weather. The heat of a year like the measured one is `annualHeatKwh`: hot water level, the rest in
 * proportion to how far the mean of the last day lies below `HEATING_BASE_C`, so that a colder year needs more. Divided by the
 * coefficient of performance at the temperature of the hour.
 */
export function heatPumpKw(future: FutureBase, { annualHeatKwh, performance }: HeatPumps, dwellings: number): Float64Array {
  const heatKw = (dwellings * annualHeatKwh) / HOURS_A_YEAR
  const measured = needOf(future.base.temperatureC)
  const meanNeed = measured.reduce((sum, value) => sum + value, 0) / measured.length
  return needOf(future.temperatureC).map((need, hour) => {
    const space = meanNeed > 0 ? ((1 - HOT_WATER_SHARE) * need) / meanNeed : 0
    return (heatKw * (HOT_WATER_SHARE + space)) / copAt(performance, future.temperatureC[hour]!)
  })
}

/** Coefficient of performance at an outside temperature: straight between the given ones, level beyond. */
export function copAt(performance: HeatPumps['performance'], outsideC: number): number {
  const after = performance.findIndex((point) => point.outsideC >= outsideC)
  if (after < 0) return performance.at(-1)!.cop
  if (after === 0) return performance[0]!.cop
  const [low, high] = [performance[after - 1]!, performance[after]!]
  return low.cop + ((high.cop - low.cop) * (outsideC - low.outsideC)) / (high.outsideC - low.outsideC)
}

/** Degrees below the heating base of the mean of the last day; of fewer hours at the beginning. */
function needOf(temperatureC: Float64Array): Float64Array {
  let sum = 0
  return temperatureC.map((value, hour) => {
    sum += value - (hour >= INERTIA_H ? temperatureC[hour - INERTIA_H]! : 0)
    return Math.max(0, HEATING_BASE_C - sum / Math.min(hour + 1, INERTIA_H))
  })
}

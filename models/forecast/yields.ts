import type { SlotGrid } from './slot-grid.ts'
import { carriedOn, type WeatherInput } from './weather-terms.ts'

const YIELD_DAYS = 14
/** A day that yields less than this share of the usual is curtailed or broken down: it says nothing of what the sun could give. */
const CURTAILED_SHARE = 0.5

/**
 * What production is expected from the irradiance, as known before an origin: the yield of each slot over the days
 * before, its neighbours counted half. `known` answers NaN for what was not available at the origin.
 */
export function createYields(grid: SlotGrid, weather: readonly WeatherInput[], known: (day: number, slot: number) => number) {
  const { perDay } = grid
  const found = weather.find(({ kind }) => kind === 'irradiance')
  // Without irradiance every day is as sunny as the next.
  const sun = found === undefined ? new Float64Array(grid.days * perDay).fill(1) : carriedOn(found.values)
  const ratio = new Float64Array(perDay)
  return {
    /** Learns from the days before the day of issue, itself included as far as it is known. */
    learn(originDay: number): void {
      const dayYield = Float64Array.from({ length: YIELD_DAYS + 1 }, (_, back) => yieldOf(originDay - back))
      const usual = dayYield.filter((value) => value > 0).sort()
      const middle = usual[usual.length >> 1] ?? 0
      for (let slot = 0; slot < perDay; slot += 1) {
        let power = 0
        let light = 0
        for (let back = 0; back <= YIELD_DAYS; back += 1) {
          const day = originDay - back
          if (day < 0 || !(dayYield[back]! >= CURTAILED_SHARE * middle)) continue
          for (let near = Math.max(0, slot - 1); near <= Math.min(perDay - 1, slot + 1); near += 1) {
            const value = known(day, near)
            if (Number.isNaN(value)) continue
            const share = near === slot ? 2 : 1
            power += share * value
            light += share * sun[day * perDay + near]!
          }
        }
        ratio[slot] = light > 0 ? power / light : 0
      }
    },
    expectedAt: (day: number, slot: number): number => (day < 0 ? NaN : sun[day * perDay + slot]! * ratio[slot]!),
  }

  function yieldOf(day: number): number {
    let power = 0
    let light = 0
    for (let slot = 0; slot < perDay && day >= 0; slot += 1) {
      const value = known(day, slot)
      if (Number.isNaN(value)) continue
      power += value
      light += sun[day * perDay + slot]!
    }
    return light > 0 ? power / light : NaN
  }
}

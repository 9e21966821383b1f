import type { SlotGrid } from './slot-grid.ts'
import { sunPosition } from './sun.ts'
import { cellTimes, type Site } from './sun-terms.ts'

/** Whole disc below the horizon, with refraction and a little that clocks may be wrong by. */
const BELOW_DEG = -0.9
/** Days over which a slot must have given nothing. */
const NIGHT_DAYS = 28
/** Without the site: days with any production that must be known. */
const FEWEST_DAYS = 7
/** Of the highest ever: what a meter may show at night without a field behind it. */
const NOTHING_SHARE = 0.001

export interface Night {
  /** Takes up the days before the one of issue, itself included as far as it is known. */
  look(originDay: number): void
  /** Whether photovoltaics give nothing at a slot of a day, for certain. */
  isDark(day: number, slot: number): boolean
}

/**
 * The hours at which a production is zero: the sun is below the horizon, and nothing was produced at that hour for four
 * weeks (a wrong clock or a battery may tell otherwise). Without the site the four weeks alone decide, with the slots
 * beside it, so that the first light of spring is not missed. `known` answers NaN for what was not available at the origin.
 */
export function createNight(grid: SlotGrid, site: Site | undefined, known: (day: number, slot: number) => number): Night {
  const { perDay } = grid
  const isBelow = site === undefined ? undefined : sunBelow(grid, site)
  const most = new Float64Array(perDay)
  let [highest, days] = [0, 0]
  return {
    look(originDay) {
      most.fill(0)
      days = 0
      for (let day = Math.max(0, originDay - NIGHT_DAYS); day <= originDay; day += 1) {
        let produced = false
        for (let slot = 0; slot < perDay; slot += 1) {
          const size = Math.abs(known(day, slot))
          if (!(size > 0)) continue
          produced = true
          most[slot] = Math.max(most[slot]!, size)
          highest = Math.max(highest, size)
        }
        if (produced) days += 1
      }
    },
    isDark(day, slot) {
      const nothing = NOTHING_SHARE * highest
      if (isBelow !== undefined) return isBelow[day * perDay + slot] === 1 && most[slot]! <= nothing
      return days >= FEWEST_DAYS && Math.max(most[Math.max(0, slot - 1)]!, most[slot]!, most[Math.min(perDay - 1, slot + 1)]!) <= nothing
    },
  }
}

/** 1 where the sun is below the horizon at the beginning, in the middle and at the end of a cell. */
function sunBelow(grid: SlotGrid, { latitude, longitude }: Site): Uint8Array {
  const at = cellTimes(grid)
  const elevations = [0, 0.5, 1].map((part) => sunPosition(at.map((start) => start + part * grid.stepS * 1000), latitude, longitude).elevationDeg)
  return Uint8Array.from(at, (_, cell) => (elevations.every((degrees) => degrees[cell]! < BELOW_DEG) ? 1 : 0))
}

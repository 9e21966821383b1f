import type { SlotGrid } from './slot-grid.ts'

/** Share of the slots of a day that must be known for the day to count. */
const ENOUGH = 0.9

/** Mean of each local day of the grid from values by cell; NaN where less than nine tenths of the day is known. */
export function dailyMeans(grid: SlotGrid, cells: Float64Array): Float64Array {
  return perDay(grid, cells, (sum, value) => sum + value, 0, (sum, known) => sum / known)
}

/** Highest value of each local day of the grid from values by cell; NaN where less than nine tenths of the day is known. */
export function dailyPeaks(grid: SlotGrid, cells: Float64Array): Float64Array {
  return perDay(grid, cells, Math.max, -Infinity, (highest) => highest)
}

function perDay(grid: SlotGrid, cells: Float64Array, add: (sum: number, value: number) => number, start: number, end: (sum: number, known: number) => number): Float64Array {
  return Float64Array.from({ length: grid.days }, (_, day) => {
    let known = 0
    let sum = start
    for (let cell = day * grid.perDay; cell < (day + 1) * grid.perDay; cell += 1) {
      if (Number.isNaN(cells[cell]!)) continue
      known += 1
      sum = add(sum, cells[cell]!)
    }
    return known < ENOUGH * grid.perDay ? NaN : end(sum, known)
  })
}

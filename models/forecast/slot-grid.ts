import { localCalendar, localDateStart } from '#models/units/local-time.ts'

/**
 * Time by (local day, slot of the day): what a forecaster compares is the same hour of other days, not the same number
 * of hours before. A cell is `day * perDay + slot`; days count from the grid's first.
 */
export interface SlotGrid {
  readonly timeZone: string
  readonly stepS: number
  readonly perDay: number
  /** Local days since 1970-01-01 of the first row. */
  readonly firstDay: number
  readonly days: number
  /** Cell of each step. In the hour that a day has twice both steps have one cell. */
  readonly cellOf: Int32Array
  /** Start (UTC ms) of each local day. */
  readonly dayStart: Float64Array
}

/** Grid over `steps` consecutive steps of `stepS` seconds from `from` (UTC ms). */
export function slotGrid(from: number, steps: number, stepS: number, timeZone: string): SlotGrid {
  const perDay = Math.ceil(86_400 / stepS)
  const at = new Float64Array(steps)
  for (let i = 0; i < steps; i += 1) at[i] = from + i * stepS * 1000
  const calendar = localCalendar(at, timeZone)
  const firstDay = steps === 0 ? 0 : calendar.dayIndex[0]!
  const days = steps === 0 ? 0 : calendar.dayIndex[steps - 1]! - firstDay + 1
  const cellOf = new Int32Array(steps)
  for (let i = 0; i < steps; i += 1) cellOf[i] = (calendar.dayIndex[i]! - firstDay) * perDay + Math.floor((calendar.minuteOfDay[i]! * 60) / stepS)
  const dayStart = new Float64Array(days)
  for (let day = 0; day < days; day += 1) dayStart[day] = localDateStart(firstDay + day, timeZone)
  return { timeZone, stepS, perDay, firstDay, days, cellOf, dayStart }
}

/** Values of the steps by cell, NaN where nothing is known; of an hour that comes twice the mean. */
export function byCell(grid: SlotGrid, values: Float64Array): Float64Array {
  const cells = new Float64Array(grid.days * grid.perDay).fill(NaN)
  let twice: Map<number, number> | undefined
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]!
    if (Number.isNaN(value)) continue
    const cell = grid.cellOf[i]!
    if (Number.isNaN(cells[cell]!)) cells[cell] = value
    else {
      twice ??= new Map()
      const count = (twice.get(cell) ?? 1) + 1
      twice.set(cell, count)
      cells[cell]! += (value - cells[cell]!) / count
    }
  }
  return cells
}

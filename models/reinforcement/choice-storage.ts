/**
 * A storage over a day: what goes in loads the network, what comes out relieves it, and the day ends as full as it began. Hours without
 * a limit that it could touch are taken together: what is exchanged in them has no other effect than the level after them.
 */
import { heldKwOf } from './choice-check.ts'
import { countUse, relieve, type ChoiceModel, type LimitRows } from './choice-dispatch.ts'
import type { DayNeed } from './choice-hours.ts'

export function storageColumns(model: ChoiceModel, need: DayNeed, limits: LimitRows, index: number): void {
  const { builder, problem, amounts } = model
  const option = problem.options[index]
  const { hours: storedHours, efficiency } = option.storage!
  const availableKw = need.day.availableKw.get(index)!
  const spans = spansOf(need, limits, index, availableKw.length)
  if (spans.every(({ touches }) => !touches)) return
  const held = amounts[index][need.day.year]
  const heldKw = heldKwOf(option)
  const levels = spans.map(() => builder.column(Infinity))
  const discharges = spans.map(({ from, to, touches }, span) => {
    const charge = builder.column(Infinity)
    const discharge = builder.column(availableKw.slice(from, to).reduce((sum, kw) => sum + Math.max(0, kw), 0))
    // Both share one converter, so that burning energy by doing both at once gains little.
    builder.row(-Infinity, 0, [[charge, 1], [discharge, 1], [held, -heldKw * (to - from)]])
    builder.row(-Infinity, 0, [[levels[span], 1], [held, -heldKw * storedHours]])
    builder.row(0, 0, [[levels[span], 1], [levels[(span + spans.length - 1) % spans.length], -1], [charge, -efficiency], [discharge, 1]])
    if (touches) {
      relieve(builder, need, limits, index, from, discharge, 1)
      relieve(builder, need, limits, index, from, charge, -1)
    }
    return discharge
  })
  countUse(model, need, index, discharges)
}

/** Single hours where a limit is touched, runs of hours where none is; `to` is the first hour after. */
function spansOf(need: DayNeed, limits: LimitRows, option: number, hours: number): { from: number; to: number; touches: boolean }[] {
  const spans: { from: number; to: number; touches: boolean }[] = []
  for (let hour = 0; hour < hours; hour++) {
    const touches = need.rows.some(({ row }, place) => limits[place][hour] >= 0 && (row.perKw.get(option) ?? 0) !== 0)
    const last = spans.at(-1)
    if (!touches && last?.touches === false) last.to = hour + 1
    else spans.push({ from: hour, to: hour + 1, touches })
  }
  return spans
}

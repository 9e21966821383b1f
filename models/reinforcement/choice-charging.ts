/**
 * Storage on a day on which only its discharge relieves: it gives at the critical hours and is charged at the others. Those are taken
 * together in spans, each as good as its worst hour, so that what is promised can be kept in every hour; a day is followed by one like it.
 */
import { heldKwOf } from './choice-check.ts'
import { countUse, relieve, type ChoiceModel, type LimitRows } from './choice-dispatch.ts'
import { isStorageOf, mostHeldKw, type DayNeed } from './choice-hours.ts'

/** Hours of a span in which storages have to share the room. */
const SPAN_HOURS = 3

interface Span {
  readonly from: number
  to: number
  /** A limit can be passed: nothing is charged. */
  readonly critical: boolean
  /** Room for all storages at once, whatever they draw. */
  readonly ample: boolean
}

export function nightlyStorage(model: ChoiceModel, need: DayNeed, limits: LimitRows): void {
  const { options } = model.problem
  const storages = [...need.day.availableKw.keys()].filter((option) => isStorageOf(need.day, options, option)
    && need.rows.some(({ row }) => (row.perKw.get(option) ?? 0) > 0) && need.day.year >= (options[option].firstYear ?? 0))
  if (storages.length === 0) return
  const draws = need.rows.map(({ row }) => storages.reduce((sum, option) => sum + Math.max(0, row.perKw.get(option) ?? 0) * mostHeldKw(options[option]), 0))
  const spans = spansOf(need, limits, draws)
  const charges = storages.map((option) => storageOver(model, need, limits, spans, option))
  roomRows(model, need, spans, draws, storages, charges)
}

function spansOf({ rows }: DayNeed, limits: LimitRows, draws: readonly number[]): Span[] {
  const spans: Span[] = []
  for (let hour = 0; hour < limits[0].length; hour++) {
    const critical = limits.some((limit) => limit[hour] >= 0)
    const ample = !critical && rows.every(({ worst }, place) => worst[hour] + draws[place] <= 0)
    const last = spans.at(-1)
    if (!critical && last?.critical === false && last.ample === ample && (ample || hour - last.from < SPAN_HOURS)) last.to = hour + 1
    else spans.push({ from: hour, to: hour + 1, critical, ample })
  }
  return spans
}

/** Columns of what is charged by span; -1 where it is not. */
function storageOver(model: ChoiceModel, need: DayNeed, limits: LimitRows, spans: readonly Span[], index: number): number[] {
  const { builder, problem, amounts } = model
  const held = amounts[index][need.day.year]
  const heldKw = heldKwOf(problem.options[index])
  const { hours, efficiency } = problem.options[index].storage!
  const availableKw = need.day.availableKw.get(index)!
  const discharges: number[] = []
  /** Exchanges of runs of spans of one kind: the level is at its highest and lowest where they end. */
  const runs: { critical: boolean; exchange: [column: number, value: number][] }[] = []
  const charges = spans.map(({ from, to, critical }) => {
    const touched = critical && need.rows.some(({ row }, place) => limits[place][from] >= 0 && (row.perKw.get(index) ?? 0) > 0)
    if (runs.at(-1)?.critical !== critical) runs.push({ critical, exchange: [] })
    if (critical && !touched) return -1
    const column = builder.column(critical ? Math.max(0, availableKw[from]) : Infinity)
    builder.row(-Infinity, 0, [[column, 1], [held, -heldKw * (to - from)]])
    runs.at(-1)!.exchange.push([column, critical ? 1 : -efficiency])
    if (!critical) return column
    relieve(builder, need, limits, index, from, column, 1)
    discharges.push(column)
    return -1
  })
  const levels = runs.map(() => builder.column(Infinity))
  runs.forEach(({ critical, exchange }, run) => {
    builder.row(0, 0, [[levels[run], 1], [levels[(run + runs.length - 1) % runs.length], -1], ...exchange])
    if (!critical) builder.row(-Infinity, 0, [[levels[run], 1], [held, -heldKw * hours]])
  })
  countUse(model, need, index, discharges)
  return charges
}

/** What is charged together in a span fits into the room of its worst hour, every hour. */
function roomRows({ builder, amounts }: ChoiceModel, need: DayNeed, spans: readonly Span[], draws: readonly number[], storages: readonly number[], charges: readonly number[][]): void {
  spans.forEach(({ from, to, critical, ample }, span) => {
    if (critical || ample) return
    need.rows.forEach(({ row, worst }, place) => {
      const most = Math.max(...worst.subarray(from, to))
      if (most + draws[place] <= 0) return
      const room = builder.row(most, Infinity)
      for (const [option, relief] of row.built) {
        const least = Math.min(...relief.subarray(from, to))
        if (least > 0) builder.add(room, amounts[option][need.day.year], least)
      }
      storages.forEach((option, each) => builder.add(room, charges[each][span], -Math.max(0, row.perKw.get(option) ?? 0) / (to - from)))
    })
  })
}

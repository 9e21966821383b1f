/** Which hours of which limits can decide anything. The rest is left out of the program: it would be most of it. */
import { heldKwOf, mostOf, reboundHours } from './choice-check.ts'
import type { ChoiceDay, ChoiceOption, ChoiceRow } from './choice-problem.ts'

export interface DayNeed {
  readonly day: ChoiceDay
  /** Limits of the day that could be passed, as the place in `day.rows`. */
  readonly rows: readonly {
    readonly row: ChoiceRow
    /** By hour: beyond the limit at worst, when everything that loads it does so at once; 0 or less: the hour is left out. */
    readonly worst: Float64Array
  }[]
  /** By option, but storage: kW by hour beyond which more of it relieves nothing. */
  readonly usefulKw: ReadonlyMap<number, Float64Array>
  /** A storage relieves some limit by charging: what feeds in is too much for it. Then `worst` counts that storage does harm in any hour. */
  readonly chargeRelieves: boolean
}

/** Undefined: the day decides nothing. */
export function needOf(day: ChoiceDay, options: readonly ChoiceOption[]): DayNeed | undefined {
  const need = narrowed(day, options, false)
  const chargeRelieves = need?.rows.some(({ row }) => [...row.perKw].some(([option, relief]) => relief < 0 && isStorageOf(day, options, option))) ?? false
  return chargeRelieves ? narrowed(day, options, true) : need
}

export const isStorageOf = (day: ChoiceDay, options: readonly ChoiceOption[], option: number): boolean => options[option].storage !== undefined && day.availableKw.has(option)

/** In turns: which hours are critical, and where a dispatch could help there. Each shrinks the other. */
function narrowed(day: ChoiceDay, options: readonly ChoiceOption[], chargeRelieves: boolean): DayNeed | undefined {
  let usefulKw = new Map([...day.availableKw].filter(([option]) => options[option].storage === undefined)
    .map(([option, kw]) => [option, kw.map((each) => Math.min(Math.max(0, each), mostHeldKw(options[option])))]))
  let critical: { row: ChoiceRow; worst: Float64Array }[] = []
  for (let turn = 0; turn < 3; turn++) {
    critical = day.rows.map((row) => ({ row, worst: worstOf(row, day, usefulKw, options, chargeRelieves) })).filter(({ worst }) => worst.some((kw) => kw > 0))
    usefulKw = new Map([...usefulKw].map(([option, kw]) => [option, kw.map((most, hour) => Math.min(most, largestNeed(critical, option, hour)))]))
  }
  return critical.length === 0 ? undefined : { day, rows: critical, usefulKw, chargeRelieves }
}

export const mostHeldKw = (option: ChoiceOption): number => heldKwOf(option) * mostOf(option)

function worstOf(row: ChoiceRow, day: ChoiceDay, usefulKw: ReadonlyMap<number, Float64Array>, options: readonly ChoiceOption[], storageHarms: boolean): Float64Array {
  const worst = row.excess.slice()
  const hours = worst.length
  for (const [option, relief] of row.built) for (let hour = 0; hour < hours; hour++) worst[hour] += Math.max(0, -relief[hour]) * mostOf(options[option])
  for (const [index, relief] of row.perKw) {
    const option = options[index]
    if (isStorageOf(day, options, index)) {
      if (storageHarms) for (let hour = 0; hour < hours; hour++) worst[hour] += Math.abs(relief) * mostHeldKw(option)
      continue
    }
    const kw = usefulKw.get(index)
    if (kw === undefined) continue
    const back = reboundHours(option)
    for (let hour = 0; hour < hours; hour++) {
      worst[hour] += Math.max(0, -relief) * kw[hour]
      for (let later = 1; later <= back; later++) worst[(hour + later) % hours] += Math.max(0, relief) * option.rebound!.share / back * kw[hour]
    }
  }
  return worst
}

function largestNeed(critical: readonly { readonly row: ChoiceRow; readonly worst: Float64Array }[], option: number, hour: number): number {
  let most = 0
  for (const { row, worst } of critical) {
    const relief = row.perKw.get(option) ?? 0
    if (relief > 0) most = Math.max(most, worst[hour] / relief)
  }
  return most
}

/** Attacks over time that recover nothing exactly: A4 who comes and goes, A5 silent meters, A7 nights. Each is held against a blind guess with the same knowledge. */
import type { Fact } from './facts.ts'
import { isInCell } from './knowledge.ts'
import { DAY_MS, HOUR_MS, mixed, type Trade, type World, type WorldHolder } from './world.ts'

export interface GuessScore {
  readonly targets: number
  /** Within 20 % of the month that was asked for. */
  readonly hits: number
  /** Of the same targets, by the usual use of the trade alone. */
  readonly blindHits: number
}

const BEFORE_DAYS = 60
const AFTER_DAYS = 30
const isHit = (guess: number, truth: number): boolean => Math.abs(guess - truth) <= 0.2 * truth

/** What a home or a shop usually uses is known to everybody. */
const USUAL_YEARLY_KWH: Readonly<Record<Trade, number>> = { home: 3_500, shop: 20_000, bakery: 60_000, chain: 150_000, large: 250_000, town: 180_000 }
const usualKwh = (trade: Trade, days: number): number => (USUAL_YEARLY_KWH[trade] * days) / 365.25
/** Half the guesses are the usual itself, half lie somewhere about it: no one knows how to do better. */
const blindGuess = (holder: WorldHolder, days: number, draw: number): number => usualKwh(holder.trade, days) * (mixed(draw, 3) < 0.5 ? 1 : Math.exp(0.9 * (mixed(draw, 5) - 0.5)))

const dailyOf = (facts: readonly Fact[]): ReadonlyMap<string, ReadonlyMap<number, number>> => {
  const byCell = new Map<string, Map<number, number>>()
  for (const { cell, from, to, kwh } of facts) {
    if (to - from < 23 * HOUR_MS || to - from > 25 * HOUR_MS) continue
    if (!byCell.has(cell)) byCell.set(cell, new Map())
    byCell.get(cell)!.set(from, kwh)
  }
  return byCell
}

/** Finest cells first: fewer others stand in front of the target. */
function cellsWith(holder: WorldHolder, cells: Iterable<string>): string[] {
  return [...cells].filter((cell) => isInCell(holder, cell)).sort((a, b) => b.split('/').length - a.split('/').length || a.split('+').length - b.split('+').length || (a === 'district' ? 1 : -1))
}

/** What a cell would have been without the change, from the other cells of the same rank: a line through the days before. */
function expected(cell: string, daily: ReadonlyMap<string, ReadonlyMap<number, number>>, days: readonly number[], asked: readonly number[]): number[] | undefined {
  const rank = cell.split('/').length
  const others = [...daily.keys()].filter((one) => one !== cell && one !== 'district' && one.split('/').length === rank)
  const sum = (day: number): number => others.reduce((total, one) => total + (daily.get(one)!.get(day) ?? NaN), 0)
  const known = days.flatMap((day) => {
    const [x, y] = [sum(day), daily.get(cell)!.get(day) ?? NaN]
    return Number.isFinite(x) && Number.isFinite(y) ? [[x, y] as const] : []
  })
  if (others.length === 0 || known.length < 10) return undefined
  const [meanX, meanY] = [0, 1].map((i) => known.reduce((total, pair) => total + pair[i]!, 0) / known.length) as [number, number]
  const slope = known.reduce((total, [x, y]) => total + (x - meanX) * (y - meanY), 0) / Math.max(1e-9, known.reduce((total, [x]) => total + (x - meanX) ** 2, 0))
  return asked.map((day) => meanY + slope * (sum(day) - meanX))
}

/** A4. The days of each border are local midnights at which cells have figures. */
export function guessChanges(world: World, facts: readonly Fact[], borders: readonly number[]): GuessScore {
  const daily = dailyOf(facts)
  const score = { targets: 0, hits: 0, blindHits: 0 }
  for (const border of borders) {
    const days = [...new Set([...daily.values()].flatMap((series) => [...series.keys()]))].sort((a, b) => a - b)
    const [before, after] = [days.filter((day) => day < border && day >= border - BEFORE_DAYS * DAY_MS), days.filter((day) => day >= border && day < border + AFTER_DAYS * DAY_MS)]
    const changed = world.holders.filter(({ from, to }) => from === border || to === border)
    for (const [draw, holder] of changed.entries()) {
      const came = holder.from === border
      const [begin, end] = came ? [border, border + AFTER_DAYS * DAY_MS] : [border - AFTER_DAYS * DAY_MS, border]
      const truth = world.truth(holder.holderId, begin, end)
      score.targets += 1
      if (isHit(blindGuess(holder, AFTER_DAYS, border / DAY_MS + draw), truth)) score.blindHits += 1
      const cell = cellsWith(holder, daily.keys()).find((one) => after.filter((day) => daily.get(one)!.has(day)).length > AFTER_DAYS / 2)
      const usual = cell === undefined ? undefined : expected(cell, daily, before, after)
      if (cell === undefined || usual === undefined) continue
      const shifts = after.flatMap((day, i) => (Number.isFinite(usual[i]!) && daily.get(cell)!.has(day) ? [daily.get(cell)!.get(day)! - usual[i]!] : []))
      const together = changed.filter((other) => (other.from === border) === came && cellsWith(other, [cell]).length > 0).length
      const guess = ((came ? 1 : -1) * shifts.reduce((sum, shift) => sum + shift, 0) * AFTER_DAYS) / Math.max(1, shifts.length) / together
      if (isHit(guess, truth)) score.hits += 1
    }
  }
  return score
}

/** A5. The day on which a meter was silent would be lower by what it did not tell, if it were left out. */
export function guessSilences(world: World, facts: readonly Fact[], silences: readonly { readonly holder: WorldHolder; readonly day: number; readonly hours: number }[]): GuessScore {
  const daily = dailyOf(facts)
  const score = { targets: 0, hits: 0, blindHits: 0 }
  for (const [draw, { holder, day, hours }] of silences.entries()) {
    const cell = cellsWith(holder, daily.keys()).find((one) => daily.get(one)!.has(day))
    const month = day - (day % (30 * DAY_MS))
    const truth = world.truth(holder.holderId, month, month + 30 * DAY_MS)
    score.targets += 1
    if (isHit(blindGuess(holder, 30, draw * 17 + hours), truth)) score.blindHits += 1
    const around = cell === undefined ? [] : [...daily.get(cell)!.keys()].filter((one) => one !== day && Math.abs(one - day) <= BEFORE_DAYS * DAY_MS)
    const usual = cell === undefined ? undefined : expected(cell, daily, around, [day])
    if (cell === undefined || usual === undefined) continue
    if (isHit(((usual[0]! - daily.get(cell)!.get(day)!) / hours) * 720, truth)) score.hits += 1
  }
  return score
}

/** A7. At night little is on but ovens: the rise from midnight to the small hours of the finest cell that has hours, shared among its bakers. */
export function guessNights(world: World, facts: readonly Fact[], from: number): GuessScore {
  const hourly = facts.filter((fact) => fact.to - fact.from === HOUR_MS && fact.from >= from && fact.from < from + 30 * DAY_MS)
  const score = { targets: 0, hits: 0, blindHits: 0 }
  for (const [draw, holder] of world.holders.filter(({ trade }) => trade === 'bakery').entries()) {
    const truth = world.truth(holder.holderId, from, from + 30 * DAY_MS)
    score.targets += 1
    if (isHit(blindGuess(holder, 30, draw * 13 + 1), truth)) score.blindHits += 1
    const [cell] = cellsWith(holder, new Set(hourly.map((fact) => fact.cell)))
    if (cell === undefined) continue
    const meanAt = (hours: readonly number[]): number => {
      const there = hourly.filter((fact) => fact.cell === cell && hours.includes(new Date(fact.from).getUTCHours()))
      return there.reduce((sum, { kwh }) => sum + kwh, 0) / there.length
    }
    const bakers = world.holders.filter((other) => other.trade === 'bakery' && cellsWith(other, [cell]).length > 0).length
    // A baker's night is three times his mean hour, and the rest of the day a third of it.
    if (isHit(((meanAt([2, 3, 4]) - meanAt([22, 23])) / bakers / (3 - 0.33)) * 720, truth)) score.hits += 1
  }
  return score
}

/** The most hits that chance allows (three standard deviations) for what a blind guess hits, of so many targets. */
export function allowedHits({ targets, blindHits }: GuessScore): number {
  const share = Math.max(0.18, blindHits / Math.max(1, targets))
  return Math.ceil(share * targets + 3 * Math.sqrt(share * (1 - share) * targets))
}

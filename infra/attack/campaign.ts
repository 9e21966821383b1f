/** One world published for months, polled as it goes, and everything of it attacked. */
import type { LinearSolver } from '#models/reinforcement/choice-problem.ts'
import { localMonthStart, localQuarterStart } from '#models/units/local-months.ts'
import { crawl, type Crawl, type Fact } from './facts.ts'
import { guessChanges, guessNights, guessSilences, type GuessScore } from './guesses.ts'
import { serveWorld } from './serve.ts'
import { attackMonth, type MonthAttack } from './sums.ts'
import { createWorld, DAY_MS, TIME_ZONE, type World, type WorldSettings } from './world.ts'

/** Curves stay for 31 days: nothing is missed. */
const POLL_DAYS = 14

export interface Campaign {
  readonly world: World
  readonly facts: readonly Fact[]
  readonly months: readonly MonthAttack[]
  readonly changes: GuessScore
  readonly silences: GuessScore
  readonly nights: GuessScore
  /** A6: figures of the same cell and time that came back different. */
  readonly revised: readonly string[]
  readonly last: Crawl
}

export interface CampaignSettings {
  readonly world: Omit<WorldSettings, 'begin' | 'changes'> & { readonly holdersABorder: number }
  /** First month that is published (any instant in it); half a year before it is measured. */
  readonly from: number
  readonly months: number
  readonly isGuarded: boolean
}

export async function runCampaign({ world: of, from: begin, months, isGuarded }: CampaignSettings, solver: LinearSolver): Promise<Campaign> {
  const from = localMonthStart(begin, TIME_ZONE)
  const end = localMonthStart(from, TIME_ZONE, months)
  const borders: number[] = []
  for (let border = localQuarterStart(from, TIME_ZONE, 1); border < end; border = localQuarterStart(border, TIME_ZONE, 1)) borders.push(border)
  const world = createWorld({ ...of, begin: localMonthStart(from, TIME_ZONE, -6), changes: borders.map((at) => ({ at, holders: of.holdersABorder })) })
  const served = await serveWorld(world, isGuarded)
  try {
    const facts = new Map<string, Fact>()
    const revised: string[] = []
    let last: Crawl | undefined
    const polls = Array.from({ length: Math.ceil((end - from) / (POLL_DAYS * DAY_MS)) }, (_, i) => from + 3 * DAY_MS + i * POLL_DAYS * DAY_MS)
    for (const now of [...polls, end + 10 * DAY_MS]) {
      if (now > from + (end - from) / 2) world.correct()
      await served.publishUntil(now)
      last = await crawl(served.base, [31, 92].map((days) => ({ from: now - days * DAY_MS, to: now })))
      for (const fact of last.facts) {
        const key = `${fact.cell} ${fact.from} ${fact.to}`
        const before = facts.get(key)
        if (before !== undefined && before.kwh !== fact.kwh) revised.push(`${key}: ${before.kwh} and ${fact.kwh} kWh`)
        facts.set(key, fact)
      }
    }
    const all = [...facts.values()]
    const attacked: MonthAttack[] = []
    for (let month = from; month < end; month = localMonthStart(month, TIME_ZONE, 1)) attacked.push(attackMonth(world, all, month, localMonthStart(month, TIME_ZONE, 1), localQuarterStart(month, TIME_ZONE), solver))
    return {
      world, facts: all, months: attacked, revised, last: last!,
      changes: guessChanges(world, all, borders), silences: guessSilences(world, all, world.silences(from, end)), nights: guessNights(world, all, from),
    }
  } finally {
    await served.stop()
  }
}

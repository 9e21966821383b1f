/** HiGHS against counting everything: all years in which works can be built, and for each the contract in closed form. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choose } from '#models/reinforcement/choice.ts'
import type { ChoiceProblem } from '#models/reinforcement/choice-problem.ts'
import { day, option, problem, row } from './choice.testkit.ts'
import { highsSolver } from './highs.ts'

const solve = await highsSolver()
const YEARS = [2030, 2031]
const WORKS = [0, 1, 2]
const CONTRACT = 3
const kw = fc.integer({ min: -40, max: 160 })
const cases = fc.record({
  once: fc.tuple(...WORKS.map(() => fc.integer({ min: 100, max: 3000 }))),
  relief: fc.tuple(...WORKS.map(() => fc.integer({ min: 0, max: 100 }))),
  later: fc.double({ min: 0.8, max: 1, noNaN: true }),
  kwYearEur: fc.integer({ min: 1, max: 60 }), activationEur: fc.integer({ min: 0, max: 2000 }),
  mostKw: fc.integer({ min: 0, max: 60 }), sensitivity: fc.tuple(fc.double({ min: 0.4, max: 1, noNaN: true }), fc.double({ min: 0.4, max: 1, noNaN: true })),
  notServedEur: fc.option(fc.integer({ min: 2001, max: 90_000 }), { nil: undefined }),
  /** By year and scenario, two rows of three hours. */
  excess: fc.array(fc.tuple(fc.array(kw, { minLength: 3, maxLength: 3 }), fc.array(kw, { minLength: 3, maxLength: 3 })), { minLength: 4, maxLength: 4 }),
  weight: fc.integer({ min: 1, max: 50 }),
})
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never
const scenarios = [{ id: 'low', probability: 0.3 }, { id: 'high', probability: 0.7 }]

/** With a price of energy not served there is one row, so that what a contract takes off has one price. */
const rowsOf = (each: Case, place: number): number[][] => each.notServedEur === undefined ? each.excess[place] : [each.excess[place][0]]

function asProblem(each: Case, objective: ChoiceProblem['objective']): ChoiceProblem {
  const works = WORKS.map((work) => option(`work ${work}`, { kind: 'built', once: [each.once[work], each.once[work] * each.later], ...(work < 2 ? { group: 'cable' } : {}) }, 2))
  const contract = option('contract', { kind: 'sized', mostKw: each.mostKw, yearly: [each.kwYearEur], activation: [each.activationEur] }, 2)
  const days = each.excess.map((_, place) => day(
    rowsOf(each, place).map((excess, line) => row(excess, { [CONTRACT]: each.sensitivity[line] }, Object.fromEntries(WORKS.map((work) => [work, each.relief[work]])), `line ${line}`)),
    { [CONTRACT]: 1000 }, { year: place % 2, scenario: place >> 1, weight: each.weight }))
  return problem([...works, contract], days, { years: YEARS, scenarios, objective, ...(each.notServedEur === undefined ? {} : { notServedEur: new Float64Array(2).fill(each.notServedEur) }) })
}

/** Cost by scenario with the works built in these years (2: never) and these kW held; undefined where a limit is passed. */
function costOf(each: Case, built: readonly number[], held: readonly number[]): number[] | undefined {
  const decided = WORKS.reduce((sum, work) => sum + [each.once[work], each.once[work] * each.later, 0][built[work]], 0) + (held[0] + held[1]) * each.kwYearEur
  const cost = [decided, decided]
  for (const place of each.excess.keys()) {
    for (const [need, beyond] of needs(each, built, place)) {
      const called = Math.min(need, held[place % 2])
      if (called < need - 1e-9 && each.notServedEur === undefined) return undefined
      cost[place >> 1] += each.weight / 1000 * (called * each.activationEur + (each.notServedEur ?? 0) * Math.max(0, beyond - called * each.sensitivity[0]))
    }
  }
  return cost
}

/** By hour: kW of the contract that keep every row, and kW beyond the first row. */
function needs(each: Case, built: readonly number[], place: number): [number, number][] {
  const relief = WORKS.reduce((sum, work) => sum + (built[work] <= place % 2 ? each.relief[work] : 0), 0)
  return [0, 1, 2].map((hour) => {
    const beyond = rowsOf(each, place).map((excess) => Math.max(0, excess[hour] - relief))
    return [Math.max(...beyond.map((kwBeyond, line) => kwBeyond / each.sensitivity[line])), beyond[0]]
  })
}

/** The cost is straight between the needs, so that the best power is one of them (or none, or all there is). */
function* portfolios(each: Case): Generator<number[]> {
  for (let code = 0; code < 27; code++) {
    const built = [code % 3, Math.floor(code / 3) % 3, Math.floor(code / 9)]
    if (built[0] < 2 && built[1] < 2) continue
    const heldOf = (year: number): number[] => [...new Set([0, each.mostKw, ...[year, year + 2].flatMap((place) => needs(each, built, place).map(([need]) => Math.min(need, each.mostKw)))])]
    for (const first of heldOf(0)) for (const second of heldOf(1)) {
      const cost = costOf(each, built, [first, second])
      if (cost !== undefined) yield cost
    }
  }
}

describe('the least-cost choice equals brute force', () => {
  it('expected cost, with limits that must be kept and with a price of energy not served', () => {
    let infeasible = 0
    fc.assert(fc.property(cases, (each) => {
      const best = Math.min(...[...portfolios(each)].map(([low, high]) => 0.3 * low + 0.7 * high))
      const choice = choose(asProblem(each, { kind: 'expected' }), solve, { gap: 0 })
      if (best === Infinity) infeasible++
      expect(choice.status).toBe(best === Infinity ? 'infeasible' : 'optimal')
      if (best < Infinity) expect(choice.expectedEur).toBeCloseTo(best, 3)
      else expect(choice.unmet.length).toBeGreaterThan(0)
    }), { numRuns: 40, seed: 20_260 })
    expect(infeasible).toBeGreaterThan(2)
    expect(infeasible).toBeLessThan(30)
  })

  it('worst regret is no more than that of any portfolio counted', () => {
    fc.assert(fc.property(cases, (each) => {
      const all = [...portfolios(each)]
      fc.pre(all.length > 0)
      const bestEur = Float64Array.of(...[0, 1].map((scenario) => Math.min(...all.map((cost) => cost[scenario]))))
      const least = Math.min(...all.map((cost) => Math.max(...cost.map((eur, scenario) => eur - bestEur[scenario]))))
      const choice = choose(asProblem(each, { kind: 'regret', bestEur }), solve, { gap: 0 })
      // A power between two needs may split the regret more evenly than those that were counted.
      expect(choice.worstRegretEur).toBeLessThanOrEqual(least + 1e-4 * choice.expectedEur + 1e-3)
      expect(choice.worstRegretEur).toBeGreaterThanOrEqual(-1e-3)
    }), { numRuns: 20, seed: 20_261 })
  })
})

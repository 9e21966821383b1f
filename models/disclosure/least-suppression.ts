/**
 * The least that must be hidden: an implicit hitting set. Whatever is found to betray somebody names figures that do so together, and one
 * of them must go; the cheapest choice that takes one of each is tried, until nothing is found any more. As showing less never betrays
 * more, no cheaper choice than the last one would have held.
 */
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { ProgramBuilder } from '#models/reinforcement/linear-program.ts'
import type { LinearSolver } from '#models/reinforcement/choice-problem.ts'

export interface Figure {
  readonly cost: number
  /** Place of the coarser figure of the same cell: hidden, it takes this one along. */
  readonly coarser: number | null
  /** Not shown whatever else is. */
  readonly isHidden: boolean
}

const MOST_ROUNDS = 500

/**
 * @param betrayals given what is hidden (1), sets of shown figures of which one must go; empty: nothing is betrayed.
 * @returns what to hide. Throws PF_SOLVER_FAILED where a choice could not be proven the cheapest.
 */
export function leastSuppression(figures: readonly Figure[], betrayals: (hidden: Uint8Array) => readonly (readonly number[])[], solver: LinearSolver): Uint8Array {
  const cuts: (readonly number[])[] = []
  const known = new Set<string>()
  let hidden = cheapest(figures, cuts, solver)
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const found = betrayals(hidden)
    if (found.length === 0) return hidden
    for (const cut of found) {
      const key = [...cut].sort((a, b) => a - b).join()
      if (cut.length === 0 || known.has(key)) throw new PenfeldError('PF_SOLVER_FAILED', `Hiding one of the figures ${key || '(none)'} did not help.`)
    }
    for (const cut of found) {
      const key = [...cut].sort((a, b) => a - b).join()
      if (!known.has(key)) { known.add(key); cuts.push(cut) }
    }
    hidden = cheapest(figures, cuts, solver)
  }
  throw new PenfeldError('PF_SOLVER_FAILED', `No choice of figures that betrays nobody after ${MOST_ROUNDS} rounds.`)
}

function cheapest(figures: readonly Figure[], cuts: readonly (readonly number[])[], solver: LinearSolver): Uint8Array {
  const builder = new ProgramBuilder()
  for (const { cost, isHidden } of figures) {
    const column = builder.column(1, true)
    builder.addCost(column, cost)
    if (isHidden) builder.fix(column, 1)
  }
  for (const [place, { coarser }] of figures.entries()) if (coarser !== null) builder.row(0, Infinity, [[place, 1], [coarser, -1]])
  for (const cut of cuts) builder.row(1, Infinity, cut.map((place) => [place, 1] as const))
  const { status, values } = solver(builder.program(), { gap: 0 })
  if (status !== 'optimal') throw new PenfeldError('PF_SOLVER_FAILED', `The choice of figures to hide ended ${status}.`)
  return Uint8Array.from(values, (value) => Math.round(value))
}

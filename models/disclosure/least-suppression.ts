/**
 * The least that must be hidden: an implicit hitting set. Whatever is found to betray somebody names figures that do so together, and one
 * of them must go. The cheapest choice that takes one of each is a bound from below; hiding on from it until nothing is betrayed, and
 * showing again what need not have been hidden, gives a choice that holds and names further sets on the way. Where both are of as many
 * figures, none of fewer holds, because showing less never betrays more. Which of those of as many is taken is a preference, not proven.
 */
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { ProgramBuilder } from '#models/reinforcement/linear-program.ts'
import type { LinearSolver } from '#models/reinforcement/choice-problem.ts'

export interface Figure {
  /** A whole number and a preference of much less than one. */
  readonly cost: number
  /** Place of the coarser figure of the same cell: hidden, it takes this one along. */
  readonly coarser: number | null
  /** Not shown whatever else is. */
  readonly isHidden: boolean
}

/** Bounds that are tried; after so many the best choice found is taken. Trees end within ten. */
const MOST_ROUNDS = 15

export interface Suppression {
  /** By figure, 1: hidden. */
  readonly hidden: Uint8Array
  /** Whether it is proven that no choice whose whole numbers are less holds. */
  readonly isLeast: boolean
}

/**
 * @param betrayals given what is hidden (1), sets of shown figures of which one must go; empty: nothing is betrayed.
 * Throws PF_SOLVER_FAILED where hiding all that is named does not help, or a bound could not be computed.
 */
export function leastSuppression(figures: readonly Figure[], betrayals: (hidden: Uint8Array) => readonly (readonly number[])[], solver: LinearSolver): Suppression {
  const cuts = new Map<string, readonly number[]>()
  const look = (hidden: Uint8Array): readonly (readonly number[])[] => {
    const found = betrayals(hidden)
    for (const cut of found) {
      const key = [...cut].sort((a, b) => a - b).join()
      if (!cut.some((place) => hidden[place] === 0)) throw new PenfeldError('PF_SOLVER_FAILED', `Hiding one of the figures ${key || '(none)'} did not help.`)
      cuts.set(key, cut)
    }
    return found
  }
  const costOf = (hidden: Uint8Array): number => figures.reduce((sum, { cost }, place) => sum + cost * hidden[place], 0)
  let best: Uint8Array | undefined
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const bound = cheapest(figures, [...cuts.values()], solver)
    if (best !== undefined && costOf(best) < costOf(bound) + 0.5) return { hidden: best, isLeast: true }
    const choice = bound.slice()
    let added = false
    for (let found = look(choice); found.length > 0; found = look(choice)) {
      added = true
      for (const cut of found) if (!cut.some((place) => choice[place] === 1)) hide(figures, choice, mostNamed(figures, cut, cuts.values()))
    }
    if (!added) return { hidden: choice, isLeast: true }
    showAgain(figures, choice, (hidden) => look(hidden).length === 0)
    if (best === undefined || costOf(choice) < costOf(best)) best = choice
  }
  return { hidden: best!, isLeast: false }
}

/** A figure that is hidden takes the finer ones of its cell along. */
function hide(figures: readonly Figure[], choice: Uint8Array, place: number): void {
  choice[place] = 1
  for (const [finer, { coarser }] of figures.entries()) if (coarser === place && choice[finer] === 0) hide(figures, choice, finer)
}

function mostNamed(figures: readonly Figure[], cut: readonly number[], cuts: Iterable<readonly number[]>): number {
  const named = new Map(cut.map((place) => [place, 0]))
  for (const other of cuts) for (const place of other) if (named.has(place)) named.set(place, named.get(place)! + 1)
  return cut.reduce((best, place) => (named.get(place)! / figures[place].cost > named.get(best)! / figures[best].cost ? place : best))
}

/** The dearest first; coarser before finer, as a cell is never shown finer only. */
function showAgain(figures: readonly Figure[], choice: Uint8Array, holds: (hidden: Uint8Array) => boolean): void {
  const order = [...figures.keys()].sort((a, b) => figures[b].cost - figures[a].cost || b - a)
  for (const place of order) {
    const { isHidden, coarser } = figures[place]
    if (choice[place] === 0 || isHidden || (coarser !== null && choice[coarser] === 1)) continue
    choice[place] = 0
    if (!holds(choice)) choice[place] = 1
  }
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

/** Between which two values a sum must lie for whoever knows the shown sums: a linear program, or a proof that it is wide enough. */
import { ProgramBuilder } from '#models/reinforcement/linear-program.ts'
import type { LinearSolver } from '#models/reinforcement/choice-problem.ts'
import { isDecoupled, totalOf, type Block, type BlockLevel, type KnownSum } from './block.ts'

/** Interval as shares of the value: 0.2 and 0.2 are from 0.8 to 1.2 times it. */
export interface Width { readonly down: number; readonly up: number }

export interface TightSum<S extends string = string> {
  readonly level: BlockLevel<S>
  readonly step: number
  readonly mask: number
  /** Sums that together keep it so close: hide one of them, and these bounds hold no more. */
  readonly because: readonly { readonly sum: KnownSum; readonly step: S }[]
}

/** Room that each move leaves at each of the finest steps, before an atom is at zero or at its highest. */
export interface Moves {
  readonly moves: readonly Float64Array[]
  /** Steps times moves; every move stands there with both signs. */
  readonly room: Float64Array
}

export function roomOf(block: Block, unseen: readonly Float64Array[]): Moves {
  const moves = unseen.flatMap((move) => [move, move.map((change) => -change)])
  const steps = block.kwh.length / block.atoms
  const room = new Float64Array(steps * moves.length)
  for (let step = 0; step < steps; step += 1) {
    for (const [m, move] of moves.entries()) {
      let most = Infinity
      for (let atom = 0; atom < block.atoms; atom += 1) {
        const place = step * block.atoms + atom
        if (move[atom] < -1e-12) most = Math.min(most, block.kwh[place] / -move[atom])
        else if (move[atom] > 1e-12) most = Math.min(most, (block.highestKwh[place] - block.kwh[place]) / move[atom])
      }
      room[step * moves.length + m] = most
    }
  }
  return { moves, room }
}

/**
 * How far a sum can be moved up and down for certain without that a shown sum changes, as shares of its value: at every finest step by
 * the best move that no level sees, or by one move that its own level does not see and that the other steps of the next coarser one
 * take back. A lower bound of the true interval.
 */
export function provenWidth(block: Block, levelIndex: number, step: number, mask: number, unseenByAll: Moves, unseenByLevel: Moves): Width {
  const level = block.levels[levelIndex]
  const coarser = block.levels[levelIndex + 1]
  const value = totalOf(block, level, step, mask)
  if (value === 0) return { down: Infinity, up: Infinity }
  const inside = [...level.of.keys()].filter((fine) => level.of[fine] === step)
  let [up, down] = [0, 0]
  const gains = unseenByAll.moves.map((move) => gainOf(move, mask))
  for (const fine of inside) {
    let [bestUp, bestDown] = [0, 0]
    for (const [m, gain] of gains.entries()) {
      if (gain === 0) continue
      const change = unseenByAll.room[fine * gains.length + m] * gain
      if (change > bestUp) bestUp = change
      else if (change < bestDown) bestDown = change
    }
    up += bestUp
    down -= bestDown
  }
  if (coarser !== undefined) {
    const parent = coarser.of[inside[0]]
    const outside = [...coarser.of.keys()].filter((fine) => coarser.of[fine] === parent && level.of[fine] !== step)
    const { moves, room } = unseenByLevel
    for (const [m, move] of moves.entries()) {
      const gain = gainOf(move, mask)
      if (gain === 0) continue
      // Moves stand in pairs, each beside its opposite.
      const here = inside.reduce((sum, fine) => sum + room[fine * moves.length + m], 0)
      const back = outside.reduce((sum, fine) => sum + room[fine * moves.length + (m ^ 1)], 0)
      const change = Math.min(here, back) * gain
      up = Math.max(up, change)
      down = Math.max(down, -change)
    }
  }
  return { up: up / value, down: down / value }
}

const gainOf = (move: Float64Array, mask: number): number => move.reduce((gain, change, atom) => ((mask >>> atom) & 1 ? gain + change : gain), 0)

/**
 * The interval itself, by two linear programs over all atoms at the finest steps: shown sums, nothing below zero, nothing above what
 * an atom can use. `tight` names what keeps it narrower than asked; absent: wide enough, or as wide as before anything was shown.
 * A program that does not end at its optimum counts as tight, and names every sum.
 */
export function solvedWidth<S extends string>(block: Block<S>, level: BlockLevel<S>, step: number, mask: number, share: number, solver: LinearSolver): Width & { readonly tight?: TightSum<S> } {
  const value = totalOf(block, level, step, mask)
  const most = totalOf(block, level, step, mask, block.highestKwh)
  const alone = isDecoupled(block)
  const fineSteps = [...level.of.keys()].filter((fine) => !alone || level.of[fine] === step)
  const placeOf = new Map(fineSteps.map((fine, place) => [fine, place]))
  const scale = fineSteps.reduce((largest, fine) => Math.max(largest, ...block.kwh.subarray(fine * block.atoms, (fine + 1) * block.atoms)), 0) || 1
  const builder = new ProgramBuilder()
  for (const fine of fineSteps) for (let atom = 0; atom < block.atoms; atom += 1) builder.column(block.highestKwh[fine * block.atoms + atom] / scale)
  const rows: { sum: KnownSum; step: S }[] = []
  for (const one of alone ? [level] : block.levels) {
    const members = Map.groupBy(fineSteps, (fine) => one.of[fine])
    for (const [at, fines] of members) {
      for (const sum of one.knownAt(at)) {
        const total = totalOf(block, one, at, sum.mask) / scale
        builder.row(total, total, fines.flatMap((fine) => atomsIn(sum.mask, block.atoms).map((atom) => [placeOf.get(fine)! * block.atoms + atom, 1] as const)))
        rows.push({ sum, step: one.step })
      }
    }
  }
  const program = builder.program()
  for (const fine of fineSteps) if (level.of[fine] === step) for (const atom of atomsIn(mask, block.atoms)) program.costs[placeOf.get(fine)! * block.atoms + atom] = 1
  const ends = [1, -1].map((sign) => solver({ ...program, costs: program.costs.map((cost) => cost * sign) }))
  const [lowest, highest] = ends.map(({ status, objective }, i) => (status === 'optimal' ? (objective * scale * (i === 0 ? 1 : -1)) : value))
  const width = { down: value === 0 ? Infinity : (value - lowest) / value, up: value === 0 ? Infinity : (highest - value) / value }
  const slack = 1e-6 * value
  const holds = [lowest <= (1 - share) * value + slack, highest >= Math.min((1 + share) * value, most) - slack]
  if (holds.every(Boolean)) return width
  const end = ends[holds.indexOf(false)]
  const weighty = end.status === 'optimal' ? rows.filter((_, row) => Math.abs(end.rowDuals[row]) > 1e-7) : rows
  return { ...width, tight: { level, step, mask, because: weighty.length > 0 ? weighty : rows } }
}

const atomsIn = (mask: number, atoms: number): number[] => Array.from({ length: atoms }, (_, atom) => atom).filter((atom) => (mask >>> atom) & 1)

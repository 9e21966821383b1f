/** The guard's questions answered the slow way: every union of atoms, every way to hide, linear programs over single holders. */
import { ProgramBuilder } from '#models/reinforcement/linear-program.ts'
import type { LinearSolver } from '#models/reinforcement/choice-problem.ts'
import type { GuardWorld, StepTable } from './guard-shapes.ts'
import type { AllRules } from './rules.ts'

export type Level = 'hourly' | 'daily' | 'monthly'
export const LEVELS: readonly Level[] = ['hourly', 'daily', 'monthly']
/** Whether a cell is shown at a level. */
export type Shown = (cell: number, level: Level) => boolean

/** Tables of tests are of hours of days in UTC of one month. */
const stepsOf = ({ at }: StepTable, level: Level): number[][] => [...Map.groupBy(at.keys(), (step) => (level === 'hourly' ? step : level === 'daily' ? Math.floor(at[step] / 86_400_000) : 0)).values()]
const kwhOf = (table: StepTable, holders: number, holder: number, steps: readonly number[]): number => steps.reduce((sum, step) => sum + table.kwh[step * holders + holder], 0)

/** Holders that are in the same cells. */
export function groupsOf({ holders, cells }: GuardWorld): number[][] {
  return [...Map.groupBy(holders.keys(), (row) => cells.map(({ members }) => Number(members.includes(row))).join('')).values()]
}

export function isSafe(table: StepTable, members: readonly number[], all: number, steps: readonly number[], rules: AllRules): boolean {
  if (members.length < rules.minHolders) return false
  const [first, second = 0, ...rest] = members.map((row) => kwhOf(table, all, row, steps)).sort((a, b) => b - a)
  const others = rest.reduce((sum, kwh) => sum + kwh, 0)
  return first > 0 && others >= 0.2 * first - 1e-9 && first <= 0.85 * (first + second + others) + 1e-9
}

/** Rank by elimination over whole numbers kept exact as fractions of one row (Bareiss). */
function rankOf(rows: readonly (readonly number[])[]): number {
  const left = rows.map((row) => [...row])
  let rank = 0
  let last = 1
  for (let column = 0; column < (rows[0]?.length ?? 0); column += 1) {
    const pivot = left.findIndex((row, i) => i >= rank && row[column] !== 0)
    if (pivot < 0) continue
    ;[left[rank], left[pivot]] = [left[pivot], left[rank]]
    for (let i = rank + 1; i < left.length; i += 1) left[i] = left[i].map((value, j) => (value * left[rank][column] - left[i][column] * left[rank][j]) / last)
    last = left[rank][column]
    rank += 1
  }
  return rank
}

/** Names the first thing that what is shown betrays. */
export function betrayed(world: GuardWorld, table: StepTable, shown: Shown, rules: AllRules, solver: LinearSolver): string | undefined {
  const groups = groupsOf(world)
  const unions = Array.from({ length: 2 ** groups.length - 1 }, (_, i) => groups.filter((_, group) => ((i + 1) >> group) & 1))
  const n = world.holders.length
  for (const level of LEVELS) {
    const cells = world.cells.filter((_, cell) => shown(cell, level))
    const rows = cells.map(({ members }) => groups.map(([row]) => Number(members.includes(row))))
    for (const union of unions) {
      const row = groups.map((group) => Number(union.includes(group)))
      if (cells.length === 0 || rankOf([...rows, row]) > rankOf(rows)) continue
      if (stepsOf(table, level).some((steps) => !isSafe(table, union.flat(), n, steps, rules))) return `exactly ${level} ${JSON.stringify(union)}`
    }
  }
  for (const level of LEVELS) {
    for (const steps of stepsOf(table, level)) {
      for (const union of unions) {
        const parts = unions.filter((part) => part.every((group) => union.includes(group)))
        const isCell = world.cells.some(({ members }) => members.length === union.flat().length && union.flat().every((row) => members.includes(row)))
        if (isCell ? isSafe(table, union.flat(), n, steps, rules) : parts.some((part) => isSafe(table, part.flat(), n, steps, rules))) continue
        const value = union.flat().reduce((sum, row) => sum + kwhOf(table, n, row, steps), 0)
        const [low, high] = rangeOf(world, table, shown, union.flat(), steps, solver)
        if (low > 0.8 * value + 1e-6 * value || high < 1.2 * value - 1e-6 * value) return `closely ${level} ${JSON.stringify(union)}: ${low} to ${high} of ${value}`
      }
    }
  }
  return undefined
}

/** Lowest and highest sum of some holders in some steps; `knows` are holders who know their own figures. */
export function rangeOf(world: GuardWorld, table: StepTable, shown: Shown, members: readonly number[], steps: readonly number[], solver: LinearSolver, knows: readonly number[] = []): readonly [number, number] {
  const n = world.holders.length
  const scale = Math.max(...table.kwh) || 1
  const builder = new ProgramBuilder()
  for (const _ of table.kwh) builder.column(Infinity)
  for (const row of knows) for (const step of table.at.keys()) builder.fix(step * n + row, table.kwh[step * n + row] / scale)
  for (const level of LEVELS) {
    for (const [cell, one] of world.cells.entries()) {
      if (!shown(cell, level)) continue
      for (const within of stepsOf(table, level)) {
        const total = [...one.members].reduce((sum, row) => sum + kwhOf(table, n, row, within), 0) / scale
        builder.row(total, total, within.flatMap((step) => [...one.members].map((row) => [step * n + row, 1] as const)))
      }
    }
  }
  const program = builder.program()
  const solve = (sign: number): number => {
    const costs = new Float64Array(program.costs.length)
    for (const step of steps) for (const row of members) costs[step * n + row] = sign
    const { status, objective } = solver({ ...program, costs })
    if (status === 'unbounded') return Infinity
    if (status !== 'optimal') throw new Error(`a program of the test ended ${status}`)
    return Math.abs(objective * scale)
  }
  return [solve(1), solve(-1)]
}

/** The figures of a world at every step they could be shown at, and the stretches of time in which steps of several kinds hang together. */
import { atomSteps, groupSteps, stepOfTable, type AtomSteps } from './atom-steps.ts'
import type { Atoms } from './atoms.ts'
import type { AuditStep, LevelFigures } from './audit.ts'
import { sameAtAllSteps, type Block, type BlockLevel, type KnownSum } from './block.ts'
import type { StepTable } from './guard-shapes.ts'
import { STEPS, type Step } from './rules.ts'

export interface Series {
  readonly step: Step
  readonly steps: AtomSteps
  /** What an atom can use at most, as known from outside. */
  readonly highestKwh: Float64Array
}

const HOUR_MS = 3_600_000

/** Finest first, of a table of steps of less than a day. */
export function seriesOfSteps(atoms: Atoms, table: StepTable, coarsest: 'daily' | 'monthly'): readonly Series[] {
  const finest = stepOfTable(table)
  const hours = finest === 'half-hourly' ? 0.5 : 1
  const wanted = STEPS.slice(STEPS.indexOf(finest), STEPS.indexOf(coarsest) + 1)
  return wanted.map((step) => seriesOf(atoms, table, step, () => hours))
}

/** Days and their month, of a table of days. */
export function seriesOfDays(atoms: Atoms, table: StepTable): readonly Series[] {
  const hoursOfDay = (index: number): number => (index + 1 < table.at.length && table.at[index + 1] - table.at[index] < 26 * HOUR_MS ? (table.at[index + 1] - table.at[index]) / HOUR_MS : 24)
  return (['daily', 'monthly'] as const).map((step) => seriesOf(atoms, table, step, hoursOfDay))
}

function seriesOf(atoms: Atoms, table: StepTable, step: Step, hoursOfStep: (index: number) => number): Series {
  const steps = atomSteps(atoms, table, groupSteps(table.at, step), step, hoursOfStep)
  return { step, steps, highestKwh: steps.kwh.map((kwh, place) => highestOf(kwh, atoms.highestKwhPerHour[place % atoms.count] * steps.hours[Math.floor(place / atoms.count)])) }
}

/** A figure above it says that it was not known. */
const highestOf = (kwh: number, highest: number): number => (kwh <= highest ? highest : Infinity)

export interface BlockFigures { readonly block: Block<AuditStep>; readonly figures: readonly LevelFigures[] }

/**
 * One block for every step of the coarsest of the given series; levels at which nothing is known are left out, except the coarsest.
 */
export function blocksOf(atoms: Atoms, series: readonly Series[], known: (step: Step) => readonly KnownSum[]): BlockFigures[] {
  const used = series.filter(({ step }, i) => i === series.length - 1 || known(step).length > 0)
  const top = used.at(-1)!
  const parents = used.map(({ steps }) => groupSteps(steps.at, top.step).of)
  const finest = used[0]
  const own = used.map(({ step }) => groupSteps(finest.steps.at, step).of)
  const n = atoms.count
  let fineFrom = 0
  const froms = used.map(() => 0)
  return Array.from({ length: top.steps.at.length }, (_, block) => {
    const counts = parents.map((of, level) => countFrom(of, froms[level], block))
    const levels = used.map(({ step }, level): BlockLevel<AuditStep> => {
      const of = own[level].subarray(fineFrom, fineFrom + counts[0]).map((place) => place - froms[level])
      return sameAtAllSteps<AuditStep>(step, of, counts[level], known(step))
    })
    const figures = used.map(({ steps }, level) => ({ steps, from: froms[level] }))
    const range = [fineFrom * n, (fineFrom + counts[0]) * n] as const
    const made = { block: { atoms: n, kwh: finest.steps.kwh.subarray(...range), highestKwh: finest.highestKwh.subarray(...range), levels }, figures }
    fineFrom += counts[0]
    for (const [level, count] of counts.entries()) froms[level] += count
    return made
  })
}

function countFrom(of: Int32Array, from: number, group: number): number {
  let count = 0
  while (from + count < of.length && of[from + count] === group) count += 1
  return count
}

import { localDayStart } from '#models/units/local-time.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { Atoms } from './atoms.ts'
import type { StepTable } from './guard-shapes.ts'
import { TIME_ZONE, type Step } from './rules.ts'

/** Steps of one kind, with what the rules ask of each atom in each of them: rows of all atoms, step after step. */
export interface AtomSteps {
  readonly step: Step
  readonly at: Float64Array
  readonly kwh: Float64Array
  /** The two largest holders of each atom, of those that are in no other. */
  readonly first: Float64Array
  readonly second: Float64Array
  /** Of each chain in each atom: steps times chains times atoms. */
  readonly chainKwh: Float64Array
  /** Of it from holders whose readings were made up, and how many these are. */
  readonly imputedKwh: Float64Array
  readonly imputedHolders: Int32Array
  /** 1: a figure of a private holder is not there. */
  readonly missing: Uint8Array
  readonly hours: Float64Array
}

const HOUR_MS = 3_600_000

/** Step of a table of less than a day. Throws PF_DISCLOSURE_WORLD where it is neither half an hour nor an hour. */
export function stepOfTable({ at }: StepTable): Step {
  if (at.length < 2) return 'hourly'
  const stepMs = at[1] - at[0]
  if (stepMs === HOUR_MS / 2) return 'half-hourly'
  if (stepMs === HOUR_MS) return 'hourly'
  throw new PenfeldError('PF_DISCLOSURE_WORLD', `Steps of ${stepMs / 1000} s are neither half-hours nor hours.`)
}

/** Which step of the coarser kind each step belongs to, with the begin of those that occur, in order of time. */
export interface Grouping { readonly of: Int32Array; readonly at: Float64Array }

/** Hours, local days or local months. */
export function groupSteps(at: Float64Array, step: Step): Grouping {
  const of = new Int32Array(at.length)
  const begins: number[] = []
  let last = NaN
  for (let i = 0; i < at.length; i += 1) {
    const begin = beginOf(at[i], step)
    if (begin !== last) begins.push(begin)
    last = begin
    of[i] = begins.length - 1
  }
  return { of, at: Float64Array.from(begins) }
}

function beginOf(at: number, step: Step): number {
  if (step === 'half-hourly') return at
  if (step === 'hourly') return Math.floor(at / HOUR_MS) * HOUR_MS
  const day = localDayStart(at, TIME_ZONE)
  if (step === 'daily') return day
  // The first of the month is the local day that holds noon of it, whatever the offset was then.
  const date = new Date(day + 12 * HOUR_MS)
  return localDayStart(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1, 12), TIME_ZONE)
}

/** Adds the steps of each holder that fall together, then looks at each atom. The step of `hours` is that of the table, in h. */
export function atomSteps(atoms: Atoms, table: StepTable, grouping: Grouping, step: Step, hoursOfStep: (index: number) => number): AtomSteps {
  const rows = atoms.entryOfRow.length
  const [steps, n, chains] = [grouping.at.length, atoms.count, atoms.chains.length]
  const result = {
    step, at: grouping.at, kwh: new Float64Array(steps * n), first: new Float64Array(steps * n), second: new Float64Array(steps * n), chainKwh: new Float64Array(steps * chains * n),
    imputedKwh: new Float64Array(steps * n), imputedHolders: new Int32Array(steps * n), missing: new Uint8Array(steps * n), hours: new Float64Array(steps),
  }
  const sum = new Float64Array(atoms.atomOfEntry.length)
  const imputed = new Float64Array(atoms.atomOfEntry.length)
  const wasImputed = new Uint8Array(atoms.atomOfEntry.length)
  const close = (group: number): void => {
    for (const [entry, kwh] of sum.entries()) {
      const atom = atoms.atomOfEntry[entry]
      const chain = atoms.chainOfEntry[entry]
      const place = group * n + atom
      // A figure below zero would hide others: it counts as not there.
      if (!(kwh >= 0)) {
        result.missing[place] = 1
        continue
      }
      result.kwh[place] += kwh
      result.imputedKwh[place] += imputed[entry]
      result.imputedHolders[place] += wasImputed[entry]
      if (chain >= 0) result.chainKwh[(group * chains + chain) * n + atom] = kwh
      else if (kwh > result.first[place]) {
        result.second[place] = result.first[place]
        result.first[place] = kwh
      } else if (kwh > result.second[place]) result.second[place] = kwh
    }
    sum.fill(0)
    imputed.fill(0)
    wasImputed.fill(0)
  }
  // What is added up need not be consecutive: days that were not shown are one group.
  const order = Int32Array.from(grouping.of.keys()).sort((a, b) => grouping.of[a] - grouping.of[b] || a - b)
  let open = -1
  for (const i of order) {
    if (open >= 0 && grouping.of[i] !== open) close(open)
    open = grouping.of[i]
    result.hours[open] += hoursOfStep(i)
    for (let row = 0; row < rows; row += 1) {
      const entry = atoms.entryOfRow[row]
      if (entry < 0) continue
      const kwh = table.kwh[i * rows + row]
      sum[entry] += kwh < 0 ? NaN : kwh
      if (table.imputed[i * rows + row] === 1) {
        imputed[entry] += kwh
        wasImputed[entry] = 1
      }
    }
  }
  if (open >= 0) close(open)
  return result
}

/** kWh of some atoms in a step. */
export function kwhOf({ kwh }: AtomSteps, atoms: number, step: number, mask: number): number {
  let total = 0
  for (let atom = 0; atom < atoms; atom += 1) if ((mask >>> atom) & 1) total += kwh[step * atoms + atom]
  return total
}

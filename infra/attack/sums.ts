/** Attacks A1, A3, A8, A10 and A11: all that was ever released of a month, at every step together, as one system of equations; and A2, what is left as an interval. */
import type { LinearSolver } from '#models/reinforcement/choice-problem.ts'
import { localDayStarts } from '#models/units/local-time.ts'
import { Elimination } from './elimination.ts'
import type { Fact } from './facts.ts'
import { atomsAt, judge, maskOf, type Atom } from './knowledge.ts'
import { TIME_ZONE, type World, type WorldHolder } from './world.ts'

export interface Recovered {
  readonly what: string
  readonly holders: number
  readonly from: number
  readonly to: number
  readonly kwh: number
  readonly truthKwh: number
}

export interface MonthAttack {
  /** Sums that are unsafe and follow exactly. */
  readonly recovered: readonly Recovered[]
  /** Sums that follow, safe ones too: an attack that looks at nothing finds nothing. */
  readonly derived: number
  /** Unsafe groups of the month, which is what there was to find. */
  readonly targets: number
  /** By holder: whether its interval holds 0.8 to 1.2 times its truth, even for the largest other holder of its group. */
  readonly intervals: { readonly holders: number; readonly tooTight: readonly string[] }
}

/** @param from start of a local month @param to its end @param quarter start of the quarter it lies in */
export function attackMonth(world: World, facts: readonly Fact[], from: number, to: number, quarter: number, solver: LinearSolver): MonthAttack {
  const atoms = atomsAt(world, quarter)
  const days = [...localDayStarts(from, to, TIME_ZONE)]
  const width = atoms.length
  const ends = days.map((_, day) => days[day + 1] ?? to)
  const inMonth = facts.filter((fact) => fact.from >= from && fact.to <= to)
  // Hours of a day are taken as their sum: what they tell beyond it is asked of each day by itself.
  const known = inMonth.flatMap((fact) => {
    const [first, last] = [days.indexOf(fact.from), ends.indexOf(fact.to)]
    const mask = maskOf(fact.cell, atoms)
    return first < 0 || last < first || mask === 0 ? [] : [{ fact, mask, first, last }]
  })
  const system = new Elimination(width * days.length)
  const rowOf = (mask: number, first: number, last: number): Float64Array => {
    const row = new Float64Array(width * days.length)
    for (let day = first; day <= last; day += 1) for (let atom = 0; atom < width; atom += 1) if ((mask >>> atom) & 1) row[day * width + atom] = 1
    return row
  }
  for (const { fact, mask, first, last } of known) system.add({ coefficients: rowOf(mask, first, last), value: fact.kwh })
  for (const [atom, { isPublic, holders }] of atoms.entries()) {
    if (isPublic) for (const [day, begin] of days.entries()) system.add({ coefficients: rowOf(1 << atom, day, day), value: sumOf(world, holders, begin, ends[day]!) })
  }

  const privateOf = (mask: number): WorldHolder[] => atoms.flatMap(({ holders, isPublic }, atom) => (isPublic || ((mask >>> atom) & 1) === 0 ? [] : holders))
  const everyPrivate = atoms.reduce((mask, { isPublic }, atom) => (isPublic ? mask : mask | (1 << atom)), 0)
  const recovered: Recovered[] = []
  let [derived, targets] = [0, 0]
  const ask = (mask: number, first: number, last: number): void => {
    const holders = privateOf(mask)
    const [begin, end] = [days[first]!, ends[last]!]
    const kwh = system.valueOf(rowOf(mask, first, last))
    if (kwh !== undefined) derived += 1
    const isMonth = first === 0 && last === days.length - 1
    if (kwh === undefined && !(isMonth && holders.length < 11)) return
    const { isUnsafe } = judge(world, holders, begin, end)
    if (!isUnsafe) return
    if (isMonth) targets += 1
    if (kwh !== undefined) recovered.push({ what: nameOf(mask, atoms), holders: holders.length, from: begin, to: end, kwh, truthKwh: sumOf(world, holders, begin, end) })
  }
  for (let mask = everyPrivate; mask > 0; mask = (mask - 1) & everyPrivate) ask(mask, 0, days.length - 1)
  const few = [...singlesAndPairs(everyPrivate)]
  for (const day of days.keys()) for (const mask of few) ask(mask, day, day)
  return { recovered, derived, targets, intervals: intervalsOf(world, atoms, days, to, known, solver) }
}

function* singlesAndPairs(mask: number): Generator<number> {
  for (let one = mask; one !== 0; one &= one - 1) {
    const single = one & -one
    yield single
    for (let other = one & (one - 1); other !== 0; other &= other - 1) yield single | (other & -other)
  }
}

const nameOf = (mask: number, atoms: readonly Atom[]): string => atoms.filter((_, atom) => (mask >>> atom) & 1).map(({ name }) => name).join(' + ')
const sumOf = (world: World, holders: readonly WorldHolder[], from: number, to: number): number => holders.reduce((sum, { holderId }) => sum + world.truth(holderId, from, to), 0)

interface KnownSum { readonly fact: Fact; readonly mask: number; readonly first: number; readonly last: number }

/** Rounded figures are known to lie within half a step of what all figures of the cell are multiples of. */
function roundingOf(known: readonly KnownSum[]): (one: KnownSum) => number {
  const bases = new Map<string, number>()
  for (const { fact, first, last } of known) {
    const key = `${fact.cell} ${last - first > 0}`
    const base = bases.get(key)
    bases.set(key, base === undefined ? divisorOf(fact.kwh) : Math.min(base, divisorOf(fact.kwh)))
  }
  // Never finer than three digits: that too is told to everybody.
  return ({ fact, first, last }) => Math.max(bases.get(`${fact.cell} ${last - first > 0}`) ?? 0, 10 ** (Math.floor(Math.log10(Math.max(1e-3, fact.kwh))) - 2)) / 2
}
/** The largest 1, 2 or 5 times a power of ten of which a figure is a whole multiple. */
function divisorOf(kwh: number): number {
  for (let power = 7; power >= -3; power -= 1) {
    for (const factor of [5, 2, 1]) {
      const base = factor * 10 ** power
      if (kwh !== 0 && Math.abs(Math.round(kwh / base) - kwh / base) < 1e-6) return base
    }
  }
  return 1e-3
}

const CORRECTED_SHARE = 0.02

/** Least and most that each group can have used in the month, by linear programs over all days; then what that says of each holder in it. */
function intervalsOf(world: World, atoms: readonly Atom[], days: readonly number[], to: number, known: readonly KnownSum[], solver: LinearSolver): MonthAttack['intervals'] {
  const half = roundingOf(known)
  const width = atoms.length
  const columns = width * days.length
  const entries = Array.from({ length: columns }, (): number[] => [])
  for (const [row, { mask, first, last }] of known.entries()) for (let day = first; day <= last; day += 1) for (let atom = 0; atom < width; atom += 1) if ((mask >>> atom) & 1) entries[day * width + atom]!.push(row)
  const columnStart = new Int32Array(columns + 1)
  for (const [column, rows] of entries.entries()) columnStart[column + 1] = columnStart[column]! + rows.length
  const rowIndex = Int32Array.from(entries.flat())
  const ends = days.map((_, day) => days[day + 1] ?? to)
  const [lower, upper] = [new Float64Array(columns), new Float64Array(columns)]
  for (let column = 0; column < columns; column += 1) {
    const [day, atom] = [Math.floor(column / width), atoms[column % width]!]
    const hours = (ends[day]! - days[day]!) / 3_600_000
    if (atom.isPublic) lower[column] = upper[column] = sumOf(world, atom.holders, days[day]!, ends[day]!)
    else upper[column] = atom.holders.reduce((sum, holder) => sum + hours * highestOf(holder), 0)
  }
  // Readings may have been corrected between the days and their month.
  const slack = ({ fact, first, last }: KnownSum): number => (last > first ? CORRECTED_SHARE * fact.kwh : 0)
  const program = { lower, upper, integer: new Uint8Array(columns), columnStart, rowIndex, value: new Float64Array(rowIndex.length).fill(1), rowLower: Float64Array.from(known, (one) => one.fact.kwh - half(one) - slack(one) - 1e-6), rowUpper: Float64Array.from(known, (one) => one.fact.kwh + half(one) + slack(one) + 1e-6) }
  const extreme = (atom: number, sign: 1 | -1): number => {
    const costs = new Float64Array(columns)
    for (const day of days.keys()) costs[day * width + atom] = sign
    const { status, objective } = solver({ ...program, costs })
    // What was published holds together: otherwise the attack would look at nothing and find nothing.
    if (status !== 'optimal') throw new Error(`The published figures of ${new Date(days[0]!).toISOString()} contradict each other: ${status}.`)
    return sign * objective
  }
  let holders = 0
  const tooTight: string[] = []
  const monthHours = (to - days[0]!) / 3_600_000
  for (const [atom, { holders: group, isPublic }] of atoms.entries()) {
    if (isPublic) continue
    const [least, most] = [extreme(atom, 1), extreme(atom, -1)]
    const ofGroup = group.map((holder) => ({ holder, kwh: world.truth(holder.holderId, days[0]!, to) })).sort((a, b) => b.kwh - a.kwh)
    const ceiling = group.reduce((sum, holder) => sum + monthHours * highestOf(holder), 0)
    for (const [i, { holder, kwh }] of ofGroup.entries()) {
      holders += 1
      // The insider (A8) knows its own use: the largest of the others knows most.
      const insider = ofGroup[i === 0 ? 1 : 0]
      const known = insider?.kwh ?? 0
      const others = ceiling - monthHours * (highestOf(holder) + (insider === undefined ? 0 : highestOf(insider.holder)))
      const highest = Math.min(most - known, monthHours * highestOf(holder))
      const lowest = Math.max(0, least - known - others)
      if (lowest > 0.8 * kwh || highest < Math.min(1.2 * kwh, monthHours * highestOf(holder))) tooTight.push(`${holder.holderId} ${new Date(days[0]!).toISOString()}: ${lowest.toFixed(0)} to ${highest.toFixed(0)} for ${kwh.toFixed(0)} kWh`)
    }
  }
  return { holders, tooTight }
}

/** From the power that is subscribed, as the world's contracts have it. */
const highestOf = ({ points }: WorldHolder): number => points.reduce((sum, { yearlyKwh }) => sum + Math.max(6, (6 * yearlyKwh) / 8766), 0)

import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { GuardWorld } from './guard-shapes.ts'

/** Sums are written as bits of a whole number. */
const MOST_ATOMS = 30

/**
 * Private holders by the cells and external sums they are in: those of one atom are never told apart by any sum. Public holders are in
 * none, because whoever attacks takes their figures off.
 */
export interface Atoms {
  readonly count: number
  /** By row of the world: its entry; -1: public, or in no cell and no external sum. */
  readonly entryOfRow: Int32Array
  /** Rows of one holder in one atom are one entry. */
  readonly atomOfEntry: Int32Array
  /** -1: all of the holder is in this entry. Else the chain of entries it belongs to. */
  readonly chainOfEntry: Int32Array
  /** Atoms of each holder that is in several. */
  readonly chains: readonly number[]
  /** By atom: holders that are in no other. */
  readonly holders: Int32Array
  readonly points: Int32Array
  readonly smallPoints: Int32Array
  /** Highest kWh an hour that all of an atom can use, as far as it is known from outside. */
  readonly highestKwhPerHour: Float64Array
  /** Atoms of each cell and of each external sum, as bits. */
  readonly cells: readonly number[]
  readonly external: readonly { readonly label: string; readonly step: 'month' | 'year'; readonly mask: number }[]
  readonly suspended: ReadonlySet<number>
  readonly isProduction: boolean
}

/** Of a checked world. Throws PF_DISCLOSURE_TOO_FINE for more than 30 atoms. */
export function atomsOf(world: GuardWorld): Atoms {
  const sets = [...world.cells.map(({ members }) => members), ...world.external.map(({ members }) => members)]
  const membership = world.holders.map((): string[] => [])
  for (const [set, members] of sets.entries()) for (const holder of members) membership[holder].push(String(set))
  const atomOfKey = new Map<string, number>()
  const atomOfRow = Int32Array.from(world.holders, ({ isPublic }, row) => {
    const key = membership[row].join()
    if (isPublic || key === '') return -1
    if (!atomOfKey.has(key)) atomOfKey.set(key, atomOfKey.size)
    return atomOfKey.get(key)!
  })
  const count = atomOfKey.size
  if (count > MOST_ATOMS) throw new PenfeldError('PF_DISCLOSURE_TOO_FINE', `Cells and sums that others have published cut the holders into ${count} groups, at most ${MOST_ATOMS} can be proven.`, { where: world.carrier })
  const maskOf = (members: Int32Array): number => members.reduce((mask, row) => (atomOfRow[row] < 0 ? mask : mask | (1 << atomOfRow[row])), 0)
  const entries = entriesOf(world, atomOfRow)
  const atoms = {
    count, ...entries, holders: new Int32Array(count), points: new Int32Array(count), smallPoints: new Int32Array(count), highestKwhPerHour: new Float64Array(count),
    cells: world.cells.map(({ members }) => maskOf(members)),
    external: world.external.map(({ label, step, members }) => ({ label, step, mask: maskOf(members) })),
    suspended: new Set(world.cells.filter(({ id }) => world.suspended?.includes(id)).map(({ members }) => maskOf(members))),
    isProduction: world.carrier === 'production',
  }
  for (const [entry, atom] of entries.atomOfEntry.entries()) if (entries.chainOfEntry[entry] < 0) atoms.holders[atom] += 1
  for (const [row, { deliveryPoints, highestKwhPerHour, isLargeSite }] of world.holders.entries()) {
    const atom = atomOfRow[row]
    if (atom < 0) continue
    atoms.points[atom] += deliveryPoints
    if (isLargeSite !== true) atoms.smallPoints[atom] += deliveryPoints
    atoms.highestKwhPerHour[atom] += highestKwhPerHour
  }
  return atoms
}

function entriesOf({ holders }: GuardWorld, atomOfRow: Int32Array): Pick<Atoms, 'entryOfRow' | 'atomOfEntry' | 'chainOfEntry' | 'chains'> {
  const entriesOfHolder = new Map<string, Map<number, number>>()
  const atomOfEntry: number[] = []
  const entryOfRow = Int32Array.from(holders, ({ holderId }, row) => {
    const atom = atomOfRow[row]
    if (atom < 0) return -1
    const entries = entriesOfHolder.get(holderId) ?? new Map<number, number>()
    entriesOfHolder.set(holderId, entries)
    if (!entries.has(atom)) entries.set(atom, atomOfEntry.push(atom) - 1)
    return entries.get(atom)!
  })
  const chainOfEntry = new Int32Array(atomOfEntry.length).fill(-1)
  const chains: number[] = []
  for (const entries of entriesOfHolder.values()) {
    if (entries.size < 2) continue
    const chain = chains.push([...entries.keys()].reduce((mask, atom) => mask | (1 << atom), 0)) - 1
    for (const entry of entries.values()) chainOfEntry[entry] = chain
  }
  return { entryOfRow, atomOfEntry: Int32Array.from(atomOfEntry), chainOfEntry, chains }
}

/** Text of which the service makes the hash of the cohort: who is in it, with what, and in which cells. */
export function cohortText({ carrier, holders, cells }: Omit<GuardWorld, 'cohortSha256'>): string {
  return JSON.stringify({
    carrier, holders: holders.map(({ holderId, deliveryPoints, isPublic }) => [holderId, deliveryPoints, isPublic]), cells: cells.map(({ id, parent, members }) => [id, parent, [...members]]),
  })
}

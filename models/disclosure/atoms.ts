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
  /** By holder; -1: public, or in no cell and no external sum. */
  readonly ofHolder: Int32Array
  /** By atom. */
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

/** Throws PF_DISCLOSURE_WORLD where cells do not form a tree of the world's holders, PF_DISCLOSURE_TOO_FINE for more than 30 atoms. */
export function atomsOf(world: GuardWorld): Atoms {
  checkTree(world)
  const sets = [...world.cells.map(({ members }) => members), ...world.external.map(({ members }) => members)]
  const membership = world.holders.map((): string[] => [])
  for (const [set, members] of sets.entries()) for (const holder of members) membership[holder].push(String(set))
  const atomOfKey = new Map<string, number>()
  const ofHolder = Int32Array.from(world.holders, ({ isPublic }, holder) => {
    const key = membership[holder].join()
    if (isPublic || key === '') return -1
    if (!atomOfKey.has(key)) atomOfKey.set(key, atomOfKey.size)
    return atomOfKey.get(key)!
  })
  const count = atomOfKey.size
  if (count > MOST_ATOMS) throw new PenfeldError('PF_DISCLOSURE_TOO_FINE', `Cells and sums that others have published cut the holders into ${count} groups, at most ${MOST_ATOMS} can be proven.`, { where: world.carrier })
  const maskOf = (members: Int32Array): number => members.reduce((mask, holder) => (ofHolder[holder] < 0 ? mask : mask | (1 << ofHolder[holder])), 0)
  const atoms = {
    count, ofHolder, holders: new Int32Array(count), points: new Int32Array(count), smallPoints: new Int32Array(count), highestKwhPerHour: new Float64Array(count),
    cells: world.cells.map(({ members }) => maskOf(members)),
    external: world.external.map(({ label, step, members }) => ({ label, step, mask: maskOf(members) })),
    suspended: new Set(world.cells.filter(({ id }) => world.suspended?.includes(id)).map(({ members }) => maskOf(members))),
    isProduction: world.carrier === 'production',
  }
  for (const [holder, { deliveryPoints, highestKwhPerHour, isLargeSite }] of world.holders.entries()) {
    const atom = ofHolder[holder]
    if (atom < 0) continue
    atoms.holders[atom] += 1
    atoms.points[atom] += deliveryPoints
    if (isLargeSite !== true) atoms.smallPoints[atom] += deliveryPoints
    atoms.highestKwhPerHour[atom] += highestKwhPerHour
  }
  return atoms
}

function checkTree({ carrier, cells, external, holders }: GuardWorld): void {
  const wrong = (what: string): never => { throw new PenfeldError('PF_DISCLOSURE_WORLD', what, { where: carrier }) }
  if (new Set(holders.map(({ holderId }) => holderId)).size < holders.length) wrong('A holder stands twice in the cohort; all meters of a holder are one row.')
  for (const { deliveryPoints, highestKwhPerHour } of holders) if (!(deliveryPoints >= 1 && highestKwhPerHour >= 0)) wrong('A holder has no delivery point, or a highest use that is not a number.')
  for (const { members } of [...cells, ...external]) {
    if (members.some((holder, i) => holder < 0 || holder >= holders.length || (i > 0 && holder <= members[i - 1]))) wrong('Members of a cell are not ascending indexes of holders.')
  }
  const taken = new Map<string, Set<number>>()
  const known = new Map<string, ReadonlySet<number>>()
  for (const { id, parent, members } of cells) {
    if (known.has(id)) wrong(`Cell ${id} stands twice.`)
    known.set(id, new Set(members))
    if (parent === null) continue
    const above = known.get(parent) ?? wrong(`Cell ${id} stands before its parent ${parent}.`)
    const siblings = taken.get(parent) ?? new Set<number>()
    for (const holder of members) {
      if (!above.has(holder)) wrong(`Holder ${holder} is in cell ${id} but not in ${parent}.`)
      if (siblings.has(holder)) wrong(`Holder ${holder} is in two children of ${parent}.`)
      siblings.add(holder)
    }
    taken.set(parent, siblings)
  }
}

/** Text of which the service makes the hash of the cohort: who is in it, with what, and in which cells. */
export function cohortText({ carrier, holders, cells }: Omit<GuardWorld, 'cohortSha256'>): string {
  return JSON.stringify({
    carrier, holders: holders.map(({ holderId, deliveryPoints, isPublic }) => [holderId, deliveryPoints, isPublic]), cells: cells.map(({ id, parent, members }) => [id, parent, [...members]]),
  })
}

import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { GuardWorld, StepTable } from './guard-shapes.ts'

/**
 * What every decision starts from: cells are one tree of the holders of the world, and a table has a row of all of them for each of its
 * steps, in order of time. Throws PF_DISCLOSURE_WORLD.
 */
export function checkWorld(world: GuardWorld, table: StepTable): void {
  checkTree(world)
  checkTable(world, table)
}

function checkTree({ carrier, cells, external, holders }: GuardWorld): void {
  const wrong = (what: string): never => { throw new PenfeldError('PF_DISCLOSURE_WORLD', what, { where: carrier }) }
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

function checkTable({ carrier, holders }: GuardWorld, { at, kwh, imputed }: StepTable): void {
  if (kwh.length !== at.length * holders.length || imputed.length !== kwh.length) throw new PenfeldError('PF_DISCLOSURE_WORLD', `A table of ${at.length} steps and ${holders.length} holders has ${kwh.length} values.`, { where: carrier })
  if (at.some((instant, i) => !Number.isFinite(instant) || (i > 0 && instant <= at[i - 1]))) throw new PenfeldError('PF_DISCLOSURE_WORLD', 'Steps are not in order of time.', { where: carrier })
}

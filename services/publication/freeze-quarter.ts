/** Fixes for a calendar quarter who is counted and what is shown, and for a calendar year which zones are shown as one. */
import { createHash, randomBytes } from 'node:crypto'
import { cohortText } from '#models/disclosure/atoms.ts'
import type { Carrier, GuardSolver, GuardWorld, StepTable } from '#models/disclosure/guard-shapes.ts'
import { makeTree } from '#models/disclosure/make-tree.ts'
import { planQuarter, showsAt } from '#models/disclosure/plan-quarter.ts'
import type { PublicationRules } from '#models/district/schema.ts'
import { localQuarterStart } from '#models/units/local-months.ts'
import { cohortHistory, measuredMembers, type CohortSpan } from './cohort-energies.ts'
import { cellsOf, cohortHolderOf, membersOf, mergeSmallest, zoneCell, type ZoneGroups } from './members.ts'
import { borderOf } from './quarter-change.ts'
import type { Member, Quarter } from './quarter-book.ts'
import type { PublicationSource } from './source.ts'

const HISTORY_MONTHS = 12
const HOURS_A_YEAR = 8760

export interface PublisherParts {
  readonly source: PublicationSource
  /** In the order of the document. */
  readonly zones: readonly string[]
  readonly timeZone: string
  readonly districtVersion: string
  readonly distance: (zone: string, other: string) => number
  readonly rulesAt: (at: number) => PublicationRules | undefined
  readonly solver: GuardSolver
}

/** What was kept before. `meanIndexOf`: of the last week before the quarter, by cell that was told as an index then. */
export interface KeptBefore {
  readonly quarter: Quarter | undefined
  readonly previous: Quarter | undefined
  readonly groups: ZoneGroups | undefined
  readonly meanIndexOf: Readonly<Record<string, number>>
}

/** @param madeAt by the Clock */
export async function freezeQuarter(parts: PublisherParts, carrier: Carrier, from: number, kept: KeptBefore, rules: PublicationRules, madeAt: number): Promise<Quarter> {
  const { source, timeZone, solver } = parts
  const span: CohortSpan = { carrier, members: membersOf(await source.holders(carrier, from)), frozenAt: from, timeZone }
  const members = await measuredMembers(source, span)
  const salt = randomBytes(16).toString('hex')
  const history = await cohortHistory(source, { ...span, members }, HISTORY_MONTHS)
  for (let groups = kept.groups ?? treeOf(parts, members, history, rules); ; ) {
    const { suspended, pending } = await borderOf(source, kept.previous, { ...span, members }, groups, rules)
    const indexOfWeek = Object.fromEntries(suspended.map((cell) => [cell, kept.meanIndexOf[cell] ?? 100]))
    const world = worldOf({ carrier, members, groups, indexOfWeek, salt })
    const plan = planQuarter(world, history, rules, solver)
    // Zones that are seen every day say more than smaller ones that are seen once a month.
    const mayMerge = kept.groups === undefined && showsAt(plan, 'district', 'daily')
    const merged = mayMerge ? mergeSmallest(members, groups, (group) => !showsAt(plan, zoneCell(group), 'daily'), parts.distance) : groups
    if (merged === groups) {
      const cells = world.cells.map(({ id, parent }) => ({ id, parent }))
      return { carrier, from, to: localQuarterStart(from, timeZone, 1), madeAt, cohortSha256: world.cohortSha256, salt, members, groups, cells, plan, pending, indexOfWeek }
    }
    groups = merged
  }
}

/** Zones as the guard merges them; one in which nobody is measured stands by itself. */
function treeOf({ zones, distance }: PublisherParts, members: readonly Member[], { at, kwh }: StepTable, rules: PublicationRules): ZoneGroups {
  const yearKwh = new Float64Array(members.length)
  for (let place = 0; place < kwh.length; place += 1) if (!Number.isNaN(kwh[place]!)) yearKwh[place % members.length] += (kwh[place]! * HOURS_A_YEAR) / at.length
  const placed = members.map((member, row) => ({ ...cohortHolderOf(member), zone: member.zone, category: member.category, yearKwh: yearKwh[row]! }))
  const near = zones.map((id) => ({ id, neighbours: zones.filter((other) => other !== id).sort((a, b) => distance(id, a) - distance(id, b)) }))
  const merged = makeTree(near, placed, rules).filter(({ id }) => id.startsWith('zone:') && !id.includes('/')).map((cell) => new Set([...cell.members].map((row) => members[row]!.zone)))
  const inhabited = merged.length > 0 ? merged : [new Set(members.map(({ zone }) => zone))]
  const groups = inhabited.map((group) => zones.filter((zone) => group.has(zone))).filter((group) => group.length > 0)
  return [...groups, ...zones.filter((zone) => !groups.flat().includes(zone)).map((zone) => [zone])]
}

export function worldOf({ carrier, members, groups, indexOfWeek, salt }: Pick<Quarter, 'carrier' | 'members' | 'groups' | 'indexOfWeek' | 'salt'>): GuardWorld {
  const world = { carrier, holders: members.map(cohortHolderOf), cells: cellsOf(members, groups), external: [], suspended: Object.keys(indexOfWeek) }
  return { ...world, cohortSha256: createHash('sha256').update(salt).update(cohortText(world)).digest('hex') }
}

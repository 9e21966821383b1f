/** Fixes for a calendar quarter who is counted and what is shown, and for a calendar year which zones are shown as one. */
import { createHash, randomBytes } from 'node:crypto'
import { cohortText } from '#models/disclosure/atoms.ts'
import type { Carrier, GuardSolver, GuardWorld, StepTable } from '#models/disclosure/guard-shapes.ts'
import { planQuarter, showsAt } from '#models/disclosure/plan-quarter.ts'
import type { PublicationRules } from '#models/district/schema.ts'
import { localQuarterStart } from '#models/units/local-months.ts'
import { cohortHistory, measuredMembers, type CohortSpan } from './cohort-energies.ts'
import { cellsOf, cohortHolderOf, membersOf, mergeSmallest, zoneCell, type ZoneGroups } from './members.ts'
import type { IndexLinks, Member, Quarter } from './quarter-book.ts'
import type { PublicationSource } from './source.ts'

const HISTORY_MONTHS = 12

export interface PublisherParts {
  readonly source: PublicationSource
  readonly zones: readonly string[]
  readonly timeZone: string
  readonly districtVersion: string
  readonly distance: (zone: string, other: string) => number
  readonly rulesAt: (at: number) => PublicationRules | undefined
  readonly solver: GuardSolver
}

export interface FrozenQuarter {
  readonly quarter: Quarter
  readonly groups: ZoneGroups
}

/** @param groups of the year, where a quarter before has fixed them @param madeAt by the Clock */
export async function freezeQuarter(parts: PublisherParts, carrier: Carrier, from: number, groups: ZoneGroups | undefined, rules: PublicationRules, madeAt: number): Promise<FrozenQuarter> {
  const { source, timeZone, solver } = parts
  const span: CohortSpan = { carrier, members: membersOf(await source.holders(carrier, from)), frozenAt: from, timeZone }
  const members = await measuredMembers(source, span)
  const salt = randomBytes(16).toString('hex')
  const history = await cohortHistory(source, { ...span, members }, HISTORY_MONTHS)
  let chosen = groups ?? parts.zones.map((zone) => [zone])
  for (;;) {
    const links: IndexLinks = {}
    const world = worldOf(carrier, members, chosen, links, salt)
    const plan = planQuarter(world, history, rules, solver)
    // Few zones that are seen every day say more than many of which most are hidden: merge before suppressing.
    const merged = groups === undefined ? mergeSmallest(members, chosen, (group) => !showsAt(plan, zoneCell(group), 'daily'), parts.distance) : chosen
    if (merged === chosen) {
      const cells = world.cells.map(({ id, parent }) => ({ id, parent }))
      return { groups: chosen, quarter: { carrier, from, to: localQuarterStart(from, timeZone, 1), madeAt, cohortSha256: world.cohortSha256, salt, members, cells, plan, links } }
    }
    chosen = merged
  }
}

export function worldOf(carrier: Carrier, members: readonly Member[], groups: ZoneGroups, links: IndexLinks, salt: string): GuardWorld {
  const world = { carrier, holders: members.map(cohortHolderOf), cells: cellsOf(members, groups), external: [], suspended: Object.keys(links) }
  return { ...world, cohortSha256: createHash('sha256').update(salt).update(cohortText(world)).digest('hex') }
}

export const emptyTable: StepTable = { at: new Float64Array(0), kwh: new Float64Array(0), imputed: new Uint8Array(0) }

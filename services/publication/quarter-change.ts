/** Who joined and left at the border of a quarter, and what that holds back. */
import { quarterBorder, type QuarterBorder } from '#models/disclosure/quarter-border.ts'
import type { PublicationRules } from '#models/district/schema.ts'
import { cohortEnergies, ownEnergies, type CohortSpan } from './cohort-energies.ts'
import { cellsOf, cohortHolderOf, type ZoneGroups } from './members.ts'
import type { Quarter } from './quarter-book.ts'
import type { PublicationSource } from './source.ts'

const LAST_MS = 30 * 86_400_000

/** Without a quarter before there is nothing that the new one could be compared with. */
export async function borderOf(source: PublicationSource, previous: Quarter | undefined, span: CohortSpan, groups: ZoneGroups, rules: PublicationRules): Promise<QuarterBorder> {
  if (previous === undefined || previous.members.length === 0) return { suspended: [], pending: {} }
  const world = (members: CohortSpan['members'], of: ZoneGroups) => ({ holders: members.map(cohortHolderOf), cells: cellsOf(members, of) })
  const lastDaysKwh = new Map<string, number>()
  const from = span.frozenAt - LAST_MS
  const before: CohortSpan = { ...span, members: previous.members, frozenAt: previous.from }
  for (const [{ members }, { kwh }] of [[span, await ownEnergies(source, span, from, span.frozenAt)], [before, await cohortEnergies(source, before, from, span.frozenAt)]] as const) {
    const own = new Map<string, number>()
    for (const [row, { holderId }] of members.entries()) {
      let sum = 0
      for (let place = row; place < kwh.length; place += members.length) sum += Number.isNaN(kwh[place]!) ? 0 : kwh[place]!
      own.set(holderId, (own.get(holderId) ?? 0) + sum)
    }
    for (const [holderId, sum] of own) lastDaysKwh.set(holderId, Math.max(sum, lastDaysKwh.get(holderId) ?? 0))
  }
  return quarterBorder(world(previous.members, previous.groups), world(span.members, groups), lastDaysKwh, previous.pending, rules)
}

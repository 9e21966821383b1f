/** One pass of the publisher for a carrier: what is due is decided in a thread and kept here, by the one writer of releases. */
import type { Carrier } from '#models/disclosure/guard-shapes.ts'
import { localMonthStart, localQuarterStart } from '#models/units/local-months.ts'
import { localParts } from '#models/units/local-time.ts'
import type { EffectClaim } from '#services/sqlite/effect-ledger.ts'
import { CURVE_DAYS, nextPass } from './due.ts'
import type { EnergyResult, EnergyTask } from './energy-releases.ts'
import type { ReleaseStore } from './release-store.ts'

const DAY_MS = 86_400_000
const OVERLAP_DAYS = 7

export interface EnergyPublisher {
  readonly releases: ReleaseStore
  readonly timeZone: string
  /** Does the work of a pass, in a thread or here. */
  readonly decide: (task: EnergyTask) => Promise<EnergyResult>
  /** Asks right before writing whether the work is still ours. */
  readonly keep: () => Promise<void>
  readonly claims?: readonly EffectClaim[]
}

export interface PassOutcome {
  readonly released: number
  /** More is due: ask again. */
  readonly isMore: boolean
}

export async function publishEnergies({ releases, timeZone, decide, keep, claims = [] }: EnergyPublisher, carrier: Carrier, now: number): Promise<PassOutcome> {
  // A quarter that began without anybody measured has nothing to release.
  const next = () => nextPass((kind, at) => releases.isPublished(kind, carrier, at) || releases.quarters.isEmpty(carrier, localQuarterStart(at, timeZone)) === true, now, timeZone)
  const pass = next()
  let [released, frozen] = [0, false]
  if (pass !== undefined) {
    const { year } = localParts(pass.quarter, timeZone)
    const { quarters } = releases
    const kept = { quarter: quarters.quarter(carrier, pass.quarter), groups: quarters.zoneGroups(carrier, year), previous: quarters.quarter(carrier, localQuarterStart(pass.quarter, timeZone, -1)), meanIndexOf: await meanIndexes(releases, carrier, pass.quarter) }
    const shownOfDay = releases.shownOfDays(carrier, pass.month, localMonthStart(pass.month, timeZone, 1))
    const decided = await decide({ ...pass, carrier, now, kept, shownOfDay })
    await keep()
    if (decided.frozen !== undefined) {
      frozen = true
      // Nobody's quarter says nothing of the zones of its year.
      if (decided.frozen.members.length > 0) quarters.keepZoneGroups(carrier, year, decided.frozen.groups)
      quarters.keep(decided.frozen)
    }
    released = await releases.publishAll(decided.releases, claims)
  }
  await releases.withdrawBefore('curve-daily', now - CURVE_DAYS * DAY_MS, now)
  const isMore = (released > 0 || frozen) && next() !== undefined
  return { released, isMore }
}

/** By cell that was told as an index in the week before a quarter: its mean. */
async function meanIndexes(releases: ReleaseStore, carrier: Carrier, quarter: number): Promise<Record<string, number>> {
  const cells = (await releases.between('energy-daily', quarter - OVERLAP_DAYS * DAY_MS, quarter, carrier)).flatMap(({ body }) => body.cells)
  const told = Map.groupBy(cells.filter(({ index }) => index !== null), ({ cell }) => cell)
  return Object.fromEntries([...told].map(([cell, days]) => [cell, days.reduce((sum, { index }) => sum + index!, 0) / days.length]))
}

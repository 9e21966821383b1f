import type { PublicationRules } from '#models/district/schema.ts'
import type { GuardWorld } from './guard-shapes.ts'
import { disclosureRules, type AllRules } from './rules.ts'

/** By cell: holders that joined or left while its kWh wait. Carried from quarter to quarter. */
export type PendingChanges = Readonly<Record<string, readonly string[]>>

export interface QuarterBorder {
  /** `suspended` of the new world: their series goes on as an index (see `chainLink`). */
  readonly suspended: readonly string[]
  readonly pending: PendingChanges
}

/**
 * What the border between two quarters may show of those who joined and left (D10). Beside the kWh of the quarter before, the new ones
 * tell of the change: it is harmless where nobody changed, where those who did are many enough and none dominates them, or where they
 * are a small share of the cell. Else the kWh of the cell wait until the changes of several borders together pass.
 *
 * @param lastDaysKwh by holder, kWh over the last 30 days it was measured; a holder without counts as large.
 * @param pending what the border before this one gave back.
 */
export function quarterBorder(before: Pick<GuardWorld, 'holders' | 'cells'>, after: Pick<GuardWorld, 'holders' | 'cells'>, lastDaysKwh: ReadonlyMap<string, number>, pending: PendingChanges, rules: PublicationRules): QuarterBorder {
  const all = disclosureRules(rules)
  const waiting = after.cells.flatMap(({ id }) => {
    const [were, are] = [before, after].map((world) => membersOf(world, id))
    // A cell that was not there has nothing to be compared with.
    if (were === undefined || are === undefined) return []
    const changed = new Set(pending[id])
    const everybody = [...new Set([...were, ...are])]
    for (const holder of everybody) if (were.has(holder) !== are.has(holder)) changed.add(holder)
    return mayGoOn([...changed], everybody, lastDaysKwh, all) ? [] : [[id, [...changed].sort()] as const]
  })
  return { suspended: waiting.map(([id]) => id), pending: Object.fromEntries(waiting) }
}

function membersOf({ cells, holders }: Pick<GuardWorld, 'holders' | 'cells'>, id: string): Set<string> | undefined {
  const members = cells.find((cell) => cell.id === id)?.members
  return members && new Set([...members].filter((row) => !holders[row].isPublic).map((row) => holders[row].holderId))
}

function mayGoOn(changed: readonly string[], everybody: readonly string[], lastDaysKwh: ReadonlyMap<string, number>, rules: AllRules): boolean {
  if (changed.length === 0) return true
  const kwh = changed.map((holder) => lastDaysKwh.get(holder) ?? NaN).sort((a, b) => b - a)
  const sum = kwh.reduce((total, one) => total + one, 0)
  if (Number.isNaN(sum)) return false
  const whole = everybody.reduce((total, holder) => total + (lastDaysKwh.get(holder) ?? 0), 0)
  if (sum <= (rules.joinSharePct / 100) * whole) return true
  return changed.length >= rules.minHolders && sum - kwh[0] - kwh[1] >= (rules.pPct / 100) * kwh[0]
}

import type { PublicationRules } from '#models/district/schema.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { Cell, CohortHolder } from './guard-shapes.ts'
import { disclosureRules, type AllRules } from './rules.ts'

/** One row of the world, where it is and what it used over the past year (kWh; NaN: not known, looked at by number only). */
export interface PlacedHolder extends CohortHolder {
  readonly zone: string
  readonly category: 'residential' | 'professional'
  readonly yearKwh: number
}

/** Zones in an order that does not change; those it may be merged with, nearest first. Without any: all others, in their order. */
export interface TreeZone { readonly id: string; readonly neighbours?: readonly string[] }

/**
 * The one tree of a carrier for a calendar year (D5): the district, zones, and in each zone homes and professionals. A zone in which a
 * category has too few holders or one that dominates the year is merged with a neighbour, the one with the fewest holders first, until
 * every zone holds or one is left: merging costs detail, suppressing costs figures. What still does not hold is left to `planQuarter`.
 * A merged zone is called by its parts, `zone:ateliers+quai`.
 *
 * @param holders rows of the world by index; a holder with points in several zones has a row in each.
 * Throws PF_DISCLOSURE_WORLD for a holder or a neighbour in a zone that is not there.
 */
export function makeTree(zones: readonly TreeZone[], holders: readonly PlacedHolder[], rules: PublicationRules): readonly Cell[] {
  const all = disclosureRules(rules)
  const rowsOf = new Map(zones.map(({ id }) => [id, [] as number[]]))
  for (const [row, { zone, holderId }] of holders.entries()) (rowsOf.get(zone) ?? unknown(zone, `of holder ${holderId}`)).push(row)
  for (const { id, neighbours = [] } of zones) for (const neighbour of neighbours) if (!rowsOf.has(neighbour)) unknown(neighbour, `beside ${id}`)
  let merged = zones.map(({ id }) => ({ zones: [id], rows: rowsOf.get(id)! })).filter(({ rows }) => rows.length > 0)
  for (;;) {
    const weak = merged.filter(({ rows }) => !holds(rows, holders, all)).sort((a, b) => a.rows.length - b.rows.length)[0]
    if (weak === undefined || merged.length === 1) break
    const beside = zones.filter(({ id }) => weak.zones.includes(id)).flatMap(({ neighbours }) => neighbours ?? [])
    const others = merged.filter((one) => one !== weak)
    const near = others.filter((one) => one.zones.some((id) => beside.includes(id)))
    const partner = (near.length > 0 ? near : others).sort((a, b) => a.rows.length - b.rows.length)[0]
    const both = { zones: zones.map(({ id }) => id).filter((id) => weak.zones.includes(id) || partner.zones.includes(id)), rows: [...weak.rows, ...partner.rows].sort((a, b) => a - b) }
    merged = merged.flatMap((one) => (one === weak ? [] : one === partner ? [both] : [one]))
  }
  const members = (rows: readonly number[]): Int32Array => Int32Array.from(rows)
  return [
    { id: 'district', parent: null, members: members([...holders.keys()]) },
    // One zone that is the district says nothing that the district does not.
    ...merged.flatMap(({ zones: ids, rows }): Cell[] => {
      const zone = merged.length === 1 ? 'district' : `zone:${ids.join('+')}`
      const categories = (['residential', 'professional'] as const).map((category) => ({ id: `${zone}/${category}`, parent: zone, members: members(rows.filter((row) => holders[row].category === category)) }))
      return [...(merged.length === 1 ? [] : [{ id: zone, parent: 'district', members: members(rows) }]), ...categories.filter((cell) => cell.members.length > 0 && cell.members.length < rows.length)]
    }),
  ]
}

function unknown(zone: string, where: string): never {
  throw new PenfeldError('PF_DISCLOSURE_WORLD', `There is no zone ${zone}.`, { where })
}

/** D3 and D4 on a year, for each category that is there; public holders count nowhere. */
function holds(rows: readonly number[], holders: readonly PlacedHolder[], rules: AllRules): boolean {
  return (['residential', 'professional'] as const).every((category) => {
    const own = rows.map((row) => holders[row]).filter((one) => one.category === category && !one.isPublic)
    if (own.length === 0) return true
    const kwhOf = new Map<string, number>()
    for (const { holderId, yearKwh } of own) kwhOf.set(holderId, (kwhOf.get(holderId) ?? 0) + (Number.isNaN(yearKwh) ? 0 : yearKwh))
    if (kwhOf.size < rules.minHolders || own.reduce((sum, { deliveryPoints }) => sum + deliveryPoints, 0) < rules.minDeliveryPoints) return false
    const [first, second = 0, ...rest] = [...kwhOf.values()].sort((a, b) => b - a)
    const others = rest.reduce((sum, kwh) => sum + kwh, 0)
    return others >= (rules.pPct / 100) * first && first <= (rules.dominancePct / 100) * (first + second + others)
  })
}

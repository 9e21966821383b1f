/** Invented districts, cut into zones and categories in several ways; always the same for the same seed. */
import type { Cell, GuardWorld, StepTable } from '#models/disclosure/guard-shapes.ts'
import { holder, logNormal, randomOf, tableOf } from '#models/disclosure/world.testkit.ts'

export const LAYOUTS = [[8, 3], [8, 2], [5, 2], [4, 2]] as const
const HOMES = 1500
const SHOPS = 110
const FIRMS = 32

export interface InventedDistrict { readonly world: GuardWorld; readonly table: StepTable }

/**
 * One month of a district: homes, shops and firms of very different size, zones of unequal weight; as many and as unequal as makes naive
 * hiding leak about as often as it was found to when the policy was written. Shops and firms are one category or two. Every zone and every category has its margin, so that it is a whole table and not only a tree.
 */
export function inventedDistrict(seed: number, zones: number, categories: number): InventedDistrict {
  const random = randomOf(seed)
  const weights = Array.from({ length: zones }, () => logNormal(random, 1, 0.7))
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  const zoneOf = (): number => {
    let left = random() * whole
    return Math.max(0, weights.findIndex((weight) => (left -= weight) < 0))
  }
  const kinds = [...new Array<number>(HOMES).fill(0), ...new Array<number>(SHOPS).fill(1), ...new Array<number>(FIRMS).fill(2)]
  const kwh = kinds.map((kind) => (kind === 0 ? logNormal(random, 200, 0.6) : kind === 1 ? logNormal(random, 800, 0.9) : logNormal(random, 4000, 1.6)))
  const placed = kinds.map((kind) => ({ zone: zoneOf(), category: Math.min(kind, categories - 1) }))
  const cell = (id: string, parent: string | null, isIn: (one: (typeof placed)[number]) => boolean): Cell => ({ id, parent, members: Int32Array.from(placed.keys().filter((row) => isIn(placed[row]))) })
  const cells = [
    cell('district', null, () => true),
    ...Array.from({ length: zones }, (_, zone) => cell(`zone:${zone}`, 'district', (one) => one.zone === zone)),
    ...Array.from({ length: categories }, (_, category) => cell(`category:${category}`, 'district', (one) => one.category === category)),
    ...Array.from({ length: zones * categories }, (_, place) => cell(`zone:${Math.floor(place / categories)}/${place % categories}`, `zone:${Math.floor(place / categories)}`, (one) => one.zone === Math.floor(place / categories) && one.category === place % categories)),
  ].filter(({ members }) => members.length > 0)
  return {
    world: { carrier: 'electricity', holders: kinds.map((_, row) => holder(`h${row}`)), cells, external: [], cohortSha256: '' },
    table: tableOf(kinds.length, '2026-01-01T00:00:00Z', 1, 1, (row) => kwh[row]),
  }
}

/**
 * As many holders as Capucins has, in five zones, in half-hours of so many winter days and of the day after them; two of the shops are
 * bakeries that work at night.
 */
export function inventedDays(seed: number, days: number): InventedDistrict & { readonly nextDay: StepTable } {
  const [homes, shops, zones] = [450, 200, 5]
  const random = randomOf(seed)
  const rows = Array.from({ length: homes + shops }, (_, row) => ({ zone: row % zones, isShop: row >= homes, isBakery: row >= homes && row < homes + 2, kw: row < homes ? logNormal(random, 0.4, 0.6) : logNormal(random, 1, 0.8) }))
  const cells: Cell[] = [{ id: 'district', parent: null, members: Int32Array.from(rows.keys()) }]
  for (let zone = 0; zone < zones; zone += 1) {
    const inZone = (isShop?: boolean): Int32Array => Int32Array.from(rows.keys().filter((row) => rows[row].zone === zone && (isShop === undefined || rows[row].isShop === isShop)))
    cells.push({ id: `zone:${zone}`, parent: 'district', members: inZone() }, { id: `zone:${zone}/residential`, parent: `zone:${zone}`, members: inZone(false) }, { id: `zone:${zone}/professional`, parent: `zone:${zone}`, members: inZone(true) })
  }
  const whole = tableOf(rows.length, '2025-11-03T00:00:00+01:00', (days + 1) * 48, 0.5, (row, step) => {
    const { isShop, isBakery, kw } = rows[row]
    const hour = (step % 48) / 2
    const shape = isBakery ? (hour < 6 ? 60 : 0.5) : isShop ? (hour >= 8 && hour < 19 ? 1.6 : 0.2) : hour >= 18 ? 2 : 0.7
    return 0.5 * kw * shape * (0.6 + 0.8 * random())
  })
  const part = (first: number, end: number): StepTable => ({ at: whole.at.slice(first, end), kwh: whole.kwh.slice(first * rows.length, end * rows.length), imputed: whole.imputed.slice(first * rows.length, end * rows.length) })
  return { table: part(0, days * 48), nextDay: part(days * 48, (days + 1) * 48), world: { carrier: 'electricity', holders: rows.map((_, row) => holder(`h${row}`, { highestKwhPerHour: 36 })), cells, external: [], cohortSha256: '' } }
}

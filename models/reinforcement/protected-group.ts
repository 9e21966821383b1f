/** Which loads may be summed and kept: enough holders, none of whom another could single out. */
import { FEWEST_HOLDERS } from './frozen-year.ts'
import type { IdentifiedPart } from './identified-year.ts'

export interface PartGroup {
  readonly id: string
  readonly parts: readonly IdentifiedPart[]
}

/** Share of the largest that the others besides the second must leave uncertain (p % rule, Handbook on Statistical Disclosure Control, Hundepool et al. 2010, chapter 4.2.1). */
const P_SHARE = 0.2

/** Distinct holders whose curve a meter told: what is declared or drawn like others tells nothing of anybody. */
export function measuredHolders(parts: readonly IdentifiedPart[]): ReadonlySet<string> {
  return new Set(parts.flatMap(({ measuredShare, holders }) => (measuredShare > 0 ? holders : [])))
}

/** At least `FEWEST_HOLDERS` measured holders, and the second largest cannot guess the yearly energy of the largest within 20 %. */
export function isProtected({ parts }: PartGroup): boolean {
  if (measuredHolders(parts).size < FEWEST_HOLDERS) return false
  const energyOf = new Map<string, number>()
  let total = 0
  for (const { holders, powerKw } of parts) {
    const energy = powerKw.reduce((sum, kw) => sum + Math.abs(kw), 0)
    total += energy
    // Of a point that changed hands nobody says whose part was which: each is taken for all of it.
    for (const holder of holders) energyOf.set(holder, (energyOf.get(holder) ?? 0) + energy)
  }
  const [first = 0, second = 0] = [...energyOf.values()].sort((a, b) => b - a)
  return total - first - second >= P_SHARE * first
}

/**
 * Class by class, merged until each group is protected or holds nothing measured: first within dwellings and within the others, then
 * over both. Undefined where not even everything together is protected.
 */
export function classGroups(parts: readonly IdentifiedPart[]): readonly PartGroup[] | undefined {
  const groups: PartGroup[] = [...Map.groupBy(parts, ({ loadClass }) => loadClass)].map(([id, own]) => ({ id, parts: own }))
  const bySize = (a: PartGroup, b: PartGroup) => measuredHolders(a.parts).size - measuredHolders(b.parts).size || (a.id < b.id ? -1 : 1)
  for (;;) {
    const open = groups.filter((group) => measuredHolders(group.parts).size > 0 && !isProtected(group)).sort(bySize)
    if (open.length === 0) return groups
    const one = open[0]!
    const others = groups.filter((group) => group !== one && measuredHolders(group.parts).size > 0)
    const alike = others.filter((group) => sectorOf(group.parts) === sectorOf(one.parts))
    const among = alike.length > 0 ? alike : others
    const other = among.filter((group) => open.includes(group)).sort(bySize)[0] ?? among.toSorted(bySize)[0]
    if (other === undefined) return undefined
    groups.splice(groups.indexOf(one), 1)
    groups.splice(groups.indexOf(other), 1, mergeClasses(one, other))
  }
}

export function mergeClasses(one: PartGroup, other: PartGroup): PartGroup {
  const parts = [...one.parts, ...other.parts]
  return { id: [...new Set(parts.map(({ loadClass }) => loadClass))].sort().join('+'), parts }
}

type Sector = 'residential' | 'professional' | 'all'
function sectorOf(parts: readonly IdentifiedPart[]): Sector {
  const residential = parts.filter(({ isResidential }) => isResidential).length
  return residential === parts.length ? 'residential' : residential === 0 ? 'professional' : 'all'
}

/** Transformer by transformer in their order, each merged with a neighbour until protected; none where not even all together are. */
export function transformerGroups(parts: readonly IdentifiedPart[]): readonly PartGroup[] {
  const groups: PartGroup[] = [...Map.groupBy(parts, ({ transformer }) => transformer)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, own]) => ({ id, parts: own }))
  for (;;) {
    const open = groups.findIndex((group) => !isProtected(group))
    if (open < 0) return groups
    if (groups.length === 1) return []
    const sizeAt = (index: number) => (groups[index] === undefined ? Infinity : groups[index].parts.length)
    mergeAt(groups, open, sizeAt(open - 1) <= sizeAt(open + 1) ? open - 1 : open + 1)
  }
}

/** Puts two groups of a list together, in the place of the first. */
export function mergeAt(groups: PartGroup[], one: number, other: number): void {
  const [first, second] = [Math.min(one, other), Math.max(one, other)]
  const [removed] = groups.splice(second, 1)
  groups[first] = { id: `${groups[first]!.id}+${removed!.id}`, parts: [...groups[first]!.parts, ...removed!.parts] }
}

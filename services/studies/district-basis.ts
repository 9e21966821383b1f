import { createHash } from 'node:crypto'
import { canonicalText, differenceOf, type DistrictDifference } from '#models/district/difference.ts'
import type { District } from '#models/district/schema.ts'

/** Parts of the document that a study reads and that name nobody: kept as they are, for a rerun and to tell a change entry by entry. */
const OPEN_PARTS = ['id', 'name', 'notice', 'timeZone', 'latitude', 'longitude', 'carriers', 'network', 'thresholds', 'growth', 'study', 'weather', 'calendar'] as const
/** Lists it reads that name people or their meters: a sum and a count are kept, which outlive nobody's erasure. */
const CLOSED_PARTS = ['sites', 'holders', 'deliveryPoints', 'devices', 'meters', 'measurementPoints', 'virtualMeters'] as const

/** What is kept of the district that a study was made from. */
export interface DistrictBasis {
  readonly open: Partial<District>
  readonly closed: Readonly<Record<string, { readonly entries: number; readonly sha256: string }>>
}

export const basisOf = (district: District): DistrictBasis => ({
  open: Object.fromEntries(OPEN_PARTS.filter((part) => district[part] !== undefined).map((part) => [part, district[part]])),
  closed: Object.fromEntries(CLOSED_PARTS.map((part) => [part, { entries: district[part].length, sha256: createHash('sha256').update(canonicalText(district[part])).digest('hex') }])),
})

/** The district with the parts that a study reads as they were then: what it is run again over. */
export function districtThen(now: District, { open }: DistrictBasis): District {
  const rest = Object.entries(now).filter(([part]) => !(OPEN_PARTS as readonly string[]).includes(part))
  return { ...Object.fromEntries(rest), ...open } as District
}

/** Entries of the open parts by their path; of the closed ones the list alone, whatever changed in it. */
export function basisDifference(before: DistrictBasis, after: DistrictBasis): DistrictDifference {
  const { added, removed, changed } = differenceOf(before.open, after.open)
  const lists = Object.keys(after.closed).filter((part) => before.closed[part]?.sha256 !== after.closed[part]!.sha256)
  return { added, removed, changed: [...changed, ...lists] }
}

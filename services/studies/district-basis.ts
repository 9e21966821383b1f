import { createHash } from 'node:crypto'
import { canonicalText, differenceOf, type DistrictDifference } from '#models/district/difference.ts'
import type { District } from '#models/district/schema.ts'

/** Parts of the document that a study reads and that name nobody: kept as they are, so that a change can be told entry by entry. */
const OPEN_PARTS = ['network', 'thresholds', 'growth', 'study', 'weather', 'calendar', 'timeZone'] as const
/** Lists it reads that name people or their meters: a sum and a count are kept, which outlive nobody's erasure. */
const CLOSED_PARTS = ['sites', 'holders', 'deliveryPoints', 'devices', 'meters', 'measurementPoints', 'virtualMeters'] as const

/** What is kept of the district a study was made from, to say later what has changed in it. */
export interface DistrictBasis {
  readonly open: Partial<District>
  readonly closed: Readonly<Record<string, { readonly entries: number; readonly sha256: string }>>
}

export const basisOf = (district: District): DistrictBasis => ({
  open: Object.fromEntries(OPEN_PARTS.filter((part) => district[part] !== undefined).map((part) => [part, district[part]])),
  closed: Object.fromEntries(CLOSED_PARTS.map((part) => [part, { entries: district[part].length, sha256: createHash('sha256').update(canonicalText(district[part])).digest('hex') }])),
})

/** Entries of the open parts by their path; of the closed ones the list alone, whatever changed in it. */
export function basisDifference(before: DistrictBasis, after: DistrictBasis): DistrictDifference {
  const { added, removed, changed } = differenceOf(before.open, after.open)
  const lists = Object.keys(after.closed).filter((part) => before.closed[part]?.sha256 !== after.closed[part]!.sha256)
  return { added, removed, changed: [...changed, ...lists] }
}

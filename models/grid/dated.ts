/** Everything that changes in life carries `validFrom` (included) and may carry `validTo` (excluded). */
export interface Dated {
  readonly validFrom: string
  readonly validTo?: string
}

/** The entry that holds at the instant (ms); the latest begun one if several overlap; undefined if none holds. */
export function validAt<T extends Dated>(entries: readonly T[], at: number): T | undefined {
  let found: T | undefined
  let foundFrom = -Infinity
  for (const entry of entries) {
    const from = Date.parse(entry.validFrom)
    const to = entry.validTo === undefined ? Infinity : Date.parse(entry.validTo)
    if (from <= at && at < to && from >= foundFrom) {
      found = entry
      foundFrom = from
    }
  }
  return found
}

/** Of what was missed lately, the part that is taken to go on. */
const GOES_ON = 0.4
const REACH_HOURS = 2
const FEWEST = 5

/** Days whose errors tell what is missed lately. */
export const BIAS_DAYS = 14

/**
 * What a forecast has missed lately at each slot of the day and is expected to miss again: the median of the errors of
 * the hours around it, held back by the part that is chance. A fit knows a change of habits only once it is refitted,
 * and then as one of many days.
 * @param shares measured less forecast of the days before, the latest last, by cell of whole days, in units of the expected size of the error; NaN where not known
 * @returns by slot, in the same unit; 0 where too little is known
 */
export function lateBias(shares: Float64Array, perDay: number): Float64Array {
  const days = shares.length / perDay
  const reach = Math.round((REACH_HOURS * perDay) / 24)
  const near = new Float64Array(days * (2 * reach + 1))
  return Float64Array.from({ length: perDay }, (_, slot) => {
    let count = 0
    for (let day = 0; day < days; day += 1) {
      for (let s = Math.max(0, slot - reach); s <= Math.min(perDay - 1, slot + reach); s += 1) {
        const share = shares[day * perDay + s]!
        if (!Number.isFinite(share)) continue
        near[count] = share
        count += 1
      }
    }
    return count < FEWEST ? 0 : GOES_ON * near.subarray(0, count).sort()[count >> 1]!
  })
}

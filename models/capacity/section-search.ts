/** Values tried in one go, as many as the load flow takes side by side. */
export const TRIALS = 8
const LADDER = 4
const RELATIVE_WIDTH = 1e-4

export interface Largest<B> {
  /** Largest value found to hold; 0 if not even 0 does. */
  readonly value: number
  /** What breaks just beyond; undefined where `most` still holds. */
  readonly breach: B | undefined
}

/**
 * Largest value in [0, most] that holds, to 0.01 % of itself, where everything below a value that holds does too.
 * @param breaches for rising values: what breaks, undefined where the value holds
 * @param smallest values below are not told from 0
 */
export function largestHolding<B>(breaches: (values: readonly number[]) => readonly (B | undefined)[], most: number, smallest = 1e-2): Largest<B> {
  // A ladder first, so that a few kilowatts are found as well as tens of megawatts.
  let trials = [0, ...Array.from({ length: TRIALS - 1 }, (_, k) => most / LADDER ** (TRIALS - 2 - k))]
  let low = 0
  let high = most
  let breach: B | undefined
  for (let round = 0; ; round += 1) {
    const found = breaches(trials)
    const first = found.findIndex((one) => one !== undefined)
    if (first >= 0) {
      high = trials[first]
      breach = found[first]
    }
    if (first !== 0) low = trials[first < 0 ? trials.length - 1 : first - 1]
    if ((round === 0 && first <= 0) || high - low <= Math.max(RELATIVE_WIDTH * low, smallest / TRIALS)) return { value: low, breach }
    trials = Array.from({ length: TRIALS }, (_, k) => low + ((k + 1) * (high - low)) / (TRIALS + 1))
  }
}

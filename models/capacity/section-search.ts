/** Values tried in one go, as many as the load flow takes side by side. */
export const TRIALS = 8
const LADDER = 4
const RELATIVE_WIDTH = 1e-4
/** First trials around an expected value, as shares of it. */
const AROUND = [0.5, 0.8, 0.9, 0.96, 1, 1.1, 1.5]

export interface Largest<B> {
  /** Largest value found to hold; 0 if not even 0 does. */
  readonly value: number
  /** What breaks just beyond; undefined where `most` still holds. */
  readonly breach: B | undefined
}

export interface SearchOptions {
  /** Where the answer probably lies: saves trials far beyond it. */
  readonly expected?: number
  /** Values below are not told from 0. */
  readonly smallest?: number
}

/**
 * Largest value in [0, most] that holds, to 0.01 % of itself, where everything below a value that holds does too.
 * @param breaches for rising values: what breaks, undefined where the value holds
 */
export function largestHolding<B>(breaches: (values: readonly number[]) => readonly (B | undefined)[], most: number, { expected = 0, smallest = 1e-2 }: SearchOptions = {}): Largest<B> {
  let low = 0
  let high = most
  let breach: B | undefined
  const narrow = (trials: readonly number[]): number => {
    const found = breaches(trials)
    const first = found.findIndex((one) => one !== undefined)
    if (first >= 0) {
      high = trials[first]
      breach = found[first]
    }
    if (first !== 0) low = trials[first < 0 ? trials.length - 1 : first - 1]
    return first
  }
  // A ladder, so that a few kilowatts are found as well as tens of megawatts.
  const ladder = Array.from({ length: TRIALS - 1 }, (_, k) => most / LADDER ** (TRIALS - 2 - k))
  const around = AROUND.map((share) => share * expected)
  const isExpected = expected > smallest && around[around.length - 1] < most
  const first = narrow([0, ...(isExpected ? around : ladder)])
  if (first === 0) return { value: 0, breach }
  if (first < 0 && isExpected && narrow(ladder.filter((value) => value > low)) < 0) return { value: most, breach }
  if (breach === undefined) return { value: most, breach }
  while (high - low > Math.max(RELATIVE_WIDTH * low, smallest / TRIALS)) narrow(Array.from({ length: TRIALS }, (_, k) => low + ((k + 1) * (high - low)) / (TRIALS + 1)))
  return { value: low, breach }
}

export interface Random {
  readonly seed: number
  /** From 0 up to but not 1. */
  next(): number
  /** A whole number from 0 up to but not `limit`. */
  below(limit: number): number
  between(from: number, to: number): number
  pick<T>(list: readonly T[]): T
}

/** Seed of this run: `PENFELD_FAULT_SEED` replays a run whose seed was printed. */
export function faultSeed(usual = 1): number {
  const text = process.env['PENFELD_FAULT_SEED']
  if (text === undefined || text === '') return usual
  const seed = Number(text)
  if (!Number.isInteger(seed)) throw new Error(`PENFELD_FAULT_SEED is "${text}", expected a whole number.`)
  return seed
}

/** The same numbers for the same seed, everywhere: mulberry32. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    seed,
    next,
    below: (limit) => Math.floor(next() * limit),
    between: (from, to) => from + next() * (to - from),
    pick: (list) => list[Math.floor(next() * list.length)],
  }
}

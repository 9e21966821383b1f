/** A withdrawal is heard so soon; in between nobody opens the file for each single value. */
const EVERY_MS = 100

/** The ledger with a head that is asked of the file ten times a second at most: collectors ask for each value they receive. */
export function seldom<T extends { headSeq(): number }>(ledger: T, everyMs = EVERY_MS, monotonicMs: () => number = () => performance.now()): T {
  let [seq, askedAt] = [0, -Infinity]
  return {
    ...ledger,
    headSeq() {
      const now = monotonicMs()
      if (now - askedAt >= everyMs) {
        seq = ledger.headSeq()
        askedAt = now
      }
      return seq
    },
  }
}

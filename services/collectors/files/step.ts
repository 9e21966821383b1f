const MINUTE_MS = 60_000
/** Steps a meter's load curve has: it may have changed between them within one file. */
const STEPS_MS: ReadonlySet<number> = new Set([5, 10, 15, 30, 60].map((minutes) => minutes * MINUTE_MS))

/**
 * The step of a curve whose file does not say it, from the distances of its rows. A row needs the one behind it: a longer
 * distance is a new step if it comes twice, and a missing row if it comes once.
 */
export class StepFinder<Row> {
  readonly #take: (row: Row, end: number, stepMs: number | undefined) => void
  #waiting: { row: Row; end: number; before: number } | undefined
  #known: number | undefined

  constructor(take: (row: Row, end: number, stepMs: number | undefined) => void) {
    this.#take = take
  }

  add(row: Row, end: number): void {
    const waiting = this.#waiting
    const distance = waiting === undefined ? NaN : Math.abs(end - waiting.end)
    if (waiting !== undefined) this.#decide(waiting, distance)
    this.#waiting = { row, end, before: distance }
  }

  end(): void {
    if (this.#waiting !== undefined) this.#decide(this.#waiting, NaN)
    this.#waiting = undefined
  }

  #decide({ row, end, before }: { row: Row; end: number; before: number }, after: number): void {
    if (before !== this.#known) {
      const isStep = STEPS_MS.has(before) && (this.#known === undefined || before === after || before < this.#known)
      if (isStep) this.#known = before
      else if (this.#known === undefined && STEPS_MS.has(after)) this.#known = after
    }
    this.#take(row, end, this.#known)
  }
}

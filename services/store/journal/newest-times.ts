/** Newest time of each point, kept over commits: asking the files for each value was nine tenths of the work of a commit. */
export class NewestTimes {
  readonly #ask: (pointId: number) => number
  /** By point; NaN: not asked yet. */
  #at = new Float64Array(1_024).fill(NaN)

  constructor(ask: (pointId: number) => number) {
    this.#ask = ask
  }

  of(pointId: number): number {
    const known = pointId < this.#at.length ? this.#at[pointId] : NaN
    if (known === known) return known
    const newest = this.#ask(pointId)
    this.set(pointId, newest)
    return newest
  }

  set(pointId: number, at: number): void {
    if (pointId >= this.#at.length) {
      const longer = new Float64Array(2 * pointId).fill(NaN)
      longer.set(this.#at)
      this.#at = longer
    }
    this.#at[pointId] = at
  }

  /** After an import, or a commit that came to nothing. */
  forget(): void {
    this.#at.fill(NaN)
  }
}

/** Loadings counted scenario by scenario: none of them is kept, so that hundreds of scenarios of a week need a few columns. */
export interface CongestionCounts {
  readonly elements: number
  readonly steps: number
  readonly thresholdsPct: readonly number[]
  /** [step][element]: scenarios with a loading. */
  readonly known: Uint32Array
  /** [step][element]: scenarios without one, because the load flow did not settle or the element is out of service. */
  readonly unknown: Uint32Array
  /** [threshold][step][element]: scenarios above it. */
  readonly above: Uint32Array
  /** [threshold][step][element]: sum over the scenarios of what lies above it, % of the rating. */
  readonly excessPct: Float64Array
}

/** @param elements line sections and transformers, in any order the caller keeps */
export function congestionCounts(elements: number, steps: number, thresholdsPct: readonly number[] = [80, 100]): CongestionCounts {
  const cells = elements * steps
  return { elements, steps, thresholdsPct, known: new Uint32Array(cells), unknown: new Uint32Array(cells), above: new Uint32Array(thresholdsPct.length * cells), excessPct: new Float64Array(thresholdsPct.length * cells) }
}

/**
 * Counts the loadings of a batch of load flows.
 * @param loadingPct [row][element], % of the rating, NaN where none was computed
 * @param stepOf step of each row; where not given row r is step r modulo the steps: whole scenarios, [scenario][step][element]
 */
export function countLoadings(counts: CongestionCounts, loadingPct: ArrayLike<number>, stepOf?: ArrayLike<number>): void {
  const { elements, steps, thresholdsPct, known, unknown, above, excessPct } = counts
  const rows = elements === 0 ? 0 : loadingPct.length / elements
  if (!Number.isInteger(rows) || (stepOf === undefined ? rows % steps !== 0 : stepOf.length !== rows)) throw new RangeError('loadings are not whole rows of elements, or not whole scenarios')
  for (let row = 0; row < rows; row += 1) {
    const first = (stepOf === undefined ? row % steps : stepOf[row]) * elements
    for (let element = 0; element < elements; element += 1) {
      const loading = loadingPct[row * elements + element]
      if (loading !== loading) {
        unknown[first + element] += 1
        continue
      }
      known[first + element] += 1
      for (let k = 0; k < thresholdsPct.length; k += 1) {
        const excess = loading - thresholdsPct[k]
        if (excess <= 0) continue
        above[k * elements * steps + first + element] += 1
        excessPct[k * elements * steps + first + element] += excess
      }
    }
  }
}

/** Adds what another thread has counted. */
export function addCounts(counts: CongestionCounts, other: CongestionCounts): void {
  for (const column of ['known', 'unknown', 'above', 'excessPct'] as const) for (let k = 0; k < counts[column].length; k += 1) counts[column][k] += other[column][k]
}

export interface Congestion {
  /** By threshold, [element][step]: share of the scenarios above it, 0 to 1; NaN where no scenario has a loading. */
  readonly probability: readonly Float32Array[]
  /** By threshold, [element][step]: mean over the scenarios of the energy above it in the step; NaN without rating. */
  readonly energyAboveKwh: readonly Float32Array[]
  /** [element][step]: share of the scenarios without a loading. A high one says that the probabilities are of the milder scenarios alone. */
  readonly unknownShare: Float32Array
}

/** @param ratingKw by element, what 100 % is in active power; NaN or not given: no energy */
export function congestion(counts: CongestionCounts, stepS: number, ratingKw?: ArrayLike<number>): Congestion {
  const { elements, steps, thresholdsPct, known, unknown, above, excessPct } = counts
  const column = (of: (element: number, cell: number) => number): Float32Array => {
    const values = new Float32Array(elements * steps)
    for (let step = 0; step < steps; step += 1) for (let element = 0; element < elements; element += 1) values[element * steps + step] = of(element, step * elements + element)
    return values
  }
  return {
    // 0 / 0 is NaN: of nothing known nothing is said.
    probability: thresholdsPct.map((_, k) => column((__, cell) => above[k * elements * steps + cell] / known[cell])),
    energyAboveKwh: thresholdsPct.map((_, k) => column((element, cell) => ((excessPct[k * elements * steps + cell] / known[cell] / 100) * (ratingKw?.[element] ?? NaN) * stepS) / 3600)),
    unknownShare: column((_, cell) => unknown[cell] / (known[cell] + unknown[cell])),
  }
}

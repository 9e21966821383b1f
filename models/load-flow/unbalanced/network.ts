/**
 * A network conductor by conductor, for what a balanced model cannot say: phases that differ, the neutral and its voltage. Physical
 * phase quantities throughout, so that every transformer ratio is real and the admittance matrix stays symmetric.
 *
 * Positive power is drawn. Conductors are a, b, c and, where the bus has one, the neutral n; a bus without a neutral conductor has its
 * neutral at earth (three-wire model, as after a Kron reduction of a neutral that is earthed everywhere).
 */
export interface UnbalancedNetwork {
  readonly frequencyHz: number
  readonly buses: readonly UnbalancedBus[]
  readonly sections: readonly UnbalancedSection[]
  readonly transformers: readonly UnbalancedTransformer[]
  readonly sources: readonly UnbalancedSource[]
  readonly loads: readonly UnbalancedLoad[]
}

export interface UnbalancedBus {
  readonly id: string
  /** Line to line. */
  readonly nominalKv: number
  /** Explicit neutral conductor; its earth resistance, 0: solidly earthed; absent: not earthed here. */
  readonly neutral?: { readonly earthOhm?: number }
}

/** Complex matrix over the conductors a, b, c and n, row by row. */
export interface ConductorMatrix {
  /** 3 or 4. */
  readonly size: number
  readonly re: Float64Array
  readonly im: Float64Array
}

export interface UnbalancedSection {
  readonly id: string
  readonly from: string
  readonly to: string
  /** Series impedance of the whole section, ohm. Four rows need a neutral at both buses. */
  readonly seriesOhm: ConductorMatrix
  /** Capacitance between conductors and earth of the whole section, microfarad, real matrix of the same size; absent: none. */
  readonly capacitanceUf?: Float64Array
}

/** `Dyn`: delta at `from`, earthed or neutral star at `to`. `YNyn`: star with earthed neutral on both sides, clock 0 or 6. */
export interface UnbalancedTransformer {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly ratedKva: number
  readonly fromKv: number
  readonly toKv: number
  readonly shortCircuitVoltagePct: number
  readonly copperLossKw: number
  readonly noLoadLossKw?: number
  readonly noLoadCurrentPct?: number
  /** Zero- over positive-sequence impedance as seen from the `to` side; absent: 1. Three-limb cores have less. */
  readonly z0OverZ1?: number
  readonly connection: 'Dyn' | 'YNyn'
  /** Hours by which the `to` side lags. */
  readonly clock: number
}

/** Balanced voltage behind an impedance; without short-circuit power it is ideal. */
export interface UnbalancedSource {
  readonly bus: string
  readonly voltagePu: number
  readonly angleRad?: number
  readonly shortCircuitMva?: number
  readonly rxRatio?: number
  readonly z0OverZ1?: number
}

export type Conductor = 'a' | 'b' | 'c' | 'n'

/** One single-phase load; a three-phase load is three of them. Its powers come with the scenarios. */
export interface UnbalancedLoad {
  readonly id: string
  readonly bus: string
  readonly from: Exclude<Conductor, 'n'>
  /** `n`: the neutral of the bus, or earth where it has none. */
  readonly to: Conductor
  /** How it follows the voltage across it: |v|^0, |v|^1, |v|^2 of the nominal one. */
  readonly kind: 'power' | 'current' | 'impedance'
}

/** Series impedance of a line from its sequence values: z_self = (z0 + 2 z1) / 3, z_mutual = (z0 - z1) / 3. Ohm of the whole section. */
export function fromSequences(r1: number, x1: number, r0: number, x0: number): ConductorMatrix {
  const fill = (own: number, other: number) => Float64Array.from({ length: 9 }, (_, k) => (k % 4 === 0 ? own : other))
  return { size: 3, re: fill((r0 + 2 * r1) / 3, (r0 - r1) / 3), im: fill((x0 + 2 * x1) / 3, (x0 - x1) / 3) }
}

/** Capacitances from sequence values, microfarad of the whole section. */
export const capacitanceFromSequences = (c1: number, c0: number): Float64Array => Float64Array.from({ length: 9 }, (_, k) => (k % 4 === 0 ? (c0 + 2 * c1) / 3 : (c0 - c1) / 3))

/** Inverse of a complex matrix by Gauss-Jordan with the largest pivot. @throws RangeError for a singular one */
export function inverse({ size, re, im }: ConductorMatrix): ConductorMatrix {
  const width = 2 * size
  const ar = new Float64Array(size * width)
  const ai = new Float64Array(size * width)
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      ar[row * width + column] = re[row * size + column]
      ai[row * width + column] = im[row * size + column]
    }
    ar[row * width + size + row] = 1
  }
  const swap = (one: number, other: number, column: Float64Array) => {
    for (let k = 0; k < width; k += 1) [column[one * width + k], column[other * width + k]] = [column[other * width + k], column[one * width + k]]
  }
  for (let pivot = 0; pivot < size; pivot += 1) {
    let best = pivot
    for (let row = pivot + 1; row < size; row += 1) if (Math.hypot(ar[row * width + pivot], ai[row * width + pivot]) > Math.hypot(ar[best * width + pivot], ai[best * width + pivot])) best = row
    if (best !== pivot) {
      swap(best, pivot, ar)
      swap(best, pivot, ai)
    }
    const at = pivot * width + pivot
    const square = ar[at] * ar[at] + ai[at] * ai[at]
    if (!(square > 0)) throw new RangeError('a conductor has no impedance')
    const dr = ar[at] / square
    const di = -ai[at] / square
    for (let k = pivot * width; k < (pivot + 1) * width; k += 1) [ar[k], ai[k]] = [ar[k] * dr - ai[k] * di, ar[k] * di + ai[k] * dr]
    for (let row = 0; row < size; row += 1) {
      if (row === pivot) continue
      const fr = ar[row * width + pivot]
      const fi = ai[row * width + pivot]
      for (let k = 0; k < width; k += 1) {
        ar[row * width + k] -= fr * ar[pivot * width + k] - fi * ai[pivot * width + k]
        ai[row * width + k] -= fr * ai[pivot * width + k] + fi * ar[pivot * width + k]
      }
    }
  }
  const cut = (from: Float64Array) => Float64Array.from({ length: size * size }, (_, k) => from[Math.floor(k / size) * width + size + (k % size)])
  return { size, re: cut(ar), im: cut(ai) }
}

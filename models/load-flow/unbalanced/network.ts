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
  readonly shunts?: readonly UnbalancedShunt[]
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
  /** Conductance between conductors and earth (dielectric losses), microsiemens, likewise. */
  readonly conductanceUs?: Float64Array
}

/**
 * Windings at `from` and `to`, as in vector groups: D delta, Y star, Z zigzag, N or n: its star point is led out. At `to` it is led to the
 * neutral of the bus (to earth where the bus has none), at `from` to earth.
 */
export type Connection = 'Dyn' | 'Yzn' | 'Dzn' | 'Yyn' | 'YNyn' | 'YNd' | 'YNy' | 'Yd' | 'Yy' | 'Dd' | 'Dy'

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
  /**
   * Zero sequence per phase, ohm of the `to` side, all that is measured between the joined phases and the star point: of Dyn, Yzn, Dzn and
   * Yyn at `to`, of YNd and YNy at `from`, of YNyn between both sides. Absent: as the positive sequence; Yyn, Yzn, Dzn and YNy need it.
   */
  readonly zeroSequenceOhm?: { readonly r: number; readonly x: number }
  readonly connection: Connection
  /** Hours by which the `to` side lags. */
  readonly clock: number
}

/** Admittance between the phases of a bus and earth, siemens: 3 rows. */
export interface UnbalancedShunt {
  readonly bus: string
  readonly admittanceS: ConductorMatrix
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

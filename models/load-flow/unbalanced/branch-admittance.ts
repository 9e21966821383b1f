/** Admittance of branches between their conductors, siemens, in physical phase quantities: real ratios, hence symmetric. */
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { inverse } from './conductor-matrix.ts'
import { type ConductorMatrix, fromSequences, type UnbalancedSection, type UnbalancedSource, type UnbalancedTransformer } from './network.ts'

/** Over the conductors of the from end, then those of the to end: [Y + C/2, -Y; -Y, Y + C/2]. @throws PenfeldError PF_GRID_INVALID for a conductor without impedance */
export function sectionAdmittance({ id, seriesOhm, capacitanceUf, conductanceUs }: UnbalancedSection, frequencyHz: number): ConductorMatrix {
  const n = seriesOhm.size
  const y = invertible(id, seriesOhm)
  const size = 2 * n
  const re = new Float64Array(size * size)
  const im = new Float64Array(size * size)
  for (let i = 0; i < n; i += 1) for (let j = 0; j < n; j += 1) {
    const halfG = (conductanceUs?.[i * n + j] ?? 0) * 0.5e-6
    const halfB = Math.PI * frequencyHz * (capacitanceUf?.[i * n + j] ?? 0) * 1e-6
    for (const [row, column, sign] of [[i, j, 1], [i + n, j + n, 1], [i, j + n, -1], [i + n, j, -1]] as const) {
      re[row * size + column] = sign * y.re[i * n + j] + (sign === 1 ? halfG : 0)
      im[row * size + column] = sign * y.im[i * n + j] + (sign === 1 ? halfB : 0)
    }
  }
  return { size, re, im }
}

/** Of a source that is not ideal, between its phases and earth. */
export function sourceAdmittance({ shortCircuitMva = Infinity, rxRatio = 0.1, z0OverZ1 = 1 }: UnbalancedSource, nominalKv: number): ConductorMatrix {
  const x1 = nominalKv * nominalKv / shortCircuitMva / Math.hypot(1, rxRatio)
  return inverse(fromSequences(x1 * rxRatio, x1, x1 * rxRatio * z0OverZ1, x1 * z0OverZ1))
}

/** Where a zero-sequence current may flow: from side to side, between one side and its star point, or nowhere. */
const ZERO_SEQUENCE = { YNyn: 'through', Dyn: 'to', Yzn: 'to', Dzn: 'to', Yyn: 'to', YNd: 'from', YNy: 'from', Yd: 'none', Yy: 'none', Dd: 'none', Dy: 'none' } as const
const ODD_CLOCK: readonly string[] = ['Dyn', 'Yzn', 'YNd', 'Yd', 'Dy']
/** The positive sequence does not tell the zero sequence of these. */
const OWN_ZERO_SEQUENCE: readonly string[] = ['Yyn', 'Yzn', 'Dzn', 'YNy']

interface Complex { readonly re: number; readonly im: number }
const reciprocal = (r: number, x: number): Complex => ({ re: r / (r * r + x * x), im: -x / (r * r + x * x) })

/**
 * Over the phases of the from end, the phases of the to end and the star point of the to end. With w the voltage of a phase of the to
 * side to its star point, k the ratio and M the turn by the clock (a real matrix, (1 / sqrt 3) (v_a - v_b) for the first phase of Dyn11):
 * i_to = y1 (w - M v / k) less its mean, i_from = -M' i_to / k, and the mean (zero sequence) as the windings let it flow. Half of the
 * magnetising admittance stands at each side, as in a pi circuit.
 * Source of the zero-sequence circuits: J. J. Grainger, W. D. Stevenson, "Power System Analysis", McGraw-Hill, 1994, ch. 11.
 * @throws PenfeldError PF_GRID_INVALID for a clock that the windings cannot have, and a zero sequence that nothing tells
 */
export function transformerAdmittance(one: UnbalancedTransformer): ConductorMatrix {
  const { ratedKva, fromKv, toKv, clock, connection, zeroSequenceOhm } = one
  if (!Number.isInteger(clock) || clock < 0 || clock > 11 || (clock % 2 === 1) !== ODD_CLOCK.includes(connection)) throw new PenfeldError('PF_GRID_INVALID', `There is no vector group ${connection}${clock}.`, { where: one.id })
  if (zeroSequenceOhm === undefined && OWN_ZERO_SEQUENCE.includes(connection)) throw new PenfeldError('PF_GRID_INVALID', `A ${connection} transformer needs its zero-sequence impedance.`, { where: one.id })
  const baseOhm = (toKv * toKv * 1000) / ratedKva
  const r = (one.copperLossKw / ratedKva) * baseOhm
  const y1 = reciprocal(r, Math.sqrt(Math.max(0, ((one.shortCircuitVoltagePct / 100) * baseOhm) ** 2 - r * r)))
  const g = (one.noLoadLossKw ?? 0) / ratedKva / baseOhm
  const half = { re: g / 2, im: -Math.sqrt(Math.max(0, ((one.noLoadCurrentPct ?? 0) / 100 / baseOhm) ** 2 - g * g)) / 2 }
  const own = zeroSequenceOhm === undefined ? undefined : reciprocal(zeroSequenceOhm.r, zeroSequenceOhm.x)
  const y0 = own ?? { re: y1.re + half.re, im: y1.im + half.im }

  const size = 7
  const re = new Float64Array(size * size)
  const im = new Float64Array(size * size)
  /** Adds y times the product of two rows: the current that the voltage `across` drives, by its turns at each node. */
  const add = (y: Complex, turns: Float64Array, across: Float64Array) => {
    for (let i = 0; i < size; i += 1) for (let j = 0; j < size; j += 1) {
      re[i * size + j] += y.re * turns[i] * across[j]
      im[i * size + j] += y.im * turns[i] * across[j]
    }
  }
  const row = (entry: (node: number) => number) => Float64Array.from({ length: size }, (_, node) => entry(node))
  const perFrom = toKv / fromKv
  const turn = (phase: number, other: number) => (2 / 3) * Math.cos((Math.PI / 6) * (clock + 4 * (phase - other)))
  for (let phase = 0; phase < 3; phase += 1) {
    const secondary = row((node) => (node < 3 || node === 6 ? 0 : Number(node - 3 === phase) - 1 / 3))
    const primary = row((node) => (node < 3 ? perFrom * turn(phase, node) : 0))
    const across = row((node) => secondary[node] - primary[node])
    add(y1, across, across)
    add(half, secondary, secondary)
    add(half, primary, primary)
  }
  // Means of the phases against the star point, of a size that makes them orthonormal to what stands above.
  const third = 1 / Math.sqrt(3)
  const star = row((node) => (node < 3 ? 0 : node === 6 ? -3 * third : third))
  const earthed = row((node) => (node < 3 ? perFrom * third : 0))
  const zero = ZERO_SEQUENCE[connection]
  if (zero === 'to') add(y0, star, star)
  if (zero === 'from') add(y0, earthed, earthed)
  if (zero === 'through') {
    const sign = clock % 4 === 0 ? 1 : -1
    const across = row((node) => star[node] - sign * earthed[node])
    add(own ?? y1, across, across)
    add(half, star, star)
    add(half, earthed, earthed)
  }
  return { size, re, im }
}

function invertible(id: string, matrix: ConductorMatrix): ConductorMatrix {
  try {
    return inverse(matrix)
  } catch {
    throw new PenfeldError('PF_GRID_INVALID', 'A conductor of the section has no impedance.', { where: id })
  }
}

import type { LoadScenarios } from '../scenarios.ts'
import type { PreparedNewton } from './prepare.ts'
import { solveBlocks } from './block-lu.ts'

/** One scenario on its way: every column by row, pu. */
export interface NewtonState {
  readonly re: Float64Array
  readonly im: Float64Array
  readonly magnitude: Float64Array
  /** Load as drawn at nominal voltage: constant power, current and impedance. */
  readonly load: readonly [LoadPart, LoadPart, LoadPart]
  /** Reactive power of a generator at its limit. */
  readonly generatedQ: Float64Array
  /** 1: a generator holds the magnitude, and its reactive power is whatever that takes. */
  readonly held: Uint8Array
  /** Power that leaves the bus into the network and its shunts. */
  readonly networkP: Float64Array
  readonly networkQ: Float64Array
  /** What is missing at the bus: 0 when solved. */
  readonly mismatchP: Float64Array
  readonly mismatchQ: Float64Array
  readonly beforeRe: Float64Array
  readonly beforeIm: Float64Array
}
interface LoadPart {
  readonly p: Float64Array
  readonly q: Float64Array
}

export function createState(size: number): NewtonState {
  const column = () => new Float64Array(size)
  const part = (): LoadPart => ({ p: column(), q: column() })
  return {
    re: column(), im: column(), magnitude: column(), load: [part(), part(), part()], generatedQ: column(), held: new Uint8Array(size),
    networkP: column(), networkQ: column(), mismatchP: column(), mismatchQ: column(), beforeRe: column(), beforeIm: column(),
  }
}

export function readLoads({ circuit, nodal }: PreparedNewton, state: NewtonState, loads: LoadScenarios, scenario: number): void {
  const scale = 1 / circuit.basePowerKva
  const offset = scenario * circuit.busCount
  const read = (into: Float64Array, from: Float64Array | undefined) => {
    for (let p = 0; p < into.length; p += 1) into[p] = from === undefined ? 0 : from[offset + nodal.bus[p]] * scale
  }
  const [power, current, impedance] = state.load
  read(power.p, loads.activeKw)
  read(power.q, loads.reactiveKvar)
  read(current.p, loads.currentKw)
  read(current.q, loads.currentKvar)
  read(impedance.p, loads.impedanceKw)
  read(impedance.q, loads.impedanceKvar)
}

/** Back to the voltage without load, every generator holding its own. */
export function startVoltages({ generatorRow, startRe, startIm }: PreparedNewton, state: NewtonState): void {
  state.re.set(startRe)
  state.im.set(startIm)
  state.generatedQ.fill(0)
  state.held.fill(0)
  for (const p of generatorRow) if (p >= 0) state.held[p] = 1
}

/**
 * Flat magnitudes, generators at theirs, and the angles that carry the active power over the reactances alone: the usual start of a
 * transmission network, whose angles are too wide for a start without any. (Without load its long lines may resonate with its
 * shunts, so that the voltage without load is no start for it.)
 */
export function startFromAngles(prepared: PreparedNewton, state: NewtonState): void {
  const { circuit, generatorRow } = prepared
  startVoltages(prepared, state)
  // Zones are turned so that all angles begin with that of the source.
  const angleRad = circuit.sources[0]?.angleRad ?? 0
  state.magnitude.fill(1)
  circuit.generators?.forEach(({ voltagePu }, generator) => { if (generatorRow[generator] >= 0) state.magnitude[generatorRow[generator]] = voltagePu })
  for (let p = 0; p < state.re.length; p += 1) {
    state.re[p] = state.magnitude[p] * Math.cos(angleRad)
    state.im[p] = state.magnitude[p] * Math.sin(angleRad)
  }
  computeMismatch(prepared, state, 0)
  writeJacobian(prepared, state)
  const { elimination, block, vector } = prepared.lu
  for (let e = 0; e < block.length; e += 4) block[e + 1] = block[e + 2] = block[e + 3] = 0
  for (let p = 0; p < state.re.length; p += 1) {
    block[4 * elimination.diagonal[p] + 3] = 1
    vector[2 * p + 1] = 0
  }
  solveBlocks(prepared.lu)
  state.beforeRe.set(state.re)
  state.beforeIm.set(state.im)
  move(prepared, state, 1)
}

/** Whole steps from a good start, as in the textbook: quick and, where it settles, at the solution that networks are run at. */
export function iterateBoldly(prepared: PreparedNewton, state: NewtonState, tolerancePu: number): number {
  for (let iteration = 0; iteration <= BOLD_ITERATIONS; iteration += 1) {
    const { settled, square } = computeMismatch(prepared, state, tolerancePu)
    if (settled) return isOperable(state) ? iteration : -1
    if (iteration === BOLD_ITERATIONS || !Number.isFinite(square)) return -1
    writeJacobian(prepared, state)
    solveBlocks(prepared.lu)
    if (Number.isNaN(largestOf(prepared.lu.vector))) return -1
    clip(prepared.lu.vector)
    state.beforeRe.set(state.re)
    state.beforeIm.set(state.im)
    move(prepared, state, 1)
  }
  return -1
}
const BOLD_ITERATIONS = 25
/** Most a single bus may be turned (rad) and stretched (ln pu) by a bold step: the linear picture of one bus must not carry off the others. */
const BOLDEST_TURN = 1
const BOLDEST_STRETCH = 0.2

function clip(step: Float64Array): void {
  for (let k = 0; k < step.length; k += 2) {
    step[k] = Math.max(-BOLDEST_TURN, Math.min(BOLDEST_TURN, step[k]))
    step[k + 1] = Math.max(-BOLDEST_STRETCH, Math.min(BOLDEST_STRETCH, step[k + 1]))
  }
}

/** Nothing is run below it: what settles there is the other root of the equations, and no state of a network. */
const LOWEST_PU = 0.4
export const isOperable = ({ magnitude }: NewtonState): boolean => magnitude.every((pu) => pu > LOWEST_PU)

/** A step may turn or stretch a voltage by no more than this (rad, ln pu): beyond it the linear picture means nothing. */
const LARGEST_STEP = 0.6
const MAX_HALVINGS = 8
/** A step must take off this part of the mismatch that the linear picture promises, or it is halved. */
const LEAST_GAIN = 1e-4

/**
 * Newton-Raphson on the power mismatch in polar coordinates, the unknowns of a bus being its angle and the logarithm of its magnitude
 * (a voltage can so not become negative), with analytic derivatives and steps halved while the mismatch grows.
 * @returns iterations used, or -1 when the mismatch of some bus did not come below the tolerance.
 * Source: W. F. Tinney, C. E. Hart, "Power flow solution by Newton's method", IEEE Trans. PAS-86 (1967).
 */
export function iterate(prepared: PreparedNewton, state: NewtonState, tolerancePu: number, maxIterations: number): number {
  let { settled, square } = computeMismatch(prepared, state, tolerancePu)
  for (let iteration = 0; ; iteration += 1) {
    if (settled) return iteration
    if (iteration === maxIterations || !Number.isFinite(square)) return -1
    writeJacobian(prepared, state)
    solveBlocks(prepared.lu)
    state.beforeRe.set(state.re)
    state.beforeIm.set(state.im)
    let step = Math.min(1, LARGEST_STEP / largestOf(prepared.lu.vector))
    if (Number.isNaN(step)) return -1
    for (let halving = 0; ; halving += 1) {
      move(prepared, state, step)
      const trial = computeMismatch(prepared, state, tolerancePu)
      if (trial.square <= square * (1 - LEAST_GAIN * step) || trial.settled) {
        ({ settled, square } = trial)
        break
      }
      if (halving === MAX_HALVINGS) return -1
      step /= 2
    }
  }
}

function largestOf(values: Float64Array): number {
  let largest = 0
  for (let k = 0; k < values.length; k += 1) {
    const size = Math.abs(values[k])
    if (size > largest) largest = size
    else if (Number.isNaN(size)) return NaN
  }
  return largest
}

/** Moves the voltages by a share of the step in `lu.vector` from where they were before it. */
function move({ lu: { vector } }: PreparedNewton, { re, im, beforeRe, beforeIm }: NewtonState, share: number): void {
  for (let p = 0; p < re.length; p += 1) {
    const stretch = Math.exp(share * vector[2 * p + 1])
    const cos = stretch * Math.cos(share * vector[2 * p])
    const sin = stretch * Math.sin(share * vector[2 * p])
    re[p] = beforeRe[p] * cos - beforeIm[p] * sin
    im[p] = beforeRe[p] * sin + beforeIm[p] * cos
  }
}

/**
 * Missing power of every bus; the missing reactive power of a held bus is its generator's and none.
 * @returns whether all of it lies below the tolerance (or the rounding of the bus, if that is larger), and the sum of squares.
 */
function computeMismatch({ nodal }: PreparedNewton, state: NewtonState, tolerancePu: number): { settled: boolean; square: number } {
  const { re, im, magnitude, load: [power, current, impedance], generatedQ, held, networkP, networkQ, mismatchP, mismatchQ } = state
  const { diagonalG, diagonalB, start, column, g, b, roundingPu, constantRe, constantIm } = nodal
  let settled = true
  let square = 0
  for (let p = 0; p < re.length; p += 1) {
    const vr = re[p]
    const vi = im[p]
    let currentRe = constantRe[p] + diagonalG[p] * vr - diagonalB[p] * vi
    let currentIm = constantIm[p] + diagonalG[p] * vi + diagonalB[p] * vr
    for (let k = start[p]; k < start[p + 1]; k += 1) {
      const far = column[k]
      currentRe += g[k] * re[far] - b[k] * im[far]
      currentIm += g[k] * im[far] + b[k] * re[far]
    }
    const m = Math.sqrt(vr * vr + vi * vi)
    magnitude[p] = m
    networkP[p] = vr * currentRe + vi * currentIm
    networkQ[p] = vi * currentRe - vr * currentIm
    const missingP = networkP[p] + power.p[p] + m * (current.p[p] + m * impedance.p[p])
    const missingQ = held[p] === 1 ? 0 : networkQ[p] + power.q[p] + m * (current.q[p] + m * impedance.q[p]) - generatedQ[p]
    mismatchP[p] = missingP
    mismatchQ[p] = missingQ
    square += missingP * missingP + missingQ * missingQ
    const allowed = roundingPu[p] > tolerancePu ? roundingPu[p] : tolerancePu
    // Written so that a NaN is a mismatch.
    if (!(Math.abs(missingP) <= allowed && Math.abs(missingQ) <= allowed)) settled = false
  }
  return { settled, square }
}

/**
 * Derivatives of the mismatch by (angle, ln magnitude), and the mismatch as the right-hand side. With t = v_i conj(y_ij v_j), the
 * block of bus j in the row of bus i is (Im t, Re t; -Re t, Im t).
 */
function writeJacobian({ nodal, lu: { elimination, block, vector } }: PreparedNewton, state: NewtonState): void {
  const { re, im, magnitude, load: [, current, impedance], held, networkP, networkQ, mismatchP, mismatchQ } = state
  const { diagonalG, diagonalB, start, column, entry, g, b } = nodal
  block.fill(0)
  for (let p = 0; p < re.length; p += 1) {
    const vr = re[p]
    const vi = im[p]
    const free = held[p] === 1 ? 0 : 1
    for (let k = start[p]; k < start[p + 1]; k += 1) {
      const far = column[k]
      const farRe = g[k] * re[far] - b[k] * im[far]
      const farIm = g[k] * im[far] + b[k] * re[far]
      const tRe = vr * farRe + vi * farIm
      const tIm = vi * farRe - vr * farIm
      const e = 4 * entry[k]
      block[e] = tIm
      block[e + 1] = tRe
      block[e + 2] = -free * tRe
      block[e + 3] = free * tIm
    }
    const m = magnitude[p]
    const tRe = m * m * diagonalG[p]
    const tIm = -m * m * diagonalB[p]
    const d = 4 * elimination.diagonal[p]
    block[d] = tIm - networkQ[p]
    block[d + 1] = tRe + networkP[p] + m * (current.p[p] + 2 * m * impedance.p[p])
    block[d + 2] = free * (networkP[p] - tRe)
    block[d + 3] = free === 0 ? 1 : tIm + networkQ[p] + m * (current.q[p] + 2 * m * impedance.q[p])
    vector[2 * p] = -mismatchP[p]
    vector[2 * p + 1] = -mismatchQ[p]
  }
}

/**
 * Clarke components: (zero, alpha, beta) of the phases of a bus by a real orthogonal matrix, so that the admittance matrix stays symmetric.
 * Conductors that are alike (a line given by its sequences, a transformer) fall apart into three single ones, and the factors of the network are nearly
 * those of three balanced ones. It is a choice of coordinates: lines of unlike conductors stay coupled and are solved just so.
 * Source: E. Clarke, "Circuit Analysis of A-C Power Systems", vol. 1, Wiley, 1943.
 */
import type { UnbalancedNetwork } from './network.ts'

/** Variables of a bus: zero, alpha, beta, neutral. */
export const VARIABLES = 4

/** v[phase] = sum of basis[phase * 3 + component] * component: 9 values. Alpha and beta are turned by the angle. */
export function phaseBasis(angleRad: number): Float64Array {
  const scale = Math.sqrt(2 / 3)
  return Float64Array.from({ length: 9 }, (_, k) => {
    const phase = angleRad + (2 * Math.PI * Math.floor(k / 3)) / 3
    const value = k % 3 === 0 ? Math.sqrt(1 / 3) : k % 3 === 1 ? scale * Math.cos(phase) : scale * Math.sin(phase)
    return Math.abs(value) < 1e-15 ? 0 : value
  })
}

/**
 * Turn of alpha and beta at each bus, rad: behind a transformer it follows the clock, so that its two sides stay apart too. A loop whose
 * clocks disagree cannot be followed all the way round; what is left couples alpha and beta there.
 */
export function basisAngles(network: UnbalancedNetwork, busIndex: ReadonlyMap<string, number>): Float64Array {
  const neighbours: { readonly bus: number; readonly turnRad: number }[][] = network.buses.map(() => [])
  const join = (from: string, to: string, turnRad: number) => {
    const [one, other] = [busIndex.get(from) as number, busIndex.get(to) as number]
    neighbours[one].push({ bus: other, turnRad })
    neighbours[other].push({ bus: one, turnRad: -turnRad })
  }
  for (const { from, to } of network.sections) join(from, to, 0)
  for (const { from, to, clock } of network.transformers) join(from, to, (clock * Math.PI) / 6)
  const angles = new Float64Array(network.buses.length).fill(NaN)
  angles.forEach((_, root) => {
    if (!Number.isNaN(angles[root])) return
    angles[root] = 0
    const waiting = [root]
    for (let bus = waiting.pop(); bus !== undefined; bus = waiting.pop()) for (const next of neighbours[bus]) {
      if (!Number.isNaN(angles[next.bus])) continue
      angles[next.bus] = angles[bus] + next.turnRad
      waiting.push(next.bus)
    }
  })
  return angles
}

/** R' Y R, where row i of R gives conductor i by its variables; what is only rounding is 0. */
export function inBasis(y: { readonly size: number; readonly re: Float64Array; readonly im: Float64Array }, basis: Float64Array): { readonly re: Float64Array; readonly im: Float64Array } {
  const { size } = y
  const turn = (values: Float64Array) => {
    const half = new Float64Array(size * size)
    const whole = new Float64Array(size * size)
    for (let i = 0; i < size; i += 1) for (let j = 0; j < size; j += 1) for (let k = 0; k < size; k += 1) half[i * size + j] += values[i * size + k] * basis[k * size + j]
    for (let i = 0; i < size; i += 1) for (let j = 0; j < size; j += 1) for (let k = 0; k < size; k += 1) whole[i * size + j] += basis[k * size + i] * half[k * size + j]
    return whole
  }
  const re = turn(y.re)
  const im = turn(y.im)
  let largest = 0
  for (let k = 0; k < re.length; k += 1) largest = Math.max(largest, Math.hypot(re[k], im[k]))
  for (let k = 0; k < re.length; k += 1) {
    if (Math.hypot(re[k], im[k]) > ROUNDING * largest) continue
    re[k] = 0
    im[k] = 0
  }
  return { re, im }
}

/** What the turn itself leaves of a zero, relative to the largest entry. */
const ROUNDING = 2e-15

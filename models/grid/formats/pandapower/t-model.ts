/**
 * pandapower's load flow takes a transformer as a T by default: half of the short-circuit impedance on each side of the
 * magnetising branch. A T with equal halves is a symmetric pi with other values: with z the series impedance and y the shunt
 * admittance of the T, the pi has z' = z + z^2 y / 4 in series and y' = y / (1 + z y / 4) in halves at its ends (star to
 * triangle). The product z y stays, which turns the change round: z = z' / (1 + z'y' / 4), y = y' (1 + z'y' / 4).
 */
import type { TwoWindingTransformer } from '../../power-network.ts'

export type Nameplate = Pick<TwoWindingTransformer, 'ratedKva' | 'shortCircuitVoltagePct' | 'copperLossKw' | 'noLoadLossKw' | 'noLoadCurrentPct'>

interface Complex {
  readonly re: number
  readonly im: number
}

/** The nameplate of the pi that is the same circuit as the T of this nameplate. */
export const piOfT = (nameplate: Nameplate): Nameplate => converted(nameplate, (z, y) => {
  const turn = onePlusQuarter(multiply(z, y))
  return { z: multiply(z, turn), y: divide(y, turn) }
})

/** The nameplate of the T that is the same circuit as the pi of this nameplate. */
export const tOfPi = (nameplate: Nameplate): Nameplate => converted(nameplate, (z, y) => {
  const turn = onePlusQuarter(multiply(z, y))
  return { z: divide(z, turn), y: multiply(y, turn) }
})

function converted(nameplate: Nameplate, change: (z: Complex, y: Complex) => { z: Complex; y: Complex }): Nameplate {
  const { ratedKva, shortCircuitVoltagePct, copperLossKw, noLoadLossKw, noLoadCurrentPct } = nameplate
  if (noLoadLossKw === 0 && noLoadCurrentPct === 0) return nameplate
  const r = copperLossKw / ratedKva
  const z = shortCircuitVoltagePct / 100
  const g = noLoadLossKw / ratedKva
  const other = change(
    { re: r, im: Math.sign(z) * Math.sqrt(Math.max(0, z * z - r * r)) },
    { re: g, im: -Math.sqrt(Math.max(0, (noLoadCurrentPct / 100) ** 2 - g * g)) },
  )
  return {
    ratedKva, shortCircuitVoltagePct: (Math.sign(z) || 1) * Math.hypot(other.z.re, other.z.im) * 100, copperLossKw: other.z.re * ratedKva,
    noLoadLossKw: other.y.re * ratedKva, noLoadCurrentPct: Math.hypot(other.y.re, other.y.im) * 100,
  }
}

const multiply = (a: Complex, b: Complex): Complex => ({ re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re })
const divide = (a: Complex, b: Complex): Complex => {
  const square = b.re * b.re + b.im * b.im
  return { re: (a.re * b.re + a.im * b.im) / square, im: (a.im * b.re - a.re * b.im) / square }
}
const onePlusQuarter = (product: Complex): Complex => ({ re: 1 + product.re / 4, im: product.im / 4 })

/**
 * A three-winding transformer as a star of three two-winding ones around an auxiliary bus, which lies at the level of winding 1.
 * The conversion is the one of Power Grid Model (user manual, "Components", Three-Winding Transformer): short-circuit values by
 * pair are brought to the rated power of winding 1, turned from a triangle into a star, and brought back to each winding; the
 * magnetising branch stands at winding 1. A leg of the star may come out negative.
 */
import type { ShortCircuit, ShortCircuitPair, ThreeWindingTransformer } from '../power-network.ts'
import { shortCircuitAtTap, tapVector, type TransformerValues } from './pi-transformer.ts'

/** Leg k joins winding k (`from`) with the auxiliary bus (`to`). */
export type StarLeg = TransformerValues & { readonly clock: number }

export function starOf(transformer: ThreeWindingTransformer): readonly [StarLeg, StarLeg, StarLeg] {
  const { windings, tap, pair12, pair13, pair23 } = transformer
  const ratedKva = windings.map((one) => one.ratedKva)
  const added = tapVector(tap)
  const kv = windings.map((one, k) => one.ratedKv * (tap?.winding === k + 1 ? added.ratio : 1))
  const at = (pair: ShortCircuitPair) => shortCircuitAtTap(pair, tap, pair.atLowestTap, pair.atHighestTap)
  const star = delta(ratedKva, at(pair12), at(pair13), at(pair23))
  const leg = (k: 0 | 1 | 2): StarLeg => {
    // A quadrature tap turns its own winding, and the lag of a winding is the lead of the auxiliary bus.
    const shiftDeg = (tap?.winding === k + 1 ? added.shiftDeg : 0) - windings[k].clock * 30
    return {
      ratedKva: ratedKva[k], fromKv: kv[k], toKv: kv[0], shortCircuitVoltagePct: star[k].voltagePct, copperLossKw: star[k].copperLossKw,
      noLoadLossKw: k === 0 ? transformer.noLoadLossKw : 0, noLoadCurrentPct: k === 0 ? transformer.noLoadCurrentPct : 0, clock: shiftDeg / 30,
    }
  }
  return [leg(0), leg(1), leg(2)]
}

/** Triangle to star: values of the pairs, each on the smaller of its two powers, to values of the legs on their own. */
function delta(ratedKva: readonly number[], pair12: ShortCircuit, pair13: ShortCircuit, pair23: ShortCircuit): readonly ShortCircuit[] {
  const [s1, s2, s3] = ratedKva
  const onFirst = (pair: ShortCircuit, a: number, b: number) => {
    const scale = s1 / Math.min(a, b)
    return { voltage: pair.voltagePct * scale, loss: pair.copperLossKw * scale * scale }
  }
  const [one2, one3, two3] = [onFirst(pair12, s1, s2), onFirst(pair13, s1, s3), onFirst(pair23, s2, s3)]
  const leg = (a: typeof one2, b: typeof one2, opposite: typeof one2, ownKva: number): ShortCircuit => {
    const scale = ownKva / s1
    return { voltagePct: ((a.voltage + b.voltage - opposite.voltage) / 2) * scale, copperLossKw: ((a.loss + b.loss - opposite.loss) / 2) * scale * scale }
  }
  return [leg(one2, one3, two3, s1), leg(one2, two3, one3, s2), leg(one3, two3, one2, s3)]
}

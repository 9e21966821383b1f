/** The branches of a district document as they are built, whatever their switches say, in the order of the grid model. */
import type { LineSection, Network, ThreeWindingTransformer, Transformer } from '#models/district/schema.ts'
import { linePi, type LineValues, type PerUnit } from './circuit/pi-line.ts'
import { type ShiftedPi, transformerPi, type TransformerValues } from './circuit/pi-transformer.ts'
import { starOf } from './circuit/three-winding.ts'
import type { ThreeWindingEnd, ThreeWindingTransformer as ThreeWindingValues } from './power-network.ts'

export interface WiredBranch {
  readonly id: string
  /** Busbar or junction; of a star its middle, by the id of the transformer. */
  readonly from: string
  readonly to: string
  /** Of the document's element: what a study takes out of service. */
  readonly element: string
  readonly pi: (fromKv: number, toKv: number, perUnit: PerUnit) => ShiftedPi
}

/**
 * A closed coupler is not fused here, so that every busbar keeps its column of a run: it has an impedance that nothing can measure
 * (0.4 milliohm at 20 kV) and that costs the load flow no digit.
 */
const COUPLER: ShiftedPi = { rPu: 0, xPu: 1e-6, gPu: 0, bPu: 0, ratio: 1, shiftDeg: 0 }

/** Line sections, transformers, couplers, then the windings of three-winding transformers (`id:1` to `id:3`). */
export function wiredBranches(network: Network): readonly WiredBranch[] {
  return [
    ...network.lineSections.map((one): WiredBranch => ({ id: one.id, from: one.from, to: one.to, element: one.id, pi: (fromKv, toKv, perUnit) => linePi(sectionValues(one), fromKv, toKv, perUnit) })),
    ...network.transformers.map((one): WiredBranch => ({
      id: one.id, from: one.hvNode, to: one.lvNode, element: one.id, pi: (fromKv, toKv, { basePowerKva }) => transformerPi(transformerValues(one), fromKv, toKv, basePowerKva),
    })),
    ...(network.busbarCouplers ?? []).map((one): WiredBranch => ({ id: one.id, from: one.from, to: one.to, element: one.id, pi: () => COUPLER })),
    ...(network.threeWindingTransformers ?? []).flatMap((one) => starOf(threeWindingValues(one)).map((leg, k): WiredBranch => ({
      id: `${one.id}:${k + 1}`, from: one.windings[k].node, to: one.id, element: one.id, pi: (fromKv, toKv, { basePowerKva }) => transformerPi(leg, fromKv, toKv, basePowerKva),
    }))),
  ]
}

/** Hours of the clock of a vector group: 11 for `Dyn11`. The LV side lags by 30 degrees an hour. */
export const clockOf = (vectorGroup: string): number => Number(/\d+$/.exec(vectorGroup)?.[0] ?? 0)

/** Parallel cables share the current: r and x are divided, the capacitance multiplied. */
export function sectionValues({ lengthKm, parallel = 1, rOhmPerKm, xOhmPerKm, cUfPerKm }: LineSection): LineValues {
  return { rOhm: (rOhmPerKm * lengthKm) / parallel, xOhm: (xOhmPerKm * lengthKm) / parallel, cUf: cUfPerKm * lengthKm * parallel }
}

/** The high side is `from`; the document gives the resistive part of the short-circuit voltage in percent. */
export function transformerValues(transformer: Transformer): TransformerValues {
  const { ratedKva, hvKv, lvKv, shortCircuitVoltagePct, shortCircuitResistivePct, noLoadLossKw, noLoadCurrentPct, vectorGroup, tap } = transformer
  return {
    ratedKva, fromKv: hvKv, toKv: lvKv, shortCircuitVoltagePct, copperLossKw: (shortCircuitResistivePct / 100) * ratedKva, noLoadLossKw, noLoadCurrentPct, clock: clockOf(vectorGroup),
    ...(tap && { tap: { side: 'from', position: tap.position, neutral: 0, lowest: tap.position, highest: tap.position, stepPct: tap.stepPct } }),
  }
}

export function threeWindingValues({ id, name, windings, pair12, pair13, pair23, noLoadLossKw, noLoadCurrentPct }: ThreeWindingTransformer): ThreeWindingValues {
  const end = (k: number): ThreeWindingEnd => ({ bus: windings[k].node, closed: true, ratedKva: windings[k].ratedKva, ratedKv: windings[k].ratedKv, clock: windings[k].clock })
  const pair = ({ voltagePct, resistivePct }: typeof pair12, a: number, b: number) => ({ voltagePct, copperLossKw: (resistivePct / 100) * Math.min(windings[a].ratedKva, windings[b].ratedKva) })
  return { id, name, windings: [end(0), end(1), end(2)], pair12: pair(pair12, 0, 1), pair13: pair(pair13, 0, 2), pair23: pair(pair23, 1, 2), noLoadLossKw, noLoadCurrentPct }
}

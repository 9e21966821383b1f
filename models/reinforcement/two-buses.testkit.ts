/** A cable and what hangs at its end: currents, losses and excess by hand. */
import type { Network } from '#models/district/schema.ts'

const since = '2020-01-01T00:00:00Z'
export const CABLE = { lengthKm: 8, rOhm: 1, xOhm: 0.8, winterA: 100 } as const

export const twoBuses = (): Network => ({
  substations: [{ id: 'PS', name: 'PS', kind: 'primary', x: 0, y: 0 }, { id: 'P', name: 'P', kind: 'secondary', x: 1, y: 0 }],
  busbars: [{ id: 'PS.MV', name: 'PS', substation: 'PS', nominalVoltageKv: 20 }, { id: 'P.MV', name: 'P', substation: 'P', nominalVoltageKv: 20 }],
  junctions: [], feeders: [{ id: 'H', name: 'H', busbar: 'PS.MV', lineSections: ['L'] }],
  lineSections: [{
    id: 'L', name: 'L', from: 'PS.MV', to: 'P.MV', cable: 'by hand', lengthKm: CABLE.lengthKm, rOhmPerKm: CABLE.rOhm / CABLE.lengthKm, xOhmPerKm: CABLE.xOhm / CABLE.lengthKm, cUfPerKm: 0,
    ratings: [{ validFrom: since, summerA: 90, winterA: CABLE.winterA }],
  }],
  transformers: [], switches: [{ id: 'B', name: 'B', kind: 'breaker', lineSection: 'L', end: 'from', remote: true, positions: [{ validFrom: since, closed: true }] }],
  sources: [{ id: 'SRC', node: 'PS.MV', voltagePu: 1, shortCircuitMva: 1e9, rxRatio: 0.1 }],
  boundaryLoads: [], winterMonths: [11, 12, 1, 2, 3], unmeteredSharePct: 0,
})

/** Voltage at the end, current and losses for a load of constant power: the larger root of U^4 + (2 (R P + X Q) - U1^2) U^2 + Z^2 S^2 = 0. */
export function byHand(activeKw: number, reactiveKvar: number): { readonly pu: number; readonly currentA: number; readonly lossesKw: number } {
  const { rOhm, xOhm } = CABLE
  const [p, q] = [activeKw / 1000, reactiveKvar / 1000]
  const half = 200 - (rOhm * p + xOhm * q)
  const square = half + Math.sqrt(half ** 2 - (rOhm ** 2 + xOhm ** 2) * (p ** 2 + q ** 2))
  const currentA = (1000 * Math.hypot(p, q)) / Math.sqrt(3 * square)
  return { pu: Math.sqrt(square) / 20, currentA, lossesKw: (3 * rOhm * currentA ** 2) / 1000 }
}

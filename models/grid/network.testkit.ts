/** Random networks for property tests: a tree of 20 kV cables and 20/0.4 kV transformers with everything a network may have. */
import fc from 'fast-check'
import { emptyPowerNetwork, type PowerNetwork, type Tap } from './power-network.ts'

const unit = fc.double({ min: 0, max: 1, noNaN: true })
const draw = fc.record({ parent: unit, a: unit, b: unit, c: unit, transformer: fc.boolean(), kind: fc.constantFrom('power' as const, 'current' as const, 'impedance' as const), tapSide: fc.constantFrom('from' as const, 'to' as const), position: fc.integer({ min: -3, max: 3 }), open: fc.boolean() })

export const randomNetworks = fc.record({
  buses: fc.array(draw, { minLength: 1, maxLength: 12 }),
  third: fc.option(draw, { nil: undefined }),
  linked: fc.boolean(), ideal: fc.boolean(), shifted: fc.boolean(),
}).map(({ buses, third, linked, ideal, shifted }): PowerNetwork => {
  const nominalKv = [20]
  const parents = buses.map((bus, k) => {
    const parent = Math.floor(bus.parent * (k + 0.999))
    nominalKv.push(nominalKv[parent] === 20 && bus.transformer ? 0.4 : nominalKv[parent])
    return parent
  })
  const tapOf = ({ position }: { position: number }): Omit<Tap, 'side'> => ({ position, neutral: 0, lowest: -3, highest: 3, stepPct: 2.5 })
  const ends = (k: number, closed = true) => ({ from: `b${parents[k]}`, to: `b${k + 1}`, fromClosed: true, toClosed: closed })
  const isTransformer = (k: number) => nominalKv[parents[k]] !== nominalKv[k + 1]
  return {
    ...emptyPowerNetwork('random'),
    buses: [...nominalKv.map((kv, k) => ({ id: `b${k}`, nominalKv: kv })), ...(third ? [{ id: 'mid', nominalKv: 10 }, { id: 'low', nominalKv: 0.4 }] : []), ...(linked ? [{ id: 'beside', nominalKv: nominalKv.at(-1) as number }] : [])],
    lines: buses.flatMap((bus, k) => (isTransformer(k) ? [] : [{ id: `line ${k}`, ...ends(k, !(bus.open && k === buses.length - 1)), rOhm: 0.001 + 0.01 * bus.a, xOhm: 0.001 + 0.01 * bus.b, cUf: 0.3 * bus.c, tanDelta: 0.001, summerA: 200 }])),
    transformers: buses.flatMap((bus, k) => (isTransformer(k) ? [{
      id: `transformer ${k}`, ...ends(k), ratedKva: 400, fromKv: 20, toKv: 0.41, shortCircuitVoltagePct: 4 + bus.a, copperLossKw: 4, noLoadLossKw: 0.4, noLoadCurrentPct: 0.5, clock: 11,
      tap: { side: bus.tapSide, ...tapOf(bus) }, atLowestTap: { voltagePct: 4, copperLossKw: 4.5 }, parallel: bus.open ? 2 : 1, impedanceFactor: 1 + bus.b / 10,
    }] : [])),
    threeWindingTransformers: third ? [{
      id: 'three', windings: [{ bus: 'b0', closed: true, ratedKva: 6000, ratedKv: 20, clock: 0 }, { bus: 'mid', closed: true, ratedKva: 4000, ratedKv: 10.5, clock: 0 }, { bus: 'low', closed: !third.open, ratedKva: 2000, ratedKv: 0.41, clock: 5 }],
      pair12: { voltagePct: 8, copperLossKw: 30, atHighestTap: { voltagePct: 9, copperLossKw: 31 } }, pair13: { voltagePct: 6, copperLossKw: 12 }, pair23: { voltagePct: 10, copperLossKw: 14 },
      noLoadLossKw: 5, noLoadCurrentPct: 0.3, tap: { winding: third.tapSide === 'from' ? 1 : 2, ...tapOf(third) },
    }] : [],
    equivalentBranches: shifted ? [{ id: 'shifter', ...ends(0), rPu: 0.001, xPu: 0.02, gPu: 0, bPu: 0.001, ratio: 1.01, shiftDeg: isTransformer(0) ? 330 : 7 }] : [],
    links: linked ? [{ id: 'link', from: `b${nominalKv.length - 1}`, to: 'beside', fromClosed: true, toClosed: !buses[0].open }] : [],
    sources: [{ id: 'source', bus: 'b0', closed: true, voltagePu: 1.02, angleDeg: 5, ...(ideal ? {} : { shortCircuitMva: 250, rxRatio: 0.1 }) }],
    loads: buses.map((bus, k) => ({ id: `load ${k}`, bus: `b${k + 1}`, closed: true, activeKw: 40 * bus.a - 5, reactiveKvar: 10 * bus.b, kind: bus.kind })),
    shunts: [{ id: 'capacitor', bus: 'b1', closed: true, activeKw: 0.1, reactiveKvar: -20 }],
    generators: shifted ? [{ id: 'generator', bus: 'b1', closed: true, activeKw: 30, voltagePu: 1.01, lowestKvar: -50, highestKvar: 50 }] : [],
  }
})

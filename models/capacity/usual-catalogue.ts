/** Cables and transformers that a study may propose where a planner gives no catalogue, with where their values come from. */
import type { Catalogue } from './remedies.ts'
import type { Source } from './source.ts'

export const CATALOGUE_SOURCES: readonly Source[] = [
  { title: 'Buried 20 kV cables, aluminium (NF C 33-226): Enedis technical reference, version 1.3', dated: 'read 2026-11', sure: 'read' },
  { title: 'Low-voltage cables NAYY, 20/0.4 kV and 110/20 kV transformers: standard types of pandapower', dated: 'read 2026-11', address: 'https://pandapower.readthedocs.io/en/latest/std_types/basic.html', sure: 'read' },
  { title: '1,000 kVA transformer: order of size after EN 50588-1, the text was not read', dated: 'read 2026-11', sure: 'usual' },
]

const mv = (cable: string, rOhmPerKm: number, xOhmPerKm: number, cUfPerKm: number, summerA: number, winterA: number) =>
  ({ cable, nominalKv: 20, rOhmPerKm, xOhmPerKm, cUfPerKm, summerA, winterA, costItemPerKm: 'mv-cable-laid-km' })
/** The standard types know one ampacity for the whole year. */
const lv = (cable: string, rOhmPerKm: number, xOhmPerKm: number, cUfPerKm: number, ampere: number) =>
  ({ cable, nominalKv: 0.4, rOhmPerKm, xOhmPerKm, cUfPerKm, summerA: ampere, winterA: ampere, costItemPerKm: 'lv-cable-laid-km' })
const transformer = (ratedKva: number, shortCircuitResistivePct: number, noLoadLossKw: number, noLoadCurrentPct: number) =>
  ({ ratedKva, shortCircuitVoltagePct: 6, shortCircuitResistivePct, noLoadLossKw, noLoadCurrentPct, costItem: `transformer-${ratedKva}-kva` })
const primary = (ratedKva: number, shortCircuitVoltagePct: number, shortCircuitResistivePct: number, noLoadLossKw: number, noLoadCurrentPct: number) =>
  ({ ratedKva, hvKv: 110, lvKv: 20, shortCircuitVoltagePct, shortCircuitResistivePct, noLoadLossKw, noLoadCurrentPct, costItem: `transformer-${ratedKva}-kva` })

export const USUAL_CATALOGUE: Catalogue = {
  cables: [
    mv('95 Al', 0.31, 0.121, 0.213, 242, 295),
    mv('150 Al', 0.196, 0.11, 0.289, 307, 377),
    mv('240 Al', 0.123, 0.1, 0.348, 404, 497),
    lv('NAYY 4x50 SE', 0.642, 0.083, 0.21, 142),
    lv('NAYY 4x150 SE', 0.208, 0.08, 0.261, 270),
  ],
  transformers: [transformer(250, 1.44, 0.8, 0.32), transformer(400, 1.425, 1.35, 0.3375), transformer(630, 1.206, 1.65, 0.2619), transformer(1000, 1.05, 1.7, 0.26)],
  primaryTransformers: [primary(40_000, 16.2, 0.34, 18, 0.05), primary(63_000, 18, 0.32, 22, 0.04)],
}

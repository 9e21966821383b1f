/** A small open ring for tests: one primary substation, two 20 kV feeders, stations in a row, LV feeders with two junctions each. */
import type { Network } from '#models/district/schema.ts'

const since = '2020-01-01T00:00:00Z'

export interface RingOptions {
  readonly stations?: number
  readonly lvFeeders?: number
  readonly boundary?: boolean
}

/** Stations P01.. in a row from feeder H1 to feeder H2; the ring is open in the middle (switch `NO`). */
export function ringNetwork({ stations = 4, lvFeeders = 2, boundary = true }: RingOptions = {}): Network {
  const name = (k: number) => `P${String(k + 1).padStart(2, '0')}`
  const mvBars = Array.from({ length: stations }, (_, k) => `${name(k)}.MV`)
  const row = ['PS.MV', ...mvBars, 'PS.MV']
  const sectionIds = row.slice(1).map((_, k) => (k === 0 ? 'H1.S1' : k === stations ? 'H2.S1' : `R${k}`))
  const mvSections = row.slice(1).map((to, k) => mvSection(sectionIds[k], k === stations ? 'PS.MV' : row[k], k === stations ? row[k] : to))
  const openAt = Math.floor(stations / 2)
  const lv = mvBars.flatMap((_, k) =>
    Array.from({ length: lvFeeders }, (__, d) => ({ station: name(k), id: `${name(k)}.D${d + 1}` })),
  )
  return {
    substations: [
      { id: 'PS', name: 'Source', kind: 'primary', x: 0, y: 0 },
      ...mvBars.map((_, k) => ({ id: name(k), name: name(k), kind: 'secondary' as const, x: k + 1, y: 0 })),
    ],
    busbars: [
      { id: 'PS.MV', name: 'PS 20 kV', substation: 'PS', nominalVoltageKv: 20 },
      ...mvBars.map((id, k) => ({ id, name: id, substation: name(k), nominalVoltageKv: 20 })),
      ...mvBars.map((_, k) => ({ id: `${name(k)}.LV`, name: `${name(k)} LV`, substation: name(k), nominalVoltageKv: 0.4 })),
    ],
    junctions: lv.flatMap(({ id }) => [1, 2].map((n) => ({ id: `${id}.J${n}`, nominalVoltageKv: 0.4 }))),
    feeders: [
      { id: 'H1', name: 'H1', busbar: 'PS.MV', lineSections: sectionIds.slice(0, openAt + 1) },
      { id: 'H2', name: 'H2', busbar: 'PS.MV', lineSections: sectionIds.slice(openAt + 1).reverse() },
      ...lv.map(({ id, station }) => ({ id, name: id, busbar: `${station}.LV`, lineSections: [`${id}.S1`, `${id}.S2`] })),
    ],
    lineSections: [
      ...mvSections,
      ...lv.flatMap(({ id, station }) => [lvSection(`${id}.S1`, `${station}.LV`, `${id}.J1`), lvSection(`${id}.S2`, `${id}.J1`, `${id}.J2`)]),
    ],
    transformers: mvBars.map((bar, k) => ({
      id: `${name(k)}.T1`, name: `${name(k)}.T1`, substation: name(k), hvNode: bar, lvNode: `${name(k)}.LV`, ratedKva: 630, hvKv: 20, lvKv: 0.41,
      shortCircuitVoltagePct: 4, shortCircuitResistivePct: 0.95, noLoadLossKw: 0.54, noLoadCurrentPct: 1, vectorGroup: 'Dyn11', ratings: [{ validFrom: since, limitPct: 100 }],
    })),
    switches: [
      { id: 'H1.B', name: 'breaker H1', kind: 'breaker', lineSection: 'H1.S1', end: 'from', remote: true, positions: [{ validFrom: since, closed: true }] },
      { id: 'H2.B', name: 'breaker H2', kind: 'breaker', lineSection: 'H2.S1', end: 'from', remote: true, positions: [{ validFrom: since, closed: true }] },
      { id: 'NO', name: 'normally open', kind: 'load-break-switch', lineSection: `R${openAt}`, end: 'to', remote: true, positions: [{ validFrom: since, closed: false }] },
    ],
    sources: [{ id: 'SRC', node: 'PS.MV', voltagePu: 1.02, shortCircuitMva: 250, rxRatio: 0.1 }],
    boundaryLoads: boundary
      ? [1, 2].map((head) => ({ id: `B${head}`, name: `rest of town ${head}`, node: head === 1 ? mvBars[0] : mvBars[stations - 1], loadClass: 'town', annualEnergyKwh: 8e6, powerFactor: 0.95 }))
      : [],
    winterMonths: [11, 12, 1, 2, 3],
    unmeteredSharePct: 2,
  }
}

const mvSection = (id: string, from: string, to: string) => ({
  id, name: id, from, to, cable: '240 Al', lengthKm: 0.6, rOhmPerKm: 0.125, xOhmPerKm: 0.11, cUfPerKm: 0.3, ratings: [{ validFrom: since, summerA: 375, winterA: 420 }],
})
const lvSection = (id: string, from: string, to: string) => ({
  id, name: id, from, to, cable: '150 Al', lengthKm: 0.08, rOhmPerKm: 0.206, xOhmPerKm: 0.08, cUfPerKm: 0, ratings: [{ validFrom: since, summerA: 270, winterA: 300 }],
})

import type { Network } from '#models/district/schema.ts'

const since = '2020-01-01T00:00:00Z'
const RINGS = 5

/**
 * A town at 20 kV: open rings from one primary busbar, switches at both ends of every section (every third station under remote
 * control), one transformer a station. With 150 stations: 301 buses, 155 sections, 150 transformers.
 */
export function townNetwork(stations: number): Network {
  const perRing = Math.ceil(stations / RINGS)
  const name = (k: number) => `P${String(k + 1).padStart(3, '0')}`
  const substations: Network['substations'] = [{ id: 'PS', name: 'PS', kind: 'primary', x: 0, y: 0 }]
  const busbars: Network['busbars'] = [{ id: 'PS.MV', name: 'PS', substation: 'PS', nominalVoltageKv: 20 }]
  const lineSections: Network['lineSections'] = []
  const transformers: Network['transformers'] = []
  const switches: Network['switches'] = []
  const feeders: Network['feeders'] = []
  for (let k = 0; k < stations; k += 1) {
    substations.push({ id: name(k), name: name(k), kind: 'secondary', x: k % perRing, y: Math.floor(k / perRing) })
    busbars.push({ id: `${name(k)}.MV`, name: name(k), substation: name(k), nominalVoltageKv: 20 }, { id: `${name(k)}.LV`, name: name(k), substation: name(k), nominalVoltageKv: 0.4 })
    transformers.push({
      id: `${name(k)}.T`, name: '', substation: name(k), hvNode: `${name(k)}.MV`, lvNode: `${name(k)}.LV`, ratedKva: 630, hvKv: 20, lvKv: 0.41, shortCircuitVoltagePct: 4,
      shortCircuitResistivePct: 0.95, noLoadLossKw: 0.54, noLoadCurrentPct: 1, vectorGroup: 'Dyn11', ratings: [{ validFrom: since, limitPct: 100 }],
    })
  }
  for (let ring = 0; ring < RINGS; ring += 1) {
    const own = Array.from({ length: Math.min(perRing, stations - ring * perRing) }, (_, k) => name(ring * perRing + k))
    const row = ['PS', ...own, 'PS']
    const openAt = Math.floor(row.length / 2) - 1
    const ids = row.slice(1).map((_, k) => `R${ring + 1}.${String(k + 1).padStart(2, '0')}`)
    ids.forEach((id, k) => {
      lineSections.push({ id, name: id, from: `${row[k]}.MV`, to: `${row[k + 1]}.MV`, cable: '240 Al', lengthKm: 0.4, rOhmPerKm: 0.125, xOhmPerKm: 0.11, cUfPerKm: 0.3, ratings: [{ validFrom: since, summerA: 375, winterA: 420 }] })
      for (const end of ['from', 'to'] as const) {
        const at = end === 'from' ? k : k + 1
        const isHead = row[at] === 'PS'
        const isOpen = k === openAt && end === 'to'
        switches.push({ id: `${id}.${end}`, name: '', kind: isHead ? 'breaker' : 'load-break-switch', lineSection: id, end, remote: isHead || isOpen || at % 3 === 0, positions: [{ validFrom: since, closed: !isOpen }] })
      }
    })
    feeders.push({ id: `F${ring + 1}A`, name: '', busbar: 'PS.MV', lineSections: ids.slice(0, openAt + 1) }, { id: `F${ring + 1}B`, name: '', busbar: 'PS.MV', lineSections: ids.slice(openAt + 1).reverse() })
  }
  return {
    substations, busbars, junctions: [], feeders, lineSections, transformers, switches, sources: [{ id: 'SRC', node: 'PS.MV', voltagePu: 1.02, shortCircuitMva: 250, rxRatio: 0.1 }],
    boundaryLoads: [], winterMonths: [11, 12, 1, 2, 3], unmeteredSharePct: 2,
  }
}

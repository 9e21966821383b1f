import type { DeliveryPoint, District, MeasurementPoint } from '#models/district/schema.ts'
import { ringNetwork } from '#models/grid/ring.testkit.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'

const since = '2020-01-01T00:00:00Z'
const local = (text: string) => ({ fr: text, en: text })

/** A ring of four stations with sixteen delivery points: half of them metered live, sensors at heads and transformers. */
export function smallDistrict(): LoadedDistrict {
  const network = ringNetwork({ boundary: false })
  const nodes = network.junctions.map(({ id }) => id)
  const deliveryPoints = nodes.map((node, i): DeliveryPoint => ({
    id: `dp${i}`, carrier: 'electricity', site: 'homes', category: i % 2 === 0 ? 'professional' : 'residential', node,
    subscribedPowerKva: 36, annualEnergyKwh: 43_800, loadClass: 'dwelling', powerFactor: 0.95, holders: [{ validFrom: since, holder: `holder${i}` }],
  }))
  const point = (id: string, on: string, more: Partial<MeasurementPoint> = {}): MeasurementPoint =>
    ({ id, carrier: 'electricity', quantity: 'active-power', unit: 'kW', kind: 'instant', stepS: 600, sign: 1, resolution: 0.001, on, ...more })
  const district: District = {
    id: 'small', name: local('small'), timeZone: 'Europe/Paris', latitude: 48, longitude: -4, carriers: ['electricity'],
    zones: [{ id: 'z', name: local('z') }], sites: [{ id: 'homes', name: 'homes', zone: 'z', kind: 'dwellings' }],
    holders: deliveryPoints.map((_, i) => ({ id: `holder${i}`, kind: 'household' })), deliveryPoints,
    sources: [], devices: [], meters: [],
    measurementPoints: [
      ...['H1', 'H2'].map((head) => point(`elec.hv.${head}.p`, head)),
      ...network.transformers.map(({ id }) => point(`elec.tr.${id}.p`, id, { end: 'lv' })),
      ...deliveryPoints.flatMap(({ id }, i) => (i % 2 === 0 ? [point(`elec.dp.${id}.p`, id), point(`elec.dp.${id}.e`, id, { quantity: 'active-energy', unit: 'kWh', kind: 'register', resolution: 0.01 })] : [])),
    ],
    virtualMeters: [{ id: 'district.power', name: local('power'), unit: 'kW', formula: "sum(select('elec.tr.*.p'))" }],
    network, weather: { source: 'none' }, tariffs: [],
    thresholds: { watchLoadingPct: 80, limitLoadingPct: 100, minVoltagePu: 0.9, maxVoltagePu: 1.1 },
    publicationRules: [{ validFrom: since, minHolders: 10, minDeliveryPoints: 10, maxHolderSharePct: 20, liveStepS: 1800, liveDelayS: 1800, liveWindowDays: 31, roundingPct: 1 }],
    growth: { fromYear: 2026, toYear: 2030, byLoadClassPct: {}, arrivals: [] },
  }
  return { district, version: 'small-1', folder: '' }
}

/** The same with a load-break switch at both ends of every medium-voltage section, so that each can be isolated by itself. */
export function switchedDistrict(): LoadedDistrict {
  const small = smallDistrict()
  const { network } = small.district
  const isMedium = new Set(network.busbars.filter(({ nominalVoltageKv }) => nominalVoltageKv > 1).map(({ id }) => id))
  const missing = network.lineSections.filter(({ from }) => isMedium.has(from)).flatMap(({ id }) => (['from', 'to'] as const).filter((end) => !network.switches.some((one) => one.lineSection === id && one.end === end))
    .map((end) => ({ id: `${id}.${end}`, name: `${id} ${end}`, kind: 'load-break-switch' as const, lineSection: id, end, remote: true, positions: [{ validFrom: since, closed: true }] })))
  return { ...small, district: { ...small.district, network: { ...network, switches: [...network.switches, ...missing] } } }
}

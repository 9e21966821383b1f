import type { District } from './schema.ts'

const validFrom = '2024-01-01T00:00:00+01:00'

/** The smallest district that has one of everything and no fault; tests change what they are about. */
export function sampleDistrict(): District {
  return {
    id: 'sample',
    name: { fr: 'Exemple', en: 'Sample' },
    timeZone: 'Europe/Paris', latitude: 48.4, longitude: -4.5,
    carriers: ['electricity', 'heat'],
    zones: [{ id: 'north', name: { fr: 'Nord', en: 'North' } }],
    sites: [{
      id: 'shop', name: 'Shop', zone: 'north', kind: 'shop', floorAreaM2: 100,
      openingHours: [{ validFrom, periods: [{ weekdays: [1, 2, 3], from: '09:00', to: '24:00' }], closedOnHolidays: true }],
    }],
    holders: [{ id: 'alice', kind: 'business', siret: '00000000100011' }, { id: 'bob', kind: 'household' }],
    deliveryPoints: [
      {
        id: 'dp1', carrier: 'electricity', site: 'shop', category: 'professional', node: 'S1.D1.J1', loadClass: 'shop',
        holders: [{ validFrom, validTo: '2025-06-01T00:00:00+02:00', holder: 'alice' }, { validFrom: '2025-06-01T00:00:00+02:00', holder: 'bob' }],
        consents: [{ validFrom, purpose: 'supervision', granularity: 'daily' }, { validFrom, purpose: 'supervision', granularity: 'load-curve' }],
      },
      { id: 'heat1', carrier: 'heat', site: 'shop', category: 'professional', loadClass: 'heat-substation', holders: [{ validFrom, holder: 'alice' }] },
    ],
    sources: [{ id: 'field', protocol: 'modbus', url: 'modbus-tcp://${FIELD_HOST:-localhost}', periodS: 5, staleAfterS: 20 }],
    devices: [{ id: 'dev1', source: 'field', profile: 'shop-meter', address: 1 }],
    meters: [
      { id: 'm1', serial: 'A1', mounted: [{ validFrom, validTo: '2025-03-01T10:00:00+01:00', on: 'dp1' }] },
      { id: 'm2', serial: 'A2', mounted: [{ validFrom: '2025-03-01T10:00:00+01:00', on: 'dp1' }] },
    ],
    measurementPoints: [
      { id: 'elec.dp.dp1.p', carrier: 'electricity', quantity: 'active-power', unit: 'kW', kind: 'instant', stepS: 600, sign: 1, resolution: 0.001, on: 'dp1', feed: { device: 'dev1', channel: 'p' } },
      { id: 'elec.dp.dp1.e', carrier: 'electricity', quantity: 'active-energy', unit: 'kWh', kind: 'register', stepS: 600, sign: 1, resolution: 0.01, on: 'dp1', meter: 'm1' },
      { id: 'elec.tr.S1.T1.p', carrier: 'electricity', quantity: 'active-power', unit: 'kW', kind: 'instant', stepS: 600, sign: 1, resolution: 0.1, on: 'S1.T1', end: 'lv' },
      { id: 'heat.heat1.power', carrier: 'heat', quantity: 'thermal-power', unit: 'kW', kind: 'interval', stepS: 600, sign: 1, resolution: 0.1, on: 'heat1' },
      { id: 'weather.temperature', carrier: 'weather', quantity: 'temperature', unit: 'degC', kind: 'instant', stepS: 600, sign: 1, resolution: 0.1, min: -40, max: 60, on: 'weather' },
    ],
    virtualMeters: [{ id: 'total', name: { fr: 'Total', en: 'Total' }, unit: 'kW', formula: "sum(select('elec.tr.*.p')) + losses" }],
    network: {
      substations: [{ id: 'PS', name: 'Primary', kind: 'primary', x: 0, y: 0 }, { id: 'S1', name: 'One', kind: 'secondary', zone: 'north', x: 0, y: 1 }],
      busbars: [
        { id: 'PS.B', name: 'PS', substation: 'PS', nominalVoltageKv: 20 },
        { id: 'S1.B20', name: 'S1', substation: 'S1', nominalVoltageKv: 20 },
        { id: 'S1.B04', name: 'S1', substation: 'S1', nominalVoltageKv: 0.4 },
      ],
      junctions: [{ id: 'S1.D1.J1', nominalVoltageKv: 0.4 }],
      feeders: [
        { id: 'F1', name: 'F1', busbar: 'PS.B', lineSections: ['R1'] },
        { id: 'S1.D1', name: 'D1', busbar: 'S1.B04', lineSections: ['S1.D1.S1'] },
      ],
      lineSections: [
        { id: 'R1', name: 'R1', from: 'PS.B', to: 'S1.B20', cable: '240 Al', lengthKm: 1, rOhmPerKm: 0.123, xOhmPerKm: 0.1, cUfPerKm: 0.348, ratings: [{ validFrom, validTo: '2025-01-01T00:00:00+01:00', summerA: 300, winterA: 350 }, { validFrom: '2025-01-01T00:00:00+01:00', summerA: 404, winterA: 497 }] },
        { id: 'S1.D1.S1', name: 'D1', from: 'S1.B04', to: 'S1.D1.J1', cable: 'NAYY 4x150', lengthKm: 0.03, rOhmPerKm: 0.208, xOhmPerKm: 0.08, cUfPerKm: 0.261, ratings: [{ validFrom, summerA: 270, winterA: 270 }] },
      ],
      transformers: [{
        id: 'S1.T1', name: 'T1', substation: 'S1', hvNode: 'S1.B20', lvNode: 'S1.B04', ratedKva: 250, hvKv: 20, lvKv: 0.4, shortCircuitVoltagePct: 6, shortCircuitResistivePct: 1.44,
        noLoadLossKw: 0.8, noLoadCurrentPct: 0.32, vectorGroup: 'Dyn11', ratings: [{ validFrom, limitPct: 100 }],
      }],
      switches: [{ id: 'R1.A', name: 'R1.A', kind: 'breaker', lineSection: 'R1', end: 'from', remote: true, positions: [{ validFrom, validTo: '2025-02-01T00:00:00Z', closed: true }, { validFrom: '2025-02-01T00:00:00Z', validTo: '2030-01-01T00:00:00Z', closed: false }, { validFrom: '2030-01-01T00:00:00Z', closed: true }] }],
      sources: [{ id: 'PS.SRC', node: 'PS.B', voltagePu: 1.02, shortCircuitMva: 250, rxRatio: 0.1 }],
      boundaryLoads: [{ id: 'town', name: 'Town', node: 'S1.B20', loadClass: 'boundary-town', annualEnergyKwh: 1000, powerFactor: 0.95 }],
      winterMonths: [12, 1, 2], unmeteredSharePct: 2,
    },
    weather: { temperaturePoint: 'weather.temperature', source: 'sample' },
    tariffs: [{ id: 'turpe-7', name: 'TURPE 7', validFrom: '2025-08-01T00:00:00+02:00', source: 'CRE 2025-78' }],
    thresholds: { watchLoadingPct: 80, limitLoadingPct: 100, minVoltagePu: 0.9, maxVoltagePu: 1.1 },
    publicationRules: [{ validFrom, minHolders: 100, minDeliveryPoints: 100, maxHolderSharePct: 5, liveStepS: 1800, liveDelayS: 1800, liveWindowDays: 31, roundingPct: 1 }],
    growth: { fromYear: 2026, toYear: 2035, byLoadClassPct: { shop: 1 }, arrivals: [] },
    constants: { losses: 2 },
  }
}

import type { District, MeasurementPoint } from '#models/district/schema.ts'

/** A street of six delivery points behind one transformer, for tests: small enough to reckon by hand. */
export function smallDistrict(): District {
  const validFrom = '2020-01-01T00:00:00+01:00'
  const name = { fr: 'essai', en: 'trial' }
  const point = (id: string, loadClass: string, annualEnergyKwh: number, more: object = {}): District['deliveryPoints'][number] =>
    ({ id, carrier: 'electricity', site: 's', category: 'professional', node: 'J2', loadClass, annualEnergyKwh, holders: [{ validFrom, holder: 'h' }], ...more })
  const measured = (id: string, on: string, quantity: MeasurementPoint['quantity'], unit: string, more: Partial<MeasurementPoint> = {}): MeasurementPoint =>
    ({ id, carrier: 'electricity', quantity, unit, kind: 'instant', stepS: 600, sign: 1, resolution: 0.001, on, ...more })
  const linky = { feed: { device: 'dev-home', channel: 'load-curve' } }
  return {
    id: 'trial', name, timeZone: 'Europe/Paris', latitude: 48.39, longitude: -4.49, carriers: ['electricity', 'production', 'heat', 'water'],
    zones: [{ id: 'z', name }],
    sites: [{ id: 's', name: 'S', zone: 'z', kind: 'shop', openingHours: [{ validFrom, closedOnHolidays: true, periods: [{ weekdays: [1, 2, 3, 4, 5, 6], from: '09:00', to: '19:00' }] }] }, { id: 'h', name: 'H', zone: 'z', kind: 'dwellings' }],
    holders: [{ id: 'h', kind: 'business' }],
    deliveryPoints: [
      point('shop', 'shop', 40_000), point('bakery', 'bakery', 90_000), point('heated', 'dwelling-electric-heating', 7_000, { site: 'h' }),
      point('home', 'dwelling', 2_500, { site: 'h', consents: [{ validFrom: '2024-01-01T00:00:00+01:00', purpose: 'p', granularity: 'load-curve' }] }),
      point('charger', 'ev-charger', 3_000, { ratedPowerKw: 7.4 }), point('lamp', 'street-light', 250),
      point('sun', 'pv', 30_000, { carrier: 'production', ratedPowerKw: 30 }), point('heat', 'heat-substation', 400_000, { carrier: 'heat', node: undefined }),
      point('water', 'water', 2_000, { carrier: 'water', node: undefined }),
    ],
    sources: [{ id: 'meters', protocol: 'files', url: 'file:x', periodS: 86_400, staleAfterS: 200_000 }],
    devices: [{ id: 'dev-home', source: 'meters', profile: 'linky-daily', address: '99000000000001' }],
    meters: [
      { id: 'm-old', serial: '1', mounted: [{ validFrom, validTo: '2026-01-14T10:30:00+01:00', on: 'shop' }] },
      { id: 'm-new', serial: '2', mounted: [{ validFrom: '2026-01-14T10:30:00+01:00', on: 'shop' }] },
    ],
    measurementPoints: [
      measured('elec.hv.F1.p', 'F1', 'active-power', 'kW'), measured('elec.tr.T1.p', 'T1', 'active-power', 'kW', { end: 'lv' }),
      measured('elec.lv.F2.p', 'F2', 'active-power', 'kW'), measured('elec.lv.F2.i', 'F2', 'current', 'A'), measured('elec.tr.T1.u', 'T1', 'voltage', 'V', { end: 'lv', resolution: 0.1 }),
      measured('elec.dp.shop.p', 'shop', 'active-power', 'kW'), measured('elec.dp.bakery.p', 'bakery', 'active-power', 'kW'),
      measured('elec.dp.shop.e', 'shop', 'active-energy', 'kWh', { kind: 'register', resolution: 0.01, meter: 'm-new' }),
      measured('elec.dp.bakery.e', 'bakery', 'active-energy', 'kWh', { kind: 'register', resolution: 0.01 }),
      measured('elec.dp.home.load', 'home', 'active-power', 'kW', { kind: 'interval', stepS: 1_800, ...linky }),
      measured('elec.dp.home.index', 'home', 'active-energy', 'kWh', { kind: 'register', stepS: 86_400, ...linky }),
      measured('elec.dp.home.max', 'home', 'apparent-power-max', 'kVA', { kind: 'interval', stepS: 86_400, ...linky }),
      measured('elec.pv.sun.p', 'sun', 'active-power', 'kW', { carrier: 'production', sign: -1 }),
      measured('elec.ev.charger.p', 'charger', 'active-power', 'kW'), measured('elec.ev.charger.state', 'charger', 'state', '1', { resolution: 1 }),
      measured('heat.heat.energy', 'heat', 'thermal-energy', 'kWh', { kind: 'register', resolution: 1 }),
      measured('water.water.volume', 'water', 'volume', 'm3', { kind: 'register', stepS: 3_600 }),
      measured('weather.temperature', 'weather', 'temperature', 'degC', { carrier: 'weather', resolution: 0.1 }),
    ],
    virtualMeters: [],
    network: {
      substations: [{ id: 'PS', name: 'PS', kind: 'primary', x: 0, y: 0 }, { id: 'P1', name: 'P1', kind: 'secondary', x: 1, y: 0 }],
      busbars: [{ id: 'B1', name: 'B1', substation: 'PS', nominalVoltageKv: 20 }, { id: 'B2', name: 'B2', substation: 'P1', nominalVoltageKv: 20 }, { id: 'B3', name: 'B3', substation: 'P1', nominalVoltageKv: 0.4 }],
      junctions: [{ id: 'J2', nominalVoltageKv: 0.4 }],
      feeders: [{ id: 'F1', name: 'F1', busbar: 'B1', lineSections: ['L1'] }, { id: 'F2', name: 'F2', busbar: 'B3', lineSections: ['L2'] }],
      lineSections: [
        { id: 'L1', name: 'L1', from: 'B1', to: 'B2', cable: '240 Al', lengthKm: 2, rOhmPerKm: 0.125, xOhmPerKm: 0.1, cUfPerKm: 0.3, ratings: [{ validFrom, summerA: 400, winterA: 450 }] },
        { id: 'L2', name: 'L2', from: 'B3', to: 'J2', cable: '150 Al', lengthKm: 0.1, rOhmPerKm: 0.2, xOhmPerKm: 0.08, cUfPerKm: 0, ratings: [{ validFrom, summerA: 250, winterA: 250 }] },
      ],
      transformers: [{ id: 'T1', name: 'T1', substation: 'P1', hvNode: 'B2', lvNode: 'B3', ratedKva: 250, hvKv: 20, lvKv: 0.4, shortCircuitVoltagePct: 4, shortCircuitResistivePct: 1.3, noLoadLossKw: 0.4, noLoadCurrentPct: 0.3, vectorGroup: 'Dyn11', ratings: [{ validFrom, limitPct: 100 }] }],
      switches: [{ id: 'S1', name: 'S1', kind: 'load-break-switch', lineSection: 'L2', end: 'from', remote: true, positions: [{ validFrom, validTo: '2026-01-15T09:00:00+01:00', closed: true }, { validFrom: '2026-01-15T09:00:00+01:00', validTo: '2026-01-15T10:00:00+01:00', closed: false }, { validFrom: '2026-01-15T10:00:00+01:00', closed: true }] }],
      sources: [{ id: 'G', node: 'B1', voltagePu: 1.02, shortCircuitMva: 250, rxRatio: 0.1 }],
      boundaryLoads: [{ id: 'town', name: 'town', node: 'B2', loadClass: 'boundary-town', annualEnergyKwh: 1_000_000, powerFactor: 0.97 }],
      winterMonths: [11, 12, 1, 2, 3], unmeteredSharePct: 2,
    },
    weather: { source: 'trial' }, tariffs: [],
    thresholds: { watchLoadingPct: 80, limitLoadingPct: 100, minVoltagePu: 0.9, maxVoltagePu: 1.1 },
    publicationRules: [{ validFrom, minHolders: 1, minDeliveryPoints: 1, maxHolderSharePct: 100, liveStepS: 1_800, liveDelayS: 1_800, liveWindowDays: 1, roundingPct: 1 }],
    growth: { fromYear: 2026, toYear: 2027, byLoadClassPct: {}, arrivals: [] },
  }
}

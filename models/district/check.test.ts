import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkDistrict } from './check.ts'
import { sampleDistrict } from './sample-district.ts'
import type { District } from './schema.ts'

const profiles = new Map([['shop-meter', new Map([['p', 'W'], ['e', 'kWh']])]])
/** Code and path of every fault after a change to a district that had none. */
function faultsAfter(change: (district: District) => void): string[] {
  const district = sampleDistrict()
  change(district)
  return checkDistrict(district, profiles).map(({ code, path }) => `${code.replace('PF_DISTRICT_', '')} ${path}`)
}

test('the sample district has no fault', () => {
  expect(checkDistrict(sampleDistrict(), profiles)).toEqual([])
})

const later = '2026-01-01T00:00:00Z'
const cases: [string, (district: District) => void, string[]][] = [
  ['a missing key', (d) => { Reflect.deleteProperty(d, 'thresholds') }, ['SCHEMA ']],
  ['an unknown key', (d) => { Object.assign(d.sites[0], { colour: 'red' }) }, ['SCHEMA /sites/0/colour']],
  ['a value that is none of the allowed ones', (d) => { d.sites[0].kind = 'castle' as never }, ['SCHEMA /sites/0/kind']],
  ['an instant without an offset', (d) => { d.tariffs[0].validFrom = '2025-08-01' }, ['SCHEMA /tariffs/0/validFrom']],
  ['a time zone that does not exist', (d) => { d.timeZone = 'Europe/Brest' }, ['SCHEMA /timeZone']],
  ['the same id twice', (d) => { d.holders[1].id = 'shop'; d.deliveryPoints[0].holders.pop() }, ['DUPLICATE_ID /holders/1/id']],
  ['a reference to nothing', (d) => { d.deliveryPoints[0].holders[1].holder = 'carol' }, ['REFERENCE /deliveryPoints/0/holders/1/holder']],
  ['a reference to something else', (d) => { d.deliveryPoints[0].site = 'north' }, ['REFERENCE /deliveryPoints/0/site']],
  ['a switch on an unknown section', (d) => { d.network.switches[0].lineSection = 'R9' }, ['REFERENCE /network/switches/0/lineSection']],
  ['a point on weather that is not weather', (d) => { d.measurementPoints[4].carrier = 'heat' }, ['REFERENCE /measurementPoints/4/on']],
  ['an inverted interval', (d) => { d.deliveryPoints[0].holders[0].validTo = '2023-01-01T00:00:00Z' }, ['INTERVAL /deliveryPoints/0/holders/0/validTo']],
  ['an empty interval', (d) => { d.meters[0].mounted[0].validTo = d.meters[0].mounted[0].validFrom }, ['INTERVAL /meters/0/mounted/0/validTo']],
  ['two holders at once', (d) => { delete d.deliveryPoints[0].holders[0].validTo }, ['OVERLAP /deliveryPoints/0/holders/1']],
  ['the same consent twice at once', (d) => { d.deliveryPoints[0].consents!.push({ validFrom: later, purpose: 'supervision', granularity: 'load-curve' }) }, ['OVERLAP /deliveryPoints/0/consents/2']],
  ['a meter mounted twice at once', (d) => { d.meters[0].mounted.push({ validFrom: '2025-02-01T00:00:00Z', on: 'heat1' }) }, ['OVERLAP /meters/0/mounted/1']],
  ['a day without a rating', (d) => { d.network.lineSections[0].ratings[1].validFrom = '2025-01-02T00:00:00+01:00' }, ['NOT_COVERED /network/lineSections/0/ratings/1/validFrom']],
  ['no rating', (d) => { d.network.transformers[0].ratings = [] }, ['SCHEMA /network/transformers/0/ratings']],
  ['a rating that ends', (d) => { d.network.transformers[0].ratings[0].validTo = later }, ['NOT_COVERED /network/transformers/0/ratings/0/validTo']],
  ['hours that end before they begin', (d) => { d.sites[0].openingHours![0].periods[0].to = '08:00' }, ['INTERVAL /sites/0/openingHours/0/periods/0']],
  ['school holidays that end before they begin', (d) => { d.calendar = { schoolHolidays: [{ name: 'noel', from: '2025-12-20', to: '2025-01-04' }] } }, ['INTERVAL /calendar/schoolHolidays/0/to']],
  ['an event on a day that does not exist', (d) => { d.calendar = { events: [{ name: 'fest', from: '2026-02-28', to: '2026-02-30' }] } }, ['INTERVAL /calendar/events/0']],
  ['an event at an instant instead of a day', (d) => { d.calendar = { events: [{ name: 'fest', from: '2026-07-10T00:00:00Z', to: '2026-07-12' }] } }, ['SCHEMA /calendar/events/0/from']],
  ['an unknown list of days', (d) => { d.calendar = { closings: [] } as never }, ['SCHEMA /calendar/closings']],
  ['a unit that does not fit', (d) => { d.measurementPoints[0].unit = 'kVA' }, ['UNIT /measurementPoints/0/unit', 'UNIT /measurementPoints/0/unit']],
  ['a unit that is not known', (d) => { d.measurementPoints[3].unit = 'BTU' }, ['UNIT /measurementPoints/3/unit']],
  ['a register of power', (d) => { d.measurementPoints[0].kind = 'register' }, ['MISFIT /measurementPoints/0/kind']],
  ['an amount of an instant', (d) => { d.measurementPoints[1].kind = 'instant' }, ['MISFIT /measurementPoints/1/kind']],
  ['a step that does not divide the day', (d) => { d.measurementPoints[3].stepS = 700 }, ['MISFIT /measurementPoints/3/stepS']],
  ['an end the element does not have', (d) => { d.measurementPoints[2].end = 'from' }, ['MISFIT /measurementPoints/2/end']],
  ['another carrier than its delivery point', (d) => { d.measurementPoints[3].on = 'dp1' }, ['MISFIT /measurementPoints/3/carrier']],
  ['an unknown channel', (d) => { d.measurementPoints[0].feed!.channel = 'power' }, ['CHANNEL_UNKNOWN /measurementPoints/0/feed/channel']],
  ['an unknown profile', (d) => { d.devices[0].profile = 'none' }, ['CHANNEL_UNKNOWN /devices/0/profile']],
  ['a channel of another quantity', (d) => { d.measurementPoints[0].feed!.channel = 'e' }, ['UNIT /measurementPoints/0/unit']],
  ['a formula with an unknown name', (d) => { d.virtualMeters[0].formula = 'sum(losess)' }, ['FORMULA /virtualMeters/0/formula']],
  ['a section between two voltages', (d) => { d.network.junctions[0].nominalVoltageKv = 20 }, ['MISFIT /network/lineSections/1']],
  ['a transformer on the wrong busbar', (d) => { d.network.transformers[0].hvNode = 'S1.B04' }, ['MISFIT /network/transformers/0/hvKv', 'DISCONNECTED /network/busbars/2', 'DISCONNECTED /network/junctions/0']],
  ['a busbar no source reaches', (d) => { d.network.lineSections[0].to = 'PS.B'; d.network.feeders[0].lineSections = ['R1'] }, ['MISFIT /network/lineSections/0/to', 'DISCONNECTED /network/busbars/1', 'DISCONNECTED /network/busbars/2', 'DISCONNECTED /network/junctions/0']],
  ['a section in two feeders', (d) => { d.network.feeders[1].lineSections = ['R1'] }, ['MISFIT /network/feeders/1/lineSections/0', 'MISFIT /network/feeders/1/lineSections/0']],
  ['a weather forecast of a point that holds none', (d) => { d.weather.temperatureForecastPoint = 'weather.temperature' }, ['MISFIT /weather/temperatureForecastPoint']],
  ['forecasts as what is observed', (d) => { d.measurementPoints[4].forecastHours = 48 }, ['MISFIT /weather/temperaturePoint']],
  ['a temperature as irradiance, of nobody', (d) => { d.weather.irradiancePoint = 'weather.temperature'; d.weather.irradianceForecastPoint = 'weather.sun' }, ['REFERENCE /weather/irradianceForecastPoint', 'MISFIT /weather/irradiancePoint']],
  ['electricity without a node', (d) => { delete d.deliveryPoints[0].node }, ['MISFIT /deliveryPoints/0']],
]

/** Elements that a small district does not have. */
function withMoreElements(d: District): void {
  const validFrom = '2024-01-01T00:00:00Z'
  d.network.busbars.push({ id: 'PS.B2', name: 'PS', substation: 'PS', nominalVoltageKv: 20 }, { id: 'PS.HV', name: 'PS', substation: 'PS', nominalVoltageKv: 63 })
  d.network.busbarCouplers = [{ id: 'PS.C', name: 'C', from: 'PS.B', to: 'PS.B2', remote: false, operatingTimeS: 900, positions: [{ validFrom, closed: false }] }]
  const winding = (node: string, ratedKv: number, clock: number) => ({ node, ratedKva: 1000, ratedKv, clock })
  const pair = { voltagePct: 8, resistivePct: 0.5 }
  d.network.threeWindingTransformers = [{ id: 'PS.T', name: 'T', substation: 'PS', windings: [winding('PS.HV', 63, 0), winding('PS.B', 21, 11), winding('S1.B20', 21, 11)], pair12: pair, pair13: pair, pair23: pair, noLoadLossKw: 1, noLoadCurrentPct: 0.2 }]
  d.network.transformers[0].tap = { position: 0, stepPct: 2.5 }
  d.network.tapChangers = [{ id: 'S1.R', transformer: 'S1.T1', regulatedNode: 'S1.B04', lowest: -2, highest: 2, settings: [{ validFrom, setPointPu: 1, deadBandPu: 0.02, firstDelayS: 60, nextDelayS: 10 }] }]
  d.network.shunts = [{ id: 'S1.K', name: 'K', node: 'S1.B20', reactiveKvar: -100, positions: [{ validFrom, closed: true }] }]
  d.network.inverterControls = [{ id: 'pv.inverter', deliveryPoint: 'dp1', ratedKva: 6, rules: [{ validFrom, qOfU: [{ voltagePu: 0.95, reactiveShare: -0.4 }, { voltagePu: 1.05, reactiveShare: 0.4 }] }] }]
}
const moreCases: [string, (district: District) => void, string[]][] = [
  ['nothing in couplers, three-winding transformers, tap changers, shunts and inverter rules that are right', () => {}, []],
  ['names of nothing in them', (d) => { d.network.busbarCouplers![0].to = 'S1.D1.J1'; d.network.tapChangers![0].transformer = 'R1'; d.network.shunts![0].node = 'none'; d.network.inverterControls![0].deliveryPoint = 'none' },
    ['REFERENCE /network/busbarCouplers/0/to', 'REFERENCE /network/tapChangers/0/transformer', 'REFERENCE /network/shunts/0/node', 'REFERENCE /network/inverterControls/0/deliveryPoint', 'MISFIT /network/busbarCouplers/0', 'DISCONNECTED /network/busbars/3']],
  ['windings for another voltage, a clock of the first winding, more resistance than impedance',
    (d) => { const t = d.network.threeWindingTransformers![0]; t.windings[0].ratedKv = 90; t.windings[0].clock = 1; t.pair23 = { voltagePct: 1, resistivePct: 2 } },
    ['MISFIT /network/threeWindingTransformers/0/windings/0/ratedKv', 'MISFIT /network/threeWindingTransformers/0/windings/0/clock', 'MISFIT /network/threeWindingTransformers/0/pair23/resistivePct']],
  ['a tap changer without a tap', (d) => { delete d.network.transformers[0].tap }, ['MISFIT /network/tapChangers/0/transformer']],
  ['a tap outside of its range', (d) => { d.network.transformers[0].tap!.position = 3 }, ['MISFIT /network/tapChangers/0/lowest']],
  ['an inverter rule of both kinds, and a curve that falls back', (d) => { const [rule] = d.network.inverterControls![0].rules; rule.cosPhi = { value: 0.9, underexcited: true }; rule.qOfU![1].voltagePu = 0.9 }, ['MISFIT /network/inverterControls/0/rules/0', 'MISFIT /network/inverterControls/0/rules/0/qOfU']],
  ['a coupler whose position ends', (d) => { d.network.busbarCouplers![0].positions[0].validTo = later }, ['NOT_COVERED /network/busbarCouplers/0/positions/0/validTo']],
]

describe('finds', () => {
  test.each(moreCases)('%s', (_, change, expected) => {
    expect(faultsAfter((d) => { withMoreElements(d); change(d) })).toEqual(expected)
  })

  test.each(cases)('%s', (_, change, expected) => {
    expect(faultsAfter(change)).toEqual(expected)
  })
})

test('all faults come at once, each with what to do', () => {
  // Changes that do not touch the same entry can be made together.
  const together = ['an unknown key', 'a reference to nothing', 'a unit that is not known', 'a formula with an unknown name', 'a rating that ends']
  const chosen = cases.filter(([name]) => together.includes(name))
  const found = faultsAfter((district) => { for (const [, change] of chosen) change(district) })
  expect(found.sort()).toEqual(chosen.flatMap(([, , expected]) => expected).sort())
  const district = sampleDistrict()
  for (const [, change] of chosen) change(district)
  for (const { message, remedy } of checkDistrict(district)) {
    expect(message.length).toBeGreaterThan(10)
    expect(remedy.length).toBeGreaterThan(10)
  }
})

test('says which spelling was probably meant', () => {
  const district = sampleDistrict()
  district.deliveryPoints[0].node = 'S1.D1.j1'
  expect(checkDistrict(district)[0].remedy).toContain('"S1.D1.J1"')
})

test('never throws, whatever the document is', () => {
  const valid = JSON.stringify(sampleDistrict())
  const paths = [...valid.matchAll(/"(\w+)":/g)].map(([, key]) => key)
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(...paths), fc.nat(40), (replacement, key, occurrence) => {
    let seen = 0
    const document: unknown = JSON.parse(valid, (name, value: unknown) => (name === key && seen++ === occurrence ? replacement : value))
    for (const { path } of checkDistrict(document)) expect(path === '' || path.startsWith('/')).toBe(true)
  }), { numRuns: 300 })
  fc.assert(fc.property(fc.jsonValue(), (document) => { expect(checkDistrict(document).length).toBeGreaterThan(0) }), { numRuns: 50 })
})

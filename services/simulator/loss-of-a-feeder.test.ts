import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { District } from '#models/district/schema.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import { loadMeasuredCurves } from './curves.ts'
import { createTruth } from './truth/truth.ts'

/**
 * What the demonstration is made for: in a cold week one feeder of the ring can just carry the other. Solved by the field's
 * own physics, with the breaker of the second head open and the ring closed at its open point.
 */
const LOST_HEAD = 'R17.B'
const OPEN_POINT = 'R09.B'
const COLD_WEEK = Date.parse('2026-02-22T12:00:00Z')
const DAY_MS = 86_400_000

/** The document's growth carried out on energies and arrivals: what the field would be at the end of a year. */
function grown(district: District, year: number): District {
  const { byLoadClassPct, arrivals, fromYear } = district.growth
  const factor = (loadClass: string) => (1 + (byLoadClassPct[loadClass] ?? 0) / 100) ** (year - fromYear)
  const more = <T extends { loadClass: string; annualEnergyKwh?: number }>(one: T): T => (one.annualEnergyKwh === undefined ? one : { ...one, annualEnergyKwh: one.annualEnergyKwh * factor(one.loadClass) })
  const site = district.sites[0].id
  return {
    ...district,
    deliveryPoints: [
      ...district.deliveryPoints.map(more),
      // Of an arrival the document knows the peak: 3,000 hours of it make a year.
      ...arrivals.filter(({ at }) => new Date(at).getUTCFullYear() <= year).map(({ node, peakKw, loadClass }, index) => ({
        id: `arrival-${index}`, carrier: 'electricity' as const, site, category: 'enterprise' as const, node, loadClass, annualEnergyKwh: peakKw * 3_000, ratedPowerKw: peakKw, holders: [],
      })),
    ],
    network: { ...district.network, boundaryLoads: district.network.boundaryLoads.map(more) },
  }
}

function switched({ network, ...district }: District, positions: Readonly<Record<string, boolean>>): District {
  return { ...district, network: { ...network, switches: network.switches.map((one) => (one.id in positions ? { ...one, positions: [{ validFrom: '2020-01-01T00:00:00Z', closed: positions[one.id] }] } : one)) } }
}

test('after the loss of the other feeder in a cold week the head section reaches 85 to 95 % of its winter rating', async () => {
  const { district } = await loadDistrict(join(import.meta.dirname, '../../fixtures/districts/capucins'), process.env)
  const curves = loadMeasuredCurves()
  const whole = createTruth(district, curves)
  const lost = createTruth(switched(district, { [LOST_HEAD]: false, [OPEN_POINT]: true }), curves)
  const head = lost.network.lineSections.get('R01')!
  let peakA = 0
  let wholePeakA = 0
  let lowestPu = Infinity
  for (let day = 0; day < 7; day++) {
    const { flow } = lost.at(COLD_WEEK + day * DAY_MS)
    const before = whole.at(COLD_WEEK + day * DAY_MS).flow
    for (let step = 0; step < flow.steps; step++) {
      peakA = Math.max(peakA, flow.fromA[head * flow.steps + step])
      wholePeakA = Math.max(wholePeakA, before.fromA[head * flow.steps + step])
    }
    for (const bus of lost.network.buses.values()) for (let step = 0; step < flow.steps; step++) lowestPu = Math.min(lowestPu, flow.voltagePu[bus * flow.steps + step])
  }
  const loadingPct = (100 * peakA) / district.network.lineSections.find(({ id }) => id === 'R01')!.ratings[0].winterA
  expect(loadingPct).toBeGreaterThanOrEqual(85)
  expect(loadingPct).toBeLessThanOrEqual(95)
  // Every bus is still fed, and the head alone carries clearly more than before.
  expect(lowestPu).toBeGreaterThan(0.9)
  expect(peakA).toBeGreaterThan(1.5 * wholePeakA)
})

test('with the growth of the document a section of the ring and two transformers are too small before 2035', async () => {
  const { district } = await loadDistrict(join(import.meta.dirname, '../../fixtures/districts/capucins'), process.env)
  const curves = loadMeasuredCurves()
  const peaks = (at2034: boolean) => {
    const one = at2034 ? grown(district, 2034) : district
    const normal = createTruth(one, curves)
    const lost = createTruth(switched(one, { [LOST_HEAD]: false, [OPEN_POINT]: true }), curves)
    const loadingPct = new Map<string, number>()
    const note = (id: string, pct: number) => loadingPct.set(id, Math.max(pct, loadingPct.get(id) ?? 0))
    for (let day = 0; day < 7; day++) {
      const [{ flow }, { flow: alone }] = [normal.at(COLD_WEEK + day * DAY_MS), lost.at(COLD_WEEK + day * DAY_MS)]
      for (const { id, ratedKva, ratings } of district.network.transformers) {
        const place = normal.network.transformers.get(id)! * flow.steps
        for (let step = 0; step < flow.steps; step++) note(id, (1e4 * Math.hypot(flow.fromKw[place + step], flow.fromKvar[place + step])) / (ratedKva * ratings[0].limitPct))
      }
      for (const { id, ratings } of district.network.lineSections.filter((section) => /^R\d/.test(section.id))) {
        const place = lost.network.lineSections.get(id)! * alone.steps
        for (let step = 0; step < alone.steps; step++) note(id, (100 * alone.fromA[place + step]) / ratings[0].winterA)
      }
    }
    return [...loadingPct].filter(([, pct]) => pct > 100).map(([id]) => id)
  }
  expect(peaks(false)).toEqual([])
  const tooSmall = peaks(true)
  expect(tooSmall.filter((id) => id.startsWith('R')).length).toBeGreaterThanOrEqual(1)
  expect(tooSmall.filter((id) => id.endsWith('.T1')).length).toBeGreaterThanOrEqual(2)
})

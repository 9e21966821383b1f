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

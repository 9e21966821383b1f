import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { PublicationRules } from '#models/district/schema.ts'
import { highsSolver } from '#services/compute/highs.ts'
import { energyReleases } from './energy-releases.ts'
import type { PublisherParts } from './freeze-quarter.ts'
import { publishEnergies } from './publish-energies.ts'
import { openReleaseStore } from './release-store.ts'
import type { PublicationSource } from './source.ts'

const HOUR = 3_600_000
const APRIL = Date.parse('2026-03-31T22:00:00Z')
const BEGIN = Date.parse('2025-11-30T23:00:00Z')
const JOINS = Date.parse('2026-02-14T23:00:00Z')
const few = { minHolders: 5, minDeliveryPoints: 5, monthlyMinPoints: 5, dailyMinPoints: 5, dayWindowMinPoints: 50, monthWindowMinPoints: 50, pPct: 1, intervalPct: 1 }
const rules: PublicationRules = { validFrom: '2020-01-01T00:00:00Z', minHolders: 5, minDeliveryPoints: 5, maxHolderSharePct: 50, liveStepS: 1800, liveDelayS: 1800, liveWindowDays: 31, roundingPct: 0.001, disclosure: few }

/** Twelve homes of 1 kW, and from February on one of 5 kW; everybody uses twice as much on Sundays. */
const homes = Array.from({ length: 12 }, (_, i) => `home${i}`)
const source: PublicationSource = {
  unitOf: () => 'kWh',
  holders: async (_carrier, at) => [...homes, ...(at >= JOINS ? ['large'] : [])].map((id) => ({ holderId: id, isPublic: false, deliveryPoints: [{ id, zone: 'z', category: 'residential', highestKwhPerHour: 9, isLarge: false }] })),
  async energies(_carrier, points, from, to) {
    const at = Float64Array.from({ length: (to - from) / HOUR }, (_, i) => from + i * HOUR)
    const kwhOf = (id: string, time: number) => (time < (id === 'large' ? JOINS : BEGIN) ? NaN : (id === 'large' ? 5 : 1) * (new Date(time + 2 * HOUR).getUTCDay() === 0 ? 2 : 1))
    return { at, energies: Float64Array.from([...at].flatMap((time) => points.map((id) => kwhOf(id, time)))) }
  },
  tenures: (id) => [{ holderId: id, from: id === 'large' ? JOINS : 0, to: Infinity }],
}

test('somebody large who joins waits for the quarter, and then the energy waits and an index goes on', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-border-'))
  const releases = openReleaseStore(join(place, 'releases.sqlite'))
  const parts: PublisherParts = { source, zones: ['z'], timeZone: 'Europe/Paris', districtVersion: 'v', distance: () => 1, rulesAt: () => rules, solver: await highsSolver() }
  const now = APRIL + 14 * 24 * HOUR
  for (let isMore = true; isMore; ) ({ isMore } = await publishEnergies({ releases, timeZone: 'Europe/Paris', decide: (task) => energyReleases(parts, task), keep: async () => undefined }, 'electricity', now))
  const days = await releases.between('energy-daily', APRIL - 3 * 24 * HOUR, now)
  const district = days.map(({ body }) => body.cells.find(({ cell }) => cell === 'district')!)
  // Sunday (of 23 hours) to Tuesday: twelve homes, though the large one is there.
  expect(district.slice(0, 3).map(({ energy, index }) => [energy && Math.round(energy), index])).toEqual([[552, null], [288, null], [288, null]])
  expect(district.slice(3).every(({ energy }) => energy === null)).toBe(true)
  // A weekday and a Sunday against a mean day of the week before, which had a Sunday of 23 hours.
  const meanDay = (6 * 24 + 46) / 7
  expect(Math.abs(district[3]!.index! - (100 * 24) / meanDay)).toBeLessThan(1)
  expect(Math.abs(district[7]!.index! - (100 * 48) / meanDay)).toBeLessThan(1)
  expect(releases.quarters.quarter('electricity', APRIL)!.plan.held).toContainEqual({ cell: 'district', step: 'daily', reason: 'changed-members' })
  await releases.close()
  rmSync(place, { recursive: true })
})

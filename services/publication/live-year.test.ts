import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decideLive, rulesInForce } from '#models/disclosure/live-rules.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import { evaluationPlan } from '#services/evaluation/plan.ts'
import { createField } from '#services/simulator/field.ts'
import { sumByHolder } from './live-release.ts'

const { district } = await loadDistrict(join(import.meta.dirname, '../../fixtures/districts/capucins'), {})
const plan = evaluationPlan(district)
const field = createField(district)
const STEP_MS = 1_800_000
const SLOT_MS = 600_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const meanKw = (pointId: string, at: number): number => {
  const point = field.find(pointId)!
  const values = [0, 1, 2].map((slot) => field.valueAt(point, at + slot * SLOT_MS)).filter((value) => !Number.isNaN(value))
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The step of `at` by what is measured live: the curves of dwellings come the next day, so their contracts speak for them. */
function outcome(at: number, timesOfClass: Readonly<Record<string, number>> = {}): string {
  const measuredKw = Float64Array.from(plan.loads, ({ power, deliveryPoint }) => (power?.kind === 'instant' ? meanKw(power.pointName, at) * (timesOfClass[deliveryPoint.loadClass] ?? 1) : NaN))
  const meanPowerKw = district.network.transformers.reduce((sum, { id }) => sum + meanKw(`elec.tr.${id}.p`, at), 0)
  const decision = decideLive(
    { at, now: at + 2 * STEP_MS, meanPowerKw, coverage: 1, firmImportKw: NaN, yearlyMeanKw: 1_000, ...sumByHolder({ district, plan }, at, measuredKw) },
    rulesInForce(district.publicationRules, at),
  )
  return decision.publish ? 'published' : decision.reason
}

test('over a year the live figure of the demonstration district is published in nearly every step', () => {
  const first = Date.parse('2025-10-26T22:00:00Z')
  const outcomes: string[] = []
  for (let week = 0; week < 52; week += 1) {
    // One day a week, each weekday in turn, at four times six hours apart that move through the day.
    const start = first + (week * 7 + (week % 7)) * DAY_MS + (week % 12) * STEP_MS
    for (let quarter = 0; quarter < 4; quarter += 1) outcomes.push(outcome(start + quarter * 6 * HOUR_MS))
  }
  const withheld = outcomes.filter((one) => one !== 'published')
  expect(withheld.length / outcomes.length, withheld.join(', ')).toBeLessThanOrEqual(0.05)
})

test('a supermarket four times as large would be withheld at night', () => {
  expect(outcome(Date.parse('2026-06-10T03:00:00Z'), { supermarket: 4 })).toBe('dominant-holder')
})

import { expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { memoryStore } from './memory-store.testkit.ts'
import { appendNamed } from './named-columns.ts'
import { smallDistrict } from './small-district.testkit.ts'
import { validate, validatedName, validatedPoints } from './validate.ts'

const STEP = 600_000
const FROM = Date.parse('2026-01-13T23:00:00Z')
const TO = FROM + 144 * STEP
const NAME = 'elec.dp.dp0.e'
const timeZone = 'Europe/Paris'

/** A register that counts 1 kWh a step, give or take a tenth. */
const reading = (step: number) => 5000 + step + (step % 2) / 10
const WHOLE = 144
/** It with its silences. */
async function registerStore(silent: (step: number) => boolean) {
  const store = memoryStore()
  const [id] = await store.register([NAME])
  const steps = Array.from({ length: 146 }, (_, step) => step).filter((step) => !silent(step))
  await store.importSeries(id!, {
    at: Float64Array.from(steps, (step) => FROM + step * STEP), values: Float64Array.from(steps, reading), quality: new Uint8Array(steps.length),
  }, { recordedAt: TO, source: 'buildings' })
  return store
}
const points = validatedPoints(smallDistrict().district)

test('registers become energies, a silence keeps its energy and is marked, and doing it again writes nothing', async () => {
  const measured = await registerStore((step) => step >= 50 && step < 58)
  const derived = memoryStore()
  const first = await validate(measured, derived, points, timeZone, FROM, TO)
  expect(first.columns.names).toEqual([validatedName(NAME)])
  expect(first.columns.values.reduce((a, b) => a + b)).toBeCloseTo(WHOLE, 9)
  expect([...first.columns.quality].filter((code) => code === QUALITY.substituted)).toHaveLength(9)
  expect(first.substituted).toBe(9)
  expect(first.findings).toMatchObject([{
    point: NAME, group: 'steps',
    findings: [{ kind: 'missing', from: FROM + 49 * STEP, to: FROM + 58 * STEP, evidence: { steps: 9, hours: 1.5, filled: 9, linear: 1, keepsTotal: 1 } }],
    days: [{ day: FROM, steps: 144, measured: 135, uncertain: 0, substituted: 9, missing: 0 }],
  }])

  await appendNamed(derived, first.columns, 'validate', TO)
  const again = await validate(measured, derived, points, timeZone, FROM, TO)
  expect(again.columns.at).toHaveLength(0)

  // The lost readings arrive: exactly the substituted steps are replaced.
  const [id] = await measured.lookup([NAME])
  const late = Array.from({ length: 8 }, (_, i) => 50 + i)
  await measured.importSeries(id!, { at: Float64Array.from(late, (step) => FROM + step * STEP), values: Float64Array.from(late, reading), quality: new Uint8Array(8) }, { recordedAt: TO + STEP, source: 'buildings' })
  const mended = await validate(measured, derived, points, timeZone, FROM, TO)
  expect([...mended.columns.quality]).toEqual(new Array(9).fill(QUALITY.measured))
})

test('only registers read at least hourly and powers of intervals are validated, with the limits of their contract', () => {
  expect(points.map(({ point }) => point.id)).toContain(NAME)
  expect(points.every(({ point }) => point.kind !== 'instant')).toBe(true)
  expect(points[0]!.rules).toMatchObject({ maxPerHour: 54, meterChanges: [] })
})

test('an interval power above what the contract allows is substituted, and its fault is counted', async () => {
  const [point] = points.filter(({ point: { kind } }) => kind === 'register')
  const interval = { ...point!, rules: undefined, point: { ...point!.point, kind: 'interval' as const, quantity: 'active-power' as const, unit: 'kW' } }
  const measured = memoryStore()
  const [id] = await measured.register([NAME])
  const values = Float64Array.from({ length: 146 }, (_, step) => (step === 70 ? 5_000 : 6 + (step % 3)))
  await measured.importSeries(id!, { at: Float64Array.from(values, (_, step) => FROM + step * STEP), values, quality: new Uint8Array(146) }, { recordedAt: TO, source: 'buildings' })
  const { columns, faults, substituted } = await validate(measured, memoryStore(), [interval], timeZone, FROM, TO)
  expect([faults, substituted]).toEqual([{ 'above-limit': 1 }, 1])
  expect(columns.quality[70]).toBe(QUALITY.substituted)
  expect(columns.values[70]).toBeLessThan(2)
})

test('a value that is missing now does not keep what was made of it before', async () => {
  const measured = await registerStore(() => false)
  const derived = memoryStore()
  await appendNamed(derived, (await validate(measured, derived, points, timeZone, FROM, TO)).columns, 'validate', TO)
  const [id] = await measured.lookup([NAME])
  const badFrom = async (step: number, count: number) => {
    const at = Float64Array.from({ length: count }, (_, i) => FROM + (step + i) * STEP)
    await measured.append({ pointIds: new Int32Array(count).fill(id!), at, values: at.map((_, i) => reading(step + i)), quality: new Uint8Array(count).fill(QUALITY.bad) }, { recordedAt: TO, source: 'person:1', reason: 'test' })
  }
  // Two hours and more without an alike day: nothing can be filled.
  await badFrom(40, 20)
  const { columns } = await validate(measured, derived, points, timeZone, FROM, TO)
  expect([...columns.quality]).toEqual(new Array(21).fill(QUALITY.missing))
  expect(columns.values.every(Number.isNaN)).toBe(true)
  await appendNamed(derived, columns, 'validate', TO)
  expect((await validate(measured, derived, points, timeZone, FROM, TO)).columns.at).toHaveLength(0)
})

test('a lost day of a load curve takes the shape of alike days and the energy that the register of its meter tells', async () => {
  const [point] = points.filter(({ point: { kind } }) => kind === 'register')
  const curve = { ...point!.point, id: 'curve', kind: 'interval' as const, quantity: 'active-power' as const, unit: 'kW' }
  const register = { ...point!.point, id: 'index', stepS: 86_400, resolution: 1 }
  const measured = memoryStore()
  const derived = memoryStore()
  const from = FROM - 14 * 144 * STEP
  const ids = await measured.register(['curve', 'index'])
  const steps = Array.from({ length: 16 * 144 }, (_, i) => i).filter((i) => Math.floor(i / 144) !== 14)
  await measured.importSeries(ids[0]!, { at: Float64Array.from(steps, (i) => from + i * STEP), values: Float64Array.from(steps, (i) => (i % 144 > 60 ? 9 : 3)), quality: new Uint8Array(steps.length) }, { recordedAt: TO, source: 'files' })
  await measured.importSeries(ids[1]!, { at: Float64Array.of(FROM, TO), values: Float64Array.of(7000, 7200), quality: new Uint8Array(2) }, { recordedAt: TO, source: 'files' })
  const lost = [{ point: curve, rules: undefined, steps: { maxPerStep: Infinity, neverNegative: true }, register }]
  await appendNamed(derived, (await validate(measured, derived, lost, timeZone, from, FROM)).columns, 'validate', TO)
  const { columns, findings } = await validate(measured, derived, lost, timeZone, FROM, TO + 144 * STEP)
  const filled = columns.values.subarray(0, 144)
  expect([...columns.quality.subarray(0, 144)]).toEqual(new Array(144).fill(QUALITY.substituted))
  expect(filled.reduce((sum, kwh) => sum + kwh, 0)).toBeCloseTo(200, 6)
  expect(filled[100]! / filled[10]!).toBeCloseTo(3, 6)
  expect(findings[0]!.findings.filter(({ kind }) => kind === 'missing')).toMatchObject([{ evidence: { steps: 144, linear: 0, keepsTotal: 1, expectedErrorPct: 0 } }])
})

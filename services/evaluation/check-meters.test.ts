import { expect, test } from 'vitest'
import { localDayStart } from '#models/units/local-time.ts'
import type { MeasurementPoint } from '#models/district/schema.ts'
import { checkMeters } from './check-meters.ts'
import { memoryStore } from './memory-store.testkit.ts'
import { smallDistrict } from './small-district.testkit.ts'
import { validatedName, validatedPoints } from './validate.ts'

const HALF_HOUR = 1_800_000
const DAY = 48 * HALF_HOUR
const timeZone = 'Europe/Paris'
const TO = localDayStart(Date.parse('2026-02-10T12:00:00Z'), timeZone)
const FROM = TO - 35 * DAY

const curve = (on: string): MeasurementPoint => ({ id: `${on}.load`, carrier: 'electricity', quantity: 'active-power', unit: 'kW', kind: 'interval', stepS: 1800, sign: 1, resolution: 0.001, on, meter: `m-${on}`, feed: { device: `dev-${on}`, channel: 'load' } })
const register = (on: string): MeasurementPoint => ({ ...curve(on), id: `${on}.index`, quantity: 'active-energy', unit: 'kWh', kind: 'register', stepS: 86_400, resolution: 1 })
const small = smallDistrict().district
const district = { ...small, measurementPoints: ['dp0', 'dp2', 'dp4'].flatMap((on) => [curve(on), register(on)]) }

/** kWh of each half hour: three sites of other size and other hours. */
const use = (on: string, step: number): number => {
  const slot = step % 48
  const noise = ((step * 7919) % 101) / 1000
  return noise + (on === 'dp0' ? (slot > 16 && slot < 40 ? 4 : 0.5) : on === 'dp2' ? (slot < 12 || slot > 42 ? 2 : 0.3) : slot > 22 && slot < 30 ? 1.5 : 0.8)
}

async function stores(change: (on: string, step: number, value: number) => number, shown = (_: string, __: number, kwh: number) => kwh) {
  const [measured, derived] = [memoryStore(), memoryStore()]
  const at = Float64Array.from({ length: 35 * 48 }, (_, step) => FROM + step * HALF_HOUR)
  for (const on of ['dp0', 'dp2', 'dp4']) {
    const values = at.map((_, step) => change(on, step, use(on, step)))
    const [id] = await derived.register([validatedName(`${on}.load`)])
    await derived.importSeries(id!, { at, values, quality: new Uint8Array(at.length) }, { recordedAt: TO, source: 'job:validate' })
    let total = 40_000
    const readings = Array.from({ length: 36 }, (_, day) => {
      if (day > 0) total += shown(on, day - 1, values.subarray((day - 1) * 48, day * 48).reduce((sum, kwh) => sum + kwh, 0))
      return Math.floor(total)
    })
    const [index] = await measured.register([`${on}.index`])
    await measured.importSeries(index!, { at: Float64Array.from(readings, (_, day) => FROM + day * DAY), values: Float64Array.from(readings), quality: new Uint8Array(36) }, { recordedAt: TO, source: 'files' })
  }
  return { measured, derived, district, points: validatedPoints(district), clockSpeed: 1 }
}
const found = async (parts: Awaited<ReturnType<typeof stores>>) => (await checkMeters(parts, TO)).flatMap(({ point, findings }) => findings.map((one) => [point, one.kind, one.other ?? null, (one.from - FROM) / DAY] as const))

test('three meters that do what they always do give rise to nothing, and each point is reported so that old findings go', async () => {
  const parts = await stores((_, __, value) => value)
  expect(await found(parts)).toEqual([])
  expect((await checkMeters(parts, TO)).map(({ point, group }) => [point, group])).toEqual([['dp0.load', 'habits'], ['dp2.load', 'habits'], ['dp4.load', 'habits']])
})

test('two exchanged meters name each other from their day on; a register that rises more than its curve is told by the day', async () => {
  const swapped = { dp0: 'dp2', dp2: 'dp0', dp4: 'dp4' } as Record<string, string>
  const exchanged = await stores((on, step, value) => (step >= 31 * 48 ? use(swapped[on]!, step) : value))
  expect(await found(exchanged)).toEqual([['dp0.load', 'swapped', 'dp2.load', 31], ['dp2.load', 'swapped', 'dp0.load', 31]])
  const lost = await stores((_, __, value) => value, (on, day, kwh) => (on === 'dp4' && day === 32 ? kwh + 9 : kwh))
  expect(await found(lost)).toEqual([['dp4.load', 'sum-check', null, 32]])
})

test('a curve that comes an hour late, and a meter that stopped', async () => {
  const late = await stores((on, step, value) => (on === 'dp0' && step >= 30 * 48 ? use(on, step - 2) : value))
  expect(await found(late)).toEqual([['dp0.load', 'shifted', null, 30]])
  const stopped = await stores((on, step, value) => (on === 'dp2' && step >= 33 * 48 ? 0 : value))
  expect(await found(stopped)).toEqual([['dp2.load', 'stopped', null, 33]])
})

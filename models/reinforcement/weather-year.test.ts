import { describe, expect, test } from 'vitest'
import type { StudyWeather } from '#models/district/schema-study.ts'
import { cambridge } from '#models/forecast/cambridge.testkit.ts'
import { sampleYear } from './base-year.testkit.ts'
import { SPELL_2018_C, spellAnomalies } from './cold-spell.ts'
import { weatherYear } from './weather-year.ts'

const base = sampleYear()
const weather = (more: Partial<StudyWeather>): StudyWeather => ({ id: 'w', name: { fr: 'n', en: 'n' }, probability: 1, kind: 'measured', source: 'test', ...more })
const daily = (temperatureC: Float64Array) => Array.from({ length: 364 }, (_, day) => {
  const own = temperatureC.filter((_, hour) => base.localDay[hour] === day)
  return own.reduce((sum, value) => sum + value, 0) / own.length
})
const spell = (coldSpell: StudyWeather['coldSpell']) => weather({ kind: 'cold-spell', coldSpell })

test('measured and shifted', () => {
  const measured = weatherYear(base, weather({}))
  expect(measured.temperatureC).toEqual(base.temperatureC)
  // 11 degC on average, 8 colder in the middle of winter.
  expect([measured.meanC, measured.coldestDayC].map((value) => Number(value.toFixed(1)))).toEqual([11, 3])
  const colder = weatherYear(base, weather({ kind: 'shifted', shiftC: -2 }))
  expect([colder.meanC, colder.coldestDayC].map((value) => Number(value.toFixed(1)))).toEqual([9, 1])
  expect(colder.note).toBe('As measured, every hour 2 degC colder.')
})

describe('a cold spell', () => {
  const made = weatherYear(base, spell({ returnYears: 10, days: 5, coldestDayC: -8 }))
  const changed = daily(made.temperatureC).flatMap((mean, day) => (Math.abs(mean - daily(base.temperatureC)[day]!) > 1e-9 ? [{ day, mean }] : []))

  test('has as many days, its coldest as cold as was asked for, in the order of the spell of 2018', () => {
    expect(made.coldestDayC).toBeCloseTo(-8, 9)
    expect(changed.map(({ mean }) => Number(mean.toFixed(6)))).toEqual([-4.8, -5.9, -8, -7.4, -5.8])
  })
  test('its coldest day is a working day of winter, and the hours keep their shape', () => {
    const hour = base.localDay.indexOf(changed[2]!.day)
    expect([base.dayType[hour], base.month[hour]]).toEqual([0, 1])
    expect(made.temperatureC[hour + 15]! - made.temperatureC[hour + 3]!).toBeCloseTo(base.temperatureC[hour + 15]! - base.temperatureC[hour + 3]!, 9)
  })
  test('never makes a day warmer', () => {
    const mild = weatherYear(base, spell({ returnYears: 10, days: 5, coldestDayC: 4 }))
    mild.temperatureC.forEach((value, hour) => expect(value).toBeLessThanOrEqual(base.temperatureC[hour]!))
    expect(mild.note).toContain('The measured year had a colder day')
  })
  test('without a coldest day: of the winters that are stored, else that of 2018', () => {
    const winters = 12
    const firstDay = Math.floor(Date.parse('2010-07-01T00:00:00Z') / 86_400_000)
    // The coldest day of the winters is -2, -3, -4 and again; one in ten is somewhat colder than the middle one.
    const temperatureC = Float64Array.from({ length: winters * 365 }, (_, day) => (day % 365 === 200 ? -2 - (Math.floor(day / 365) % 3) : 8))
    const stored = weatherYear(base, spell({ returnYears: 10, days: 5 }), { firstDay, temperatureC })
    expect(stored.coldestDayC).toBeGreaterThan(-5.2)
    expect(stored.coldestDayC).toBeLessThan(-3.8)
    expect(stored.note).toContain('one winter in 10 by the 12 winters that are stored')
    const alone = weatherYear(base, spell({ returnYears: 10, days: 5 }))
    expect(alone.coldestDayC).toBeCloseTo(-4.6, 9)
    expect(alone.note).toContain('too few winters')
  })
})

test('the table of the spell is what the recorded hours say', () => {
  const { of, from } = cambridge()
  const temperatureC = of('temperature')
  const start = (Date.parse('2018-02-22T00:00:00Z') - from) / 3_600_000
  const means = SPELL_2018_C.map((_, day) => temperatureC.slice(start + 24 * day, start + 24 * day + 24).reduce((sum, value) => sum + value, 0) / 24)
  means.forEach((mean, day) => expect(Math.abs(mean - SPELL_2018_C[day]!)).toBeLessThanOrEqual(0.051))
})

test('anomalies begin at the coldest stretch, and a longer spell is drawn out with its coldest day in it', () => {
  expect([...spellAnomalies(1)]).toEqual([0])
  expect([...spellAnomalies(3)].map((value) => Number(value.toFixed(1)))).toEqual([2.1, 0, 0.6])
  for (const days of [13, 20, 30]) {
    const drawn = spellAnomalies(days)
    expect(drawn).toHaveLength(days)
    expect(Math.min(...drawn)).toBe(0)
  }
})

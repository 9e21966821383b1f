import { describe, expect, it } from 'vitest'
import { makeFormat } from './format.ts'

const fr = makeFormat('fr')
const en = makeFormat('en')

describe('numbers with units', () => {
  it('keeps number and unit on one line with a narrow no-break space in French', () => {
    expect(fr.power(1488)).toBe('1\u202f488\u202fkW')
    expect(fr.percent(62.4)).toBe('62\u202f%')
    expect(en.percent(62.4)).toBe('62%')
  })
  it('shows one decimal below 100 kW and none above', () => {
    expect(fr.power(18.04)).toBe('18,0\u202fkW')
    expect(fr.power(99.96)).toBe('100\u202fkW')
    expect(en.power(-3.25)).toBe('-3.3\u202fkW')
  })
  it('writes a missing value as a dash, never as zero', () => {
    for (const value of [null, undefined, NaN]) {
      expect(fr.power(value)).toBe('–')
      expect(fr.signed(value, 'A')).toBe('–')
    }
  })
  it('writes units as people do', () => {
    expect(fr.unit(54.2, 'degC', 1)).toBe('54,2\u202f°C')
    expect(fr.unit(1, '1')).toBe('1')
  })
  it('gives money in the size that reads best', () => {
    expect([840, 46_200, 1_138_500, -1_138_500, 999_600].map(fr.money)).toEqual(['840\u202f€', '46\u202fk€', '1,14\u202fM€', '−1,14\u202fM€', '1,00\u202fM€'])
    expect(fr.money(null)).toBe('–')
  })
  it('leaves no minus sign on a rounded zero', () => {
    expect(fr.number(-0.3)).toBe('0')
    expect(fr.signed(-0.3, 'A')).toBe('0\u202fA')
  })
  it('signs a margin on both sides', () => {
    expect(fr.signed(41, 'A')).toBe('+41\u202fA')
    expect(fr.signed(-12, 'A')).toBe('−12\u202fA')
  })
})

describe('times', () => {
  it('tells local time of the district whatever the machine', () => {
    expect(fr.time(Date.UTC(2026, 0, 12, 17, 40))).toBe('18:40')
    expect(fr.time(Date.UTC(2026, 6, 12, 16, 40))).toBe('18:40')
  })
  it('grows from seconds to days', () => {
    expect(en.age(4)).toBe('4 sec ago')
    expect(en.age(12 * 60)).toBe('12 min ago')
    expect(en.age(5 * 3600)).toBe('5 hr ago')
    expect(en.age(3 * 86_400)).toBe('3 days ago')
    expect(en.age(-2)).toBe('0 sec ago')
  })
  it('gives durations in the unit one would say', () => {
    expect(fr.duration(340)).toBe('340\u202fms')
    expect(fr.duration(2_300)).toBe('2,3\u202fs')
    expect(fr.duration(600_000)).toBe('10\u202fmin')
  })

  it('says the year of what holds for years', () => {
    expect(fr.date(Date.UTC(2036, 10, 25, 12))).toBe('25 nov. 2036')
    expect(en.date(Date.UTC(2036, 10, 25, 12))).toBe('25 Nov 2036')
  })
})

import { describe, expect, it } from 'vitest'
import { en } from '../../i18n/en.ts'
import { makeFormat } from '../../i18n/format.ts'
import { sampleResult } from '../../pages/planner/reinforcement/study.testkit.ts'
import { hoursAbove, shapeDuration, shapeYears } from './shape.ts'

const speech = { t: en, f: makeFormat('en') }
const [section] = sampleResult.elements
const calm = sampleResult.elements.find(({ id }) => id === 'R17')!

describe('the duration curve of the last year', () => {
  it('counts the hours above the limit, straight between its points', () => {
    expect(hoursAbove([0, 10, 20], [120, 110, 90], 100)).toBe(15)
    expect(hoursAbove([0, 10], [90, 80], 100)).toBe(0)
    expect(hoursAbove([0, 8_760], [130, 101], 100)).toBe(8_760)
  })
  it('shows the busy hours or the year', () => {
    const busy = shapeDuration(section, 'top', 'loss of R17', speech)!
    expect(busy.plot.x).toEqual({ from: 0, to: 500 })
    expect(busy.sentence).toMatch(/^At most 118% of the limit; \d+\u202fh above it, loss of R17, likely scenario and coldest weather\.$/)
    const year = shapeDuration(section, 'year', 'loss of R17', speech)!
    expect([year.plot.x.to, year.table.rows.length]).toEqual([8_760, section.duration!.hours.length])
  })
  it('is nothing where none was kept', () => {
    expect(shapeDuration(calm, 'top', 'N', speech)).toBeUndefined()
  })
})

describe('the years of an element', () => {
  const years = shapeYears(section, speech)!
  it('give probability and hours over the same axis, each with its unit', () => {
    expect(years.sentence).toBe('In 2041, constrained in 92% of the futures, 175\u202fh a year on average.')
    expect([years.probability.unit, years.hours.unit]).toEqual(['%', 'h'])
    expect(years.probability.x).toEqual(years.hours.x)
    expect(years.hours.bands![0].points.at(-1)).toEqual([2041, 0, expect.closeTo(454.48, 2)])
    expect(years.probability.lines[0].points.at(-1)).toEqual([2041, expect.closeTo(92, 6)])
  })
  it('name the last year on the axis, and not more years than fit', () => {
    expect(years.probability.ticks!.at(-1)).toEqual({ value: 2041, label: '2041' })
    expect(years.probability.ticks!.length).toBeLessThanOrEqual(8)
  })
  it('have an axis also where there is one year alone', () => {
    expect(shapeYears({ ...section, years: section.years.slice(-1) }, speech)!.hours.x).toEqual({ from: 2040, to: 2042 })
  })
  it('are nothing where no year is constrained', () => {
    expect(shapeYears(calm, speech)).toBeUndefined()
  })
})

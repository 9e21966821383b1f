import { describe, expect, it } from 'vitest'
import { en } from '../../i18n/en.ts'
import { makeFormat } from '../../i18n/format.ts'
import { sampleResult } from '../../pages/planner/reinforcement/study.testkit.ts'
import { shapeTornado } from './shape.ts'

const speech = { t: en, f: makeFormat('en') }
const shape = (more: Partial<typeof sampleResult> = {}) => shapeTornado({ ...sampleResult, ...more }, (parameter) => parameter, speech)

describe('what changes the answer', () => {
  it('stands by how far the cost moves, whichever way', () => {
    const shaped = shape()!
    expect(shaped.bars.map(({ parameter }) => parameter)).toEqual(['growthPct.boundary-town', 'electricVehicles.vehicles', 'prices.works', 'money.discountPct', 'money.energyNotServedEurPerMwh'])
    expect(shaped.sentence).toBe('What weighs most: growthPct.boundary-town; the cost goes from 166\u202fk€ to 801\u202fk€.')
    expect(shaped.middle).toBe(418_000)
    expect(shaped.table.rows[0].raw).toEqual(['1,3 %', '2,8 %', 166_000, 801_000, 2036, 2028])
  })
  it('has an axis with a few round numbers inside', () => {
    const { ticks, span } = shape()!
    expect(ticks).toEqual([200_000, 400_000, 600_000, 800_000])
    expect(ticks.every((tick) => tick >= span.from && tick <= span.to)).toBe(true)
  })
  it('is nothing where nothing was varied, and has no middle where nothing holds', () => {
    expect(shape({ tornado: [] })).toBeUndefined()
    expect(shape({ recommended: null })!.middle).toBeUndefined()
  })
})

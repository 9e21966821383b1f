import { describe, expect, it } from 'vitest'
import { en } from '../../../i18n/en.ts'
import { makeFormat } from '../../../i18n/format.ts'
import { assumptionsOf, basisLines, futureKey, futureName, futureTable, qualityOf } from './basis.ts'
import { valueAt } from './changes.ts'
import { sampleResult, sampleStudy } from './study.testkit.ts'

const speech = { t: en, f: makeFormat('en') }

describe('what a study stands on', () => {
  it('is said with its measured share, its model check and its states', () => {
    const lines = basisLines(sampleResult, speech)
    expect(lines[0]).toBe('Base year: from 1 Nov 2025 to 1 Nov 2026. 71% of the energy is measured by meters; feeder heads measured for 8,512 of 8,760 hours.')
    expect(lines[2]).toBe('Measured against computed at the feeder heads, over 8,512 hours: 1.8% apart on average, at most 9.6%.')
    expect(lines).toHaveLength(5)
    expect(lines[4]).toBe(`Without a known curve, assumed flat: ${en.planner.connection.profiles['street-light']}.`)
  })
  it('does not hide what was not computed or not measured', () => {
    const lines = basisLines({ ...sampleResult, modelCheck: null, states: { ...sampleResult.states, notSettled: 12 } }, speech)
    expect(lines[2]).toContain('they were not compared')
    expect(lines).toContain('12 network states could not be computed: they do not count as “no violation”.')
  })
  it('is as good as energy and hours are measured', () => {
    const quality = (measuredShareOfEnergyPct: number, measuredHours: number) => qualityOf({ ...sampleResult, base: { ...sampleResult.base, measuredShareOfEnergyPct, measuredHours } }).word
    expect([quality(71, 8_512), quality(50, 8_760), quality(90, 2_000), quality(0, 8_760)]).toEqual(['good', 'fair', 'poor', 'poor'])
  })
})

describe('the steps of a future', () => {
  const future = sampleResult.futures[5]
  it('are told in their order and end with the whole', () => {
    const { rows } = futureTable(future, speech)
    expect(rows.map(({ header }) => header)).toEqual(['Measured today', 'Weather', 'Growth', 'New dwellings and shops', 'Electric vehicles', 'Heat pumps', 'Renovation', 'Photovoltaics', 'Together'])
    expect(rows[6]).toMatchObject({ cells: ['−420\u202fMWh', '−190\u202fkW'], raw: [-420, -190] })
  })
  it('belong to a future with a name', () => {
    expect([futureKey(future), futureName(future, sampleResult, speech)]).toEqual(['trend~cold~2041', 'Trend, cold spell, one winter in ten, 2041'])
  })
  it('that have no name yet are shown as they are', () => {
    expect(futureTable({ ...future, steps: [{ step: 'tidal-power', energyMwh: 1, atPeakKw: 0 }] }, speech).rows[0].header).toBe('tidal-power')
  })
})

describe('the assumptions', () => {
  const all = assumptionsOf(sampleResult, speech)
  it('stand under the paths by which they are changed', () => {
    const changeable = all.filter(({ path }) => valueAt(sampleStudy, path) !== undefined)
    // Supporting points of a curve are named by their temperature, and cannot be set on the page.
    expect(all.filter((one) => !changeable.includes(one)).every(({ path }) => path.includes('heatPumps.performance'))).toBe(true)
    for (const { path, raw } of changeable) expect(valueAt(sampleStudy, path), path).toBe(raw)
  })
  it('show what was set first, beside what the document says, with units and ranges', () => {
    expect(all[0]).toMatchObject({ path: 'scenarios.trend.electricVehicles.vehicles.2041', label: 'Electric vehicles in 2041 (Trend)', was: '420' })
    const of = (path: string) => all.find((one) => one.path === path)
    expect(of('money.discountPct')).toMatchObject({ label: 'Discount rate', value: '4.5% (from 2.5% to 6.0%)', was: '' })
    expect(of('toYear')).toMatchObject({ value: '2041' })
    expect(of('scenarios.trend.renovation.share.2041')).toMatchObject({ value: '35%' })
  })
  it('all have a name', () => {
    expect(all.filter(({ path, label }) => path === label).map(({ path }) => path)).toEqual([])
  })
})

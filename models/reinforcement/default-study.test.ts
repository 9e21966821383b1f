import { expect, test } from 'vitest'
import { checkDistrict } from '#models/district/check.ts'
import { sampleDistrict } from '#models/district/sample-district.ts'
import { studyOf } from './default-study.ts'

const text = (word: string) => ({ fr: word, en: word })
const arrival = { node: 'S1.B04', at: '2030-12-31T23:30:00Z', peakKw: 50, loadClass: 'shop', note: text('hall') }
const grown = () => { const district = sampleDistrict(); district.growth.arrivals = [arrival]; return district }

test('three scenarios around the growth of the document, which the checks accept', () => {
  const study = studyOf(grown())
  expect([study.fromYear, study.toYear]).toEqual([2026, 2041])
  expect(study.scenarios.map(({ id, growthPct, probability }) => [id, growthPct['shop'], probability])).toEqual([['low', 0.5, 0.25], ['middle', 1, 0.5], ['high', 1.5, 0.25]])
  // New Year's Eve in London is the new year in Paris.
  expect(study.scenarios[2]!.arrivals).toEqual([{ node: 'S1.B04', year: 2031, peakKw: 50, loadClass: 'shop', note: text('hall') }])
  expect(study.weatherYears.map(({ kind }) => kind)).toEqual(['measured', 'shifted', 'cold-spell'])
  expect(checkDistrict({ ...grown(), study })).toEqual([])
})

test("a study of its own keeps what it says, and has the arrivals that it does not name", () => {
  const district = grown()
  const own = studyOf(district)
  district.study = { ...own, toYear: 2035, scenarios: [{ ...own.scenarios[0]!, arrivals: undefined }, { ...own.scenarios[1]!, arrivals: [{ ...arrival, year: 2028 }].map(({ at: _, ...rest }) => rest) }] }
  const found = studyOf(district)
  expect(found.toYear).toBe(2035)
  expect(found.scenarios.map(({ arrivals }) => arrivals?.map(({ year }) => year))).toEqual([[2031], [2028]])
})

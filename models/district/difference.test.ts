import { expect, test } from 'vitest'
import { canonicalText, differenceOf } from './difference.ts'
import { sampleDistrict } from './sample-district.ts'

test('names what was added, removed and changed by id, whatever the order', () => {
  const before = sampleDistrict()
  const after = sampleDistrict()
  after.holders.reverse()
  after.holders.push({ id: 'carol', kind: 'household' })
  after.measurementPoints.splice(1, 1)
  after.network.transformers[0].ratedKva = 400
  after.thresholds.watchLoadingPct = 70
  after.publicationRules.push({ ...after.publicationRules[0], validFrom: '2027-01-01T00:00:00Z' })
  expect(differenceOf(before, after)).toEqual({
    added: ['holders/carol', 'publicationRules/1'],
    removed: ['measurementPoints/elec.dp.dp1.e'],
    changed: ['thresholds', 'network/transformers/S1.T1'],
  })
  expect(differenceOf(before, sampleDistrict())).toEqual({ added: [], removed: [], changed: [] })
})

test('the order of keys does not matter, the order of lists does', () => {
  expect(canonicalText({ a: 1, b: [1, 2], c: undefined })).toBe(canonicalText({ b: [1, 2], a: 1 }))
  expect(canonicalText([1, 2])).not.toBe(canonicalText([2, 1]))
})

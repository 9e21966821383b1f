import fc from 'fast-check'
import { expect, test } from 'vitest'
import { studyJson } from './index.ts'
import { jsonOf } from './json.ts'
import { sampleResult } from './sample-result.testkit.ts'

test('the study comes back as it was', () => {
  expect(JSON.parse(studyJson(sampleResult))).toEqual(sampleResult)
})

test('the same text in whatever order an object was made', () => {
  fc.assert(fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue()), (value) => {
    const reversed = Object.fromEntries(Object.entries(value).reverse())
    expect(jsonOf(reversed)).toBe(jsonOf(value))
  }))
})

import { StatusCodes } from 'node-opcua'
import { expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { isPlaceholder, lostBefore, numberOf, qualityOf, sourceTimeOf } from './data-value.ts'

const read = (statusCode: { value: number }, value: unknown = 1) => ({ statusCode, value: { value }, sourceTimestamp: null })

test.each([
  ['good', StatusCodes.Good, 1, QUALITY.measured],
  ['good, overload', StatusCodes.GoodOverload, 1, QUALITY.measured],
  ['uncertain', StatusCodes.UncertainLastUsableValue, 1, QUALITY.uncertain],
  ['bad', StatusCodes.BadSensorFailure, 1, QUALITY.bad],
  ['bad and empty', StatusCodes.BadNoCommunication, NaN, QUALITY.bad],
  ['good but empty', StatusCodes.Good, NaN, QUALITY.missing],
])('quality of a value that is %s', (_, status, value, quality) => {
  expect(qualityOf(read(status, value), value)).toBe(quality)
})

test('numbers of every type; a text is none', () => {
  expect([3.5, true, false, [1, 5]].map((value) => numberOf(read(StatusCodes.Good, value)))).toEqual([3.5, 1, 0, 2 ** 32 + 5])
  expect(numberOf(read(StatusCodes.Good, null))).toBeNaN()
  expect(numberOf({ statusCode: StatusCodes.Bad, value: null, sourceTimestamp: null })).toBeNaN()
  expect(numberOf(read(StatusCodes.Good, 'twelve'))).toBeUndefined()
})

test('the placeholder of a starting server is no reading, a lost queue is noticed, a missing time is NaN', () => {
  expect(isPlaceholder(read(StatusCodes.BadWaitingForInitialData))).toBe(true)
  expect(isPlaceholder(read(StatusCodes.BadNoCommunication))).toBe(false)
  expect(lostBefore(read({ value: 0x480 }))).toBe(true)
  expect(lostBefore(read(StatusCodes.Good))).toBe(false)
  expect(sourceTimeOf(read(StatusCodes.Good))).toBeNaN()
  expect(sourceTimeOf({ ...read(StatusCodes.Good), sourceTimestamp: new Date(1_234) })).toBe(1_234)
})

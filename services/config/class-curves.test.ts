import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { CLASS_CURVES_FILE, readClassCurves } from './class-curves.ts'

const folder = mkdtempSync(join(tmpdir(), 'penfeld-class-curves-'))
afterAll(() => rmSync(folder, { recursive: true }))

const START = Date.parse('2018-12-31T23:00:00Z')
const HOURS = Array.from({ length: 8760 }, (_, hour) => `${new Date(START + hour * 3_600_000).toISOString()},${hour % 30},${hour % 2 === 0 ? 0.5 : 1.5}`)
/** Reads a whole year with some lines (1 is the header) changed; undefined takes one away. */
const read = (changes: Readonly<Record<number, string | undefined>> = {}, more: readonly string[] = []) => {
  const lines = ['at,temperatureC,village', ...HOURS].map((line, k) => (k + 1 in changes ? changes[k + 1] : line)).filter((line) => line !== undefined)
  writeFileSync(join(folder, CLASS_CURVES_FILE), [...lines, ...more].join('\n'))
  return readClassCurves(folder)
}

test('a folder without the file has no curves', async () => {
  expect(await readClassCurves(join(folder, 'nowhere'))).toBeUndefined()
})

test('a year is read as it stands', async () => {
  const curves = (await read())!
  expect([curves.at.length, curves.at[0], curves.at[8759] - curves.at[0]]).toEqual([8760, START, 8759 * 3_600_000])
  expect([...curves.temperatureC.subarray(28, 32)]).toEqual([28, 29, 0, 1])
  expect([...curves.relativeByClass.keys()]).toEqual(['village'])
  expect([...curves.relativeByClass.get('village')!.subarray(0, 3)]).toEqual([0.5, 1.5, 0.5])
})

const refusal = async (changes: Readonly<Record<number, string | undefined>>, more?: readonly string[]) => {
  const error = await read(changes, more).then(() => undefined, (thrown: unknown) => thrown as { code: string; where: string; detail: string })
  return error && { code: error.code, line: error.where.slice(error.where.lastIndexOf(':') + 1), detail: error.detail }
}
const row = (hour: number, rest: string) => `${new Date(START + hour * 3_600_000).toISOString()},${rest}`

test.each([
  ['another table', { 1: 'day,temperatureC,village' }, '1', /./],
  ['a line that is no row', { 5: 'soon,1,1' }, '5', /5 bad-time/],
  ['a value that is no number', { 6: row(4, '4,much') }, '6', /6 bad-value/],
  ['a gap in the hours', { 10: undefined }, '10', /is not an hour after/],
  ['an hour that does not begin', { 2: '2018-12-31T22:30:00Z,1,1' }, '2', /does not begin an hour/],
  ['a missing value', { 8: row(6, '6,') }, '8', /"village" has no value/],
  ['a temperature in another unit', { 9: row(7, '280,1') }, '9', /from -60 to 60/],
  ['a negative class', { 11: row(9, '9,-1') }, '11', /0 or more/],
  ['no temperature', { 1: 'at,outside,village' }, '1', /no column "temperatureC"/],
  ['a class that is not relative', { 3: row(1, '1,500') }, '1', /The mean of "village" is 1\.05/],
] as const)('%s is refused with its line', async (_, changes, line, detail) => {
  expect(await refusal(changes)).toMatchObject({ code: 'PF_CLASS_CURVES_INVALID', line, detail: expect.stringMatching(detail) })
})

test('less or more than a year is refused', async () => {
  expect((await refusal({ 8761: undefined }))?.detail).toMatch(/8759 hours/)
  expect((await refusal({}, [row(8760, '1,1')]))?.detail).toMatch(/8761 hours/)
})

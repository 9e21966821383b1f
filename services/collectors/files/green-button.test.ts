import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { greenButton } from './green-button.ts'
import { parseText } from './parse.testkit.ts'

const FOLDER = join(import.meta.dirname, '../../../fixtures/recordings/green-button')
interface Totals { meters: string[]; count: number; sumWh: number; sumOfSquares: number; firstS: number; lastS: number; sumOfStartsS: number; doubtful: number }
const totals = JSON.parse(readFileSync(join(FOLDER, 'totals.json'), 'utf8')) as Record<string, Totals>
const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0)

test.each(Object.keys(totals))('%s: as a second reader finds it', (name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8')
  for (const piece of [Infinity, 777]) {
    const { rows, faults } = parseText(greenButton, text, { piece })
    expect(faults).toEqual([])
    expect(rows).toHaveLength(1)
    const { meter, column, unit, at, values, quality } = rows[0]
    expect([column, unit]).toEqual(['energy', 'Wh'])
    expect({ meters: [meter], count: at.length, sumWh: sum(values), sumOfSquares: sum(values.map((value) => value * value)), firstS: at[0] / 1_000, lastS: at.at(-1)! / 1_000, sumOfStartsS: sum(at) / 1_000, doubtful: quality.filter((code) => code === 1).length }).toEqual(
      Object.fromEntries(Object.entries(totals[name]).filter(([key]) => !['uom', 'powerOfTenMultiplier', 'durationsS'].includes(key))))
  }
})

test('the time zone of the feed is for showing: the first hour of the Californian year is eight hours after that of UTC', () => {
  const { values } = parseText(greenButton, readFileSync(join(FOLDER, 'sample_greenbutton_data.xml'), 'utf8'), { wanted: ['01 load-curve'] })
  expect(values[0]).toBe('01 load-curve 2011-01-01T08:00Z 703 W')
})

interface Reading { point?: string; id?: string; uom?: number; multiplier?: number; flow?: number; accumulation?: number; lengthS?: number; intervals: string }
const link = (rel: string, href: string) => `<link rel="${rel}" href="${href}"/>`
const interval = (start: number, value: string, durationS = 900) => `<espi:IntervalReading><espi:timePeriod><espi:duration>${durationS}</espi:duration><espi:start>${start}</espi:start></espi:timePeriod><espi:value>${value}</espi:value></espi:IntervalReading>`
const typeEntry = ({ id = '1', uom = 72, multiplier = 0, flow = 1, accumulation = 4, lengthS = 900 }: Reading) =>
  `<entry>${link('self', `ReadingType/T${id}`)}<content><espi:ReadingType><espi:accumulationBehaviour>${accumulation}</espi:accumulationBehaviour><espi:flowDirection>${flow}</espi:flowDirection><espi:intervalLength>${lengthS}</espi:intervalLength><espi:powerOfTenMultiplier>${multiplier}</espi:powerOfTenMultiplier><espi:uom>${uom}</espi:uom></espi:ReadingType></content></entry>`
const readingEntry = ({ point = 'A', id = '1' }: Reading) => `<entry>${link('self', `/r/UsagePoint/${point}/MeterReading/${id}`)}${link('related', `https://x/ReadingType/T${id}`)}<content><espi:MeterReading/></content></entry>`
const blockEntry = ({ point = 'A', id = '1', intervals }: Reading) => `<entry>${link('self', `/r/UsagePoint/${point}/MeterReading/${id}/IntervalBlock/9`)}<content><espi:IntervalBlock><espi:interval><espi:duration>3600</espi:duration><espi:start>0</espi:start></espi:interval>${intervals}</espi:IntervalBlock></content></entry>`
const feed = (...entries: string[]) => `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:espi="http://naesb.org/espi">${entries.join('\n')}</feed>`
const whole = (...readings: Reading[]) => feed(...readings.flatMap((reading) => [typeEntry(reading), readingEntry(reading), blockEntry(reading)]))

test('units, multipliers, direction, registers and several commodities in one feed', () => {
  const { values, faults } = parseText(greenButton, whole(
    { intervals: interval(0, '1234'), multiplier: -1 }, { id: '2', intervals: interval(0, '2'), multiplier: 3, flow: 19 }, { id: '3', intervals: interval(0, '5'), accumulation: 9, multiplier: 3 },
    { id: '4', intervals: interval(0, '6'), accumulation: 3, flow: 19 }, { id: '5', intervals: interval(0, '700'), uom: 38 },
    { point: 'G', id: '6', uom: 169, intervals: interval(0, '2', 86_400) }, { point: 'G', id: '7', uom: 119, multiplier: 2, intervals: interval(0, '1', 86_400) }, { point: 'W', id: '8', uom: 42, multiplier: -3, accumulation: 3, intervals: interval(0, '12345', 0) },
  ))
  expect(faults).toEqual([])
  expect(values).toEqual([
    'A energy 1970-01-01T00:00Z 123.4 Wh', 'A energy-injected 1970-01-01T00:00Z -2000 Wh', 'A index 1970-01-01T00:00Z 5000 Wh', 'A index-injected 1970-01-01T00:00Z 6 Wh', 'A load-curve 1970-01-01T00:00Z 700 W',
    'G energy 1970-01-01T00:00Z 211011170.524 J', 'G volume 1970-01-01T00:00Z 2831.6846592 L', 'W volume-index 1970-01-01T00:00Z 12.345 m3',
  ])
})

test('a mean power where that is asked for, by the length of each interval; a reading called by its own name', () => {
  const text = whole({ intervals: interval(0, '250') + interval(900, '1000', 3_600) })
  expect(parseText(greenButton, text, { wanted: ['A load-curve'] }).values).toEqual(['A load-curve 1970-01-01T00:00Z 1000 W', 'A load-curve 1970-01-01T00:15Z 1000 W'])
  expect(parseText(greenButton, text, { wanted: ['A/1 energy'] }).values[0]).toBe('A/1 energy 1970-01-01T00:00Z 250 Wh')
  const two = whole({ intervals: interval(0, '1') }, { id: '2', intervals: interval(0, '2') })
  expect(parseText(greenButton, two)).toMatchObject({ values: ['A energy 1970-01-01T00:00Z 1 Wh'], faults: [expect.stringMatching(/^\d+: reading-not-unique$/)] })
  expect(parseText(greenButton, two, { wanted: ['A/1 energy', 'A/2 energy'] }).values).toEqual(['A/1 energy 1970-01-01T00:00Z 1 Wh', 'A/2 energy 1970-01-01T00:00Z 2 Wh'])
})

test('entries in any order; intervals without a time of their own follow the start of their block', () => {
  const reading = { intervals: interval(1_800, '7') }
  expect(parseText(greenButton, feed(blockEntry(reading), readingEntry(reading), typeEntry(reading))).values).toEqual(['A energy 1970-01-01T00:30Z 7 Wh'])
  const bare = { intervals: '<espi:IntervalReading><espi:value>1</espi:value></espi:IntervalReading><espi:IntervalReading><espi:value/></espi:IntervalReading>' }
  expect(parseText(greenButton, whole(bare)).values).toEqual(['A energy 1970-01-01T00:00Z 1 Wh', 'A energy 1970-01-01T00:15Z NaN Wh'])
})

test('what cannot be used is said with its line', () => {
  const reasons = (text: string) => parseText(greenButton, text).faults.map((fault) => fault.replace(/^\d+: /, ''))
  const reading = { intervals: interval(0, '1') }
  expect(reasons(whole({ intervals: interval(0, 'x') + interval(-5, '1') + interval(0, '').replace('<espi:value></espi:value>', '') + interval(0, '1').replace('</espi:timePeriod>', '</espi:timePeriod><espi:ReadingQuality><espi:quality>12</espi:quality></espi:ReadingQuality>') }))).toEqual(['bad-value', 'bad-time', 'no-value', 'projected'])
  expect(reasons(whole({ ...reading, uom: 99 }))).toEqual(['unknown-unit'])
  expect(reasons(feed(blockEntry(reading)))).toEqual(['reading-type-missing'])
  expect(reasons(feed(blockEntry(reading).replaceAll('UsagePoint', 'Point')))).toEqual(['reading-without-meter'])
  expect(reasons('<a><b></a>')).toEqual(['xml-malformed'])
  expect(reasons('<feed xmlns="http://www.w3.org/2005/Atom"></feed>')).toEqual(['no-usage'])
  const cut = whole({ intervals: interval(0, '1') + interval(900, '2') }).slice(0, -40)
  expect(parseText(greenButton, cut)).toMatchObject({ values: ['A energy 1970-01-01T00:00Z 1 Wh', 'A energy 1970-01-01T00:15Z 2 Wh'], faults: [expect.stringMatching(/file-truncated/)] })
})

test('a hostile file grows nothing: entities, depth, text without end', () => {
  const reasons = (text: string) => parseText(greenButton, text, { piece: 65_536 }).faults.map((fault) => fault.replace(/^\d+: /, ''))
  expect(reasons('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>')).toEqual(['doctype-refused'])
  expect(reasons('<x>&b;</x>')).toEqual(['xml-malformed'])
  expect(reasons('<a>'.repeat(1_000_000))).toEqual(['too-deep'])
  expect(reasons(`<a>${'x'.repeat(5_000_000)}</a>`)).toEqual(['token-too-long'])
  expect(reasons(`<a ${'x="1" '.repeat(500_000)}></a>`)[0]).toMatch(/token-too-long|xml-malformed/)
})

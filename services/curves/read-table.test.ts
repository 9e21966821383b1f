import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { loadCurve } from './load-curve.ts'
import { onSteps, resampled } from './on-steps.ts'
import { LineFaults, readCurveTable, type TableColumn } from './read-table.ts'

const folder = mkdtempSync(join(tmpdir(), 'penfeld-curve-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (text: string | Uint8Array, name = 'curve.csv') => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const read = (text: string | Uint8Array, timeZone = 'Europe/Paris') => readCurveTable(file(text), timeZone)
const utc = (at: number) => new Date(at).toISOString().slice(0, 16)

test('a line a value, with an offset, packed or not', async () => {
  const text = 'timestamp,series,value,unit\n2024-01-01T00:00:00Z,load,3.5,kW\n2024-01-01T02:00+01:00,load,4,kW\n2024-01-01T00:00:00Z,temperature,,degC\n'
  for (const form of [text, gzipSync(text)]) {
    const { columns, faults } = await read(form)
    expect(columns.map(({ name, unit, values }) => ({ name, unit, values }))).toEqual([{ name: 'load', unit: 'kW', values: [3.5, 4] }, { name: 'temperature', unit: 'degC', values: [NaN] }])
    expect(columns[0].at.map(utc)).toEqual(['2024-01-01T00:00', '2024-01-01T01:00'])
    expect(faults.count).toBe(0)
  }
})

test('a column a series in local time with decimal commas; the hour that comes twice comes twice, the one left out is a fault', async () => {
  const { columns, faults } = await read('﻿Horodate;Soutirage (kW);"Température [degC]"\r\n2024-10-27 01:30;1,5;9\r\n2024-10-27 02:00;2;8,5\r\n2024-10-27 02:30;3;8\r\n2024-10-27 02:00;4;8\r\n2024-10-27 02:30;5;NA\r\n2024-10-27 03:00;6;7\r\n2025-03-30 02:30;7;7\r\n')
  expect(columns.map(({ name, unit }) => [name, unit])).toEqual([['Soutirage', 'kW'], ['Température', 'degC']])
  expect(columns[0].at.map(utc)).toEqual(['2024-10-26T23:30', '2024-10-27T00:00', '2024-10-27T00:30', '2024-10-27T01:00', '2024-10-27T01:30', '2024-10-27T02:00'])
  expect(columns[0].values).toEqual([1.5, 2, 3, 4, 5, 6])
  expect(columns[1].values[4]).toBeNaN()
  expect(faults.first).toEqual([{ line: 8, reason: 'bad-time' }])
})

test('faults are told with their lines, the first twenty of them, and all are counted', async () => {
  const { columns, faults } = await read(`timestamp,value\n2024-01-01T00:00Z,1\n2024-02-30T00:00Z,1\n2024-01-01T01:00Z,one\n2024-01-01T02:00Z\n${'soon,1\n'.repeat(30)}2024-01-01T03:00Z,2\n`)
  expect(columns[0].values).toEqual([1, 2])
  expect(faults.count).toBe(33)
  expect(faults.first.length).toBe(20)
  expect(faults.first.slice(0, 4)).toEqual([{ line: 3, reason: 'bad-time' }, { line: 4, reason: 'bad-value' }, { line: 5, reason: 'missing-column' }, { line: 6, reason: 'bad-time' }])
})

test('what is no table of a curve is said so', async () => {
  await expect(read('day,hour,load\n2024-01-01,0,1\n')).rejects.toMatchObject({ code: 'PF_CURVE_INVALID' })
  await expect(readCurveTable(join(folder, 'nowhere.csv'), 'UTC')).rejects.toMatchObject({ code: 'PF_IMPORT_UNREADABLE' })
})

const MINUTE = 60_000
const START = Date.parse('2024-01-01T00:00:00Z')
const column = (minutes: readonly number[], values: readonly number[], unit = 'kW'): TableColumn => ({ name: 'load', unit, at: minutes.map((one) => START + one * MINUTE), values: [...values], lines: minutes.map((_, k) => k + 2) })
const stepped = (own: TableColumn, faults = new LineFaults()) => ({ ...onSteps(own, faults, 'file'), faults })

test('the step is found, gaps stay gaps, and what lies beside the steps or comes twice is a fault', () => {
  const told = stepped(column([0, 15, 30, 60, 67, 75, 75, 90], [1, 2, 3, 5, 99, 6, 7, 8]))
  expect([told.stepS, told.from, told.finerStepS]).toEqual([900, START, undefined])
  expect(Array.from(told.values)).toEqual([1, 2, 3, NaN, 5, 7, 8])
  expect(told.faults.first).toEqual([{ line: 6, reason: 'off-step' }, { line: 8, reason: 'time-twice' }])
  // The order of the lines does not matter, nor an even shift of the clock.
  expect(Array.from(stepped(column([65, 35, 5], [3, 2, 1])).values)).toEqual([1, 2, 3])
  expect(stepped(column([65, 35, 5], [3, 2, 1])).from).toBe(START + 5 * MINUTE)
})

test('finer steps become half-hours: power by the mean, amounts by the sum; half of it must be known', () => {
  const minutes = [0, 10, 20, 30, 60, 70, 80, 90, 100, 110]
  const values = [1, 2, 3, 10, 4, 4, 7, 2, 2, 2]
  const power = stepped(column(minutes, values))
  expect([power.stepS, power.finerStepS, power.summed]).toEqual([1800, 600, false])
  expect(Array.from(power.values)).toEqual([2, NaN, 5, 2])
  expect(Array.from(stepped(column(minutes, values, 'kWh')).values)).toEqual([6, NaN, 15, 6])
})

test('steps by which no day can be cut are refused', () => {
  expect(() => stepped(column([0, 1440, 2880], [1, 2, 3]))).toThrow(/24 hours/)
  expect(() => stepped(column([0, 25, 50], [1, 2, 3]))).toThrow(/does not divide an hour/)
  expect(() => stepped(column([0, 15], [NaN, NaN]))).toThrow(/no values/)
  expect(stepped({ ...column([0, 15, 30, 45], [1, 2, 3, 4]), at: [START - 62_985_600_000, START, START + 900_000, START + 1_800_000] }).values.length).toBe(69_987)
  expect(() => stepped({ ...column([0, 15, 30], [1, 2, 3]), at: [0, 900_000, 1_800_000, Date.parse('2099-01-01')], values: [1, 2, 3, 4], lines: [2, 3, 4, 5] })).toThrow(/reach from 1970/)
})

test('weather is brought to the steps of the curve: straight between hours, averaged where finer, no value where none is near', () => {
  const hourly = stepped(column([0, 60, 360], [10, 12, 20], 'degC'))
  expect(Array.from(resampled({ ...hourly, stepS: 3600 }, START, 14, 1800))).toEqual([10, 11, 12, NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN, 20, NaN])
  const fine = stepped(column([0, 15, 30, 45, 60], [1, 2, 3, 6, 8], 'degC'))
  expect(Array.from(resampled(fine, START, 2, 3600))).toEqual([3, 8])
  expect(Array.from(resampled(fine, START - 3_600_000, 2, 3600))).toEqual([NaN, 3])
})

test('one of several series must be chosen, and weather is known by its name or unit', async () => {
  const rows = Array.from({ length: 6 }, (_, k) => `2024-01-01T0${k}:00Z`)
  const path = file(`timestamp,load (kW),pv_power (kW),outside (degC),GHI\n${rows.map((at, k) => `${at},${k},0,${-k},${100 * k}`).join('\n')}\n`, 'many.csv')
  const request = { file: path, column: undefined, weather: path, timeZone: 'UTC', holidays: 'none', aheadDays: 0 } as const
  await expect(loadCurve(request)).rejects.toThrow(/choose one of load, pv_power, outside, GHI/)
  await expect(loadCurve({ ...request, column: 'heat' })).rejects.toThrow(/no series "heat"/)
  const load = await loadCurve({ ...request, column: 'load' })
  expect(load.weather.map(({ kind, name }) => [kind, name])).toEqual([['temperature', 'outside'], ['irradiance', 'GHI']])
  expect(load.production).toBe(false)
  expect((await loadCurve({ ...request, column: 'pv_power', weather: undefined })).production).toBe(true)
})

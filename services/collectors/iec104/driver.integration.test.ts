import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Source } from '#models/district/schema.ts'
import { QUALITY } from '#models/units/quality.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { driverContract } from '../contract.ts'
import { testChannel } from '../driver.testkit.ts'
import { freePort } from '../opcua/field.testkit.ts'
import type { Channel, RawReadings } from '../port.ts'
import { MARK } from './asdu.ts'
import { iec104Driver } from './driver.ts'
import { createOutstation, type Outstation } from './outstation.testkit.ts'

const FLOAT = 13
const FLOAT_DATED = 36
const SPONTANEOUS = 3
const channelOf = (ioa: number, address: string | number = 1, more: object = {}): Channel => testChannel('substation', address, { unit: 'kW', ioa, kind: 'short-float', ...more })
const sourceAt = (url: string, options: Record<string, string | number> = {}): Source => ({ id: 'substation', protocol: 'iec104', url, periodS: 3_600, staleAfterS: 7_200, options })
const wholeSecond = (): number => Math.floor(Date.now() / 1_000) * 1_000
const measure = (station: Outstation, address: number, value: number, time: number, marks = 0, commonAddress = 1): void => {
  station.hold(commonAddress, FLOAT, { address, value, marks })
  station.event({ typeId: FLOAT_DATED, cause: SPONTANEOUS, commonAddress, objects: [{ address, value, marks, time }] })
}

driverContract('iec104', async (folder) => {
  const port = await freePort()
  const station = createOutstation()
  const marks: Readonly<Record<number, number>> = { [QUALITY.measured]: 0, [QUALITY.uncertain]: MARK.notTopical, [QUALITY.bad]: MARK.invalid }
  return {
    factory: iec104Driver, source: sourceAt(`iec104://127.0.0.1:${port}`), channels: [channelOf(1), channelOf(2)], stateFolder: join(folder, 'state'),
    gives: { time: true, quality: true, history: true },
    async startServer() {
      await station.start(port)
      return {
        publish: (channel, at, value, quality) => measure(station, channel + 1, value, at, marks[quality]),
        stop: () => station.stop(),
      }
    },
  }
})

interface Row { readonly channel: number; readonly at: number; readonly value: number; readonly quality: number }

/** Runs the driver and keeps what it says. `journal` decides when readings are safe. */
async function watch(source: Source, channels: readonly Channel[], journal: (readings: RawReadings) => Promise<void> = async () => {}) {
  const rows: Row[] = []
  const rejected = new Map<string, number>()
  const states: string[] = []
  const driver = await iec104Driver.start({
    source, channels, stateFolder: '', log: silentLogger, clock: { now: Date.now, speed: 1, realMsUntil: () => 0 },
    async deliver(readings) {
      await journal(readings)
      readings.channels.forEach((channel, row) => rows.push({ channel, at: readings.at[row], value: readings.values[row], quality: readings.quality[row] }))
    },
    reject: (reason, count) => void rejected.set(reason, (rejected.get(reason) ?? 0) + count),
    lastStoredAt: async () => new Float64Array(channels.length).fill(NaN),
    status: (state, detail) => void states.push(detail === undefined ? state : `${state}: ${detail}`),
  })
  let isStopped = false
  const stop = async (): Promise<void> => {
    if (!isStopped) await driver.stop()
    isStopped = true
  }
  onTestFinished(stop)
  return { rows, rejected, states, stop, values: (channel: number) => rows.filter((row) => row.channel === channel).map(({ value }) => value) }
}

async function startStation(options: Parameters<typeof createOutstation>[0] = {}) {
  const station = createOutstation(options)
  onTestFinished(() => station.stop())
  const port = await station.start()
  return { station, port, url: `iec104://127.0.0.1:${port}` }
}
const PATIENCE = { timeout: 15_000, interval: 20 }

test('nothing is confirmed that is not in the journal, and what was not confirmed comes again after a kill of the connection', async () => {
  const { station, url } = await startStation()
  let open: (() => void) | undefined
  let isShut = true
  const { rows, values } = await watch(sourceAt(url), [channelOf(1)], () => (isShut ? new Promise<void>((resolve) => { open = resolve }) : Promise.resolve()))
  await expect.poll(() => station.received, PATIENCE).toContain('I 100 1')
  const at = wholeSecond()
  for (let step = 1; step <= 5; step++) measure(station, 1, step, at + step * 1_000)
  await expect.poll(() => open, PATIENCE).toBeDefined()
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect([station.counters.confirmed, station.unconfirmed, rows.length]).toEqual([0, 5, 0])
  station.cut()
  isShut = false
  open!()
  await expect.poll(() => station.unconfirmed, PATIENCE).toBe(0)
  await expect.poll(() => new Set(values(0)), PATIENCE).toEqual(new Set([1, 2, 3, 4, 5]))
  // Whatever came twice says the same both times.
  const dated = rows.filter((row) => row.at <= at + 5_000 && row.at % 1_000 === 0)
  for (const { at: time, value } of dated) expect(time).toBe(at + value * 1_000)
})

test('forty thousand buffered events come whole and in order through a window of twelve, with the sequence numbers turning over', async () => {
  const { station, url } = await startStation()
  const at = wholeSecond() - 40_000_000
  const count = 40_000
  for (let step = 0; step < count; step++) station.event({ typeId: FLOAT_DATED, cause: SPONTANEOUS, commonAddress: 1, objects: [{ address: 1, value: step, time: at + step }] })
  const { rows } = await watch(sourceAt(url), [channelOf(1)])
  await expect.poll(() => station.unconfirmed, { timeout: 60_000, interval: 100 }).toBe(0)
  expect(rows).toHaveLength(count)
  expect(rows.every(({ at: time, value }, step) => value === step && time === at + step)).toBe(true)
  expect(station.counters.connections).toBe(1)
})

import { onTestFinished } from 'vitest'
import type { Source } from '#models/district/schema.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { testChannel } from '../driver.testkit.ts'
import type { Channel, RawReadings } from '../port.ts'
import { iec104Driver } from './driver.ts'
import { createOutstation, type Outstation } from './outstation.testkit.ts'

export const PATIENCE = { timeout: 20_000, interval: 20 }
export const SPONTANEOUS = 3
const FLOAT = 13
const FLOAT_DATED = 36

export const channelOf = (ioa: number, address: string | number = 1, more: object = {}): Channel => testChannel('substation', address, { unit: 'kW', ioa, kind: 'short-float', ...more })
export const sourceAt = (url: string, options: Record<string, string | number> = {}): Source => ({ id: 'substation', protocol: 'iec104', url, periodS: 3_600, staleAfterS: 7_200, options })
export const wholeSecond = (): number => Math.floor(Date.now() / 1_000) * 1_000

/** A float that changes: its value holds from now on, and the change is an event. */
export function measure(station: Outstation, address: number, value: number, time: number, marks = 0, commonAddress = 1): void {
  station.hold(commonAddress, FLOAT, { address, value, marks })
  station.event({ typeId: FLOAT_DATED, cause: SPONTANEOUS, commonAddress, objects: [{ address, value, marks, time }] })
}

export interface Row { readonly channel: number; readonly at: number; readonly value: number; readonly quality: number; readonly receivedAt: number }

/** Runs the driver and keeps what it says. `journal` decides when readings are safe. */
export async function watch(source: Source, channels: readonly Channel[], journal: (readings: RawReadings) => Promise<void> = async () => {}) {
  const rows: Row[] = []
  const rejected = new Map<string, number>()
  const states: string[] = []
  const driver = await iec104Driver.start({
    source, channels, stateFolder: '', log: silentLogger, clock: { now: Date.now, speed: 1, realMsUntil: () => 0 },
    async deliver(readings) {
      await journal(readings)
      const { at, values, quality, receivedAt } = readings
      readings.channels.forEach((channel, row) => rows.push({ channel, at: at[row], value: values[row], quality: quality[row], receivedAt }))
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

export async function startStation(options: Parameters<typeof createOutstation>[0] = {}) {
  const station = createOutstation(options)
  onTestFinished(() => station.stop())
  const port = await station.start()
  return { station, port, url: `iec104://127.0.0.1:${port}` }
}

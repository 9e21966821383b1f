import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Source } from '#models/district/schema.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import type { Channel, Driver } from '../port.ts'
import { httpDriver } from './driver.ts'

export interface WatchOptions {
  readonly source: Source
  readonly channels: readonly Channel[]
  readonly now?: () => number
  readonly stateFolder?: string
  readonly lastStoredAt?: Float64Array
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-http-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs the driver and keeps what it says. */
export async function watch({ source, channels, now = Date.now, stateFolder = temporaryFolder(), lastStoredAt = new Float64Array(channels.length).fill(NaN) }: WatchOptions) {
  const rows: { channel: number; at: number; value: number; quality: number }[] = []
  const rejected: string[] = []
  const states: string[] = []
  const logged: string[] = []
  const keep = (level: string) => (...told: unknown[]) => void logged.push(`${level} ${JSON.stringify(told)}`)
  const log = { ...silentLogger, warn: keep('warn'), error: keep('error') } as typeof silentLogger
  let driver: Driver | undefined = await httpDriver.start({
    source, channels, stateFolder, log, clock: { now, speed: 1, realMsUntil: () => 0 },
    deliver: async (readings) => readings.channels.forEach((channel, row) => rows.push({ channel, at: readings.at[row], value: readings.values[row], quality: readings.quality[row] })),
    reject: (reason, count) => void rejected.push(`${reason} ${count}`),
    lastStoredAt: async () => lastStoredAt,
    status: (state, detail) => void states.push(detail === undefined ? state : `${state}: ${detail}`),
  })
  const stop = async () => {
    await driver?.stop()
    driver = undefined
  }
  onTestFinished(stop)
  const said = () => rows.map(({ channel, at, value }) => `${channel} ${new Date(at).toISOString().slice(0, 16)} ${value}`)
  return { rows, rejected, states, logged, said, stop, stateFolder }
}

export const channelOf = (address: string | number, profileChannel: Channel['profileChannel'], more: { id?: string; profile?: string } = {}): Channel => ({
  point: { id: `point-${more.id ?? address}`, carrier: 'electricity', quantity: 'active-power', unit: 'kW', kind: 'interval', stepS: 1_800, sign: 1, resolution: 0.001, on: 'dp' },
  device: { id: more.id ?? `device-${address}`, source: 'web', profile: more.profile ?? 'test', address }, profileChannel,
})

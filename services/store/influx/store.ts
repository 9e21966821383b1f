import { mkdirSync } from 'node:fs'
import { lockForWriting } from '../journal/writer-lock.ts'
import type { TimeSeriesReader } from '../port.ts'
import { InfluxClient } from './client.ts'
import { openForReading, openForWriting } from './files.ts'
import { InfluxReader } from './reader.ts'
import type { InfluxSettings } from './settings.ts'
import { InfluxStore, type InfluxWriterOptions } from './writer.ts'

export interface InfluxOptions {
  /** For local days. */
  readonly timeZone: string
  readonly settings: InfluxSettings
  /** Name of the measurement that holds the values of this store. */
  readonly measurement: string
}

/** The one writer of a folder and of its measurement; fails with PF_STORE_LOCKED while another process writes it. */
export async function openInfluxStore(folder: string, { timeZone, settings, measurement, ...rest }: InfluxOptions & InfluxWriterOptions): Promise<InfluxStore> {
  mkdirSync(folder, { recursive: true })
  const unlock = lockForWriting(folder)
  try {
    return new InfluxStore(folder, openForWriting(folder), unlock, new InfluxClient(settings), measurement, timeZone, rest)
  } catch (error) {
    unlock()
    throw error
  }
}

/** Reads the server alone, as a machine that has no journal does: points are those of every machine. */
export const openServerReader = ({ timeZone, settings, measurement }: InfluxOptions): InfluxReader => new InfluxReader(() => undefined, new InfluxClient(settings), measurement, timeZone)

/** Reads the server, and the journal in `folder` where there is one. */
export async function openInfluxReader(folder: string, { timeZone, settings, measurement }: InfluxOptions): Promise<TimeSeriesReader> {
  return new InfluxReader(() => openForReading(folder), new InfluxClient(settings), measurement, timeZone)
}

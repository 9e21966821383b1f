import type { TimeSeriesReader } from '../port.ts'
import { openForReading } from './files.ts'
import { EmbeddedReader } from './series-reader.ts'

export interface EmbeddedOptions {
  /** For local days. */
  readonly timeZone: string
}

/** Reads beside the writer; answers with nothing as long as the store does not exist. */
export async function openEmbeddedReader(folder: string, { timeZone }: EmbeddedOptions): Promise<TimeSeriesReader> {
  return new EmbeddedReader(() => openForReading(folder), timeZone)
}

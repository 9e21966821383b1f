import { mkdirSync } from 'node:fs'
import { openForWriting } from './files.ts'
import type { EmbeddedOptions } from './reader.ts'
import { EmbeddedStore } from './series-writer.ts'
import { lockForWriting } from '../journal/writer-lock.ts'

export interface WriterOptions extends EmbeddedOptions {
  /** Samples of the journal at which it is packed into blocks; fewer make a fault in between more likely to be met. */
  readonly packSamples?: number
}

/** The one writer of a folder; fails with PF_STORE_LOCKED while another process writes it. */
export async function openEmbeddedStore(folder: string, { timeZone, packSamples }: WriterOptions): Promise<EmbeddedStore> {
  mkdirSync(folder, { recursive: true })
  const unlock = lockForWriting(folder)
  try {
    return new EmbeddedStore(openForWriting(folder), unlock, timeZone, packSamples)
  } catch (error) {
    unlock()
    throw error
  }
}

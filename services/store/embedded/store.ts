import { mkdirSync } from 'node:fs'
import { openForWriting } from './files.ts'
import { EmbeddedStore, type WriterOptions } from './series-writer.ts'
import { lockForWriting } from '../journal/writer-lock.ts'

/** The one writer of a folder; fails with PF_STORE_LOCKED while another process writes it. */
export async function openEmbeddedStore(folder: string, options: WriterOptions): Promise<EmbeddedStore> {
  mkdirSync(folder, { recursive: true })
  const unlock = lockForWriting(folder)
  try {
    return new EmbeddedStore(openForWriting(folder), unlock, options)
  } catch (error) {
    unlock()
    throw error
  }
}

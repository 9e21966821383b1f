import { openForReading } from './files.ts'
import { readStatus, type ForwardingStatus } from './status.ts'

/** How the writer of this folder stands with its server, for other processes; undefined where there is no such writer. */
export function readForwardingStatus(folder: string): ForwardingStatus | undefined {
  const files = openForReading(folder)
  if (files === undefined) return undefined
  try {
    return readStatus(files.forwarding)
  } finally {
    files.close()
  }
}

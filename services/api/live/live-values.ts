import type { SampleBatch, TimeSeriesReader } from '#services/store/port.ts'
import type { Logger } from '#services/telemetry/logger.ts'

const POLL_MS = 500
const ENTRIES_A_POLL = 200

export type ValueListener = (batch: SampleBatch, recordedAt: number) => void

/** The live bus of this process: one look at the journal for all streams together, and none while nobody listens. */
export interface LiveValues {
  listen(listener: ValueListener): () => void
  stop(): void
}

export function createLiveValues(reader: TimeSeriesReader, log: Logger): LiveValues {
  const listeners = new Set<ValueListener>()
  let timer: NodeJS.Timeout | undefined
  let seen: number | undefined
  let stopped = false

  const poll = async (): Promise<void> => {
    try {
      // The first look only notes where the journal stands: history is asked for, not streamed.
      seen ??= await reader.headSeq()
      const entries = await reader.tail(seen, ENTRIES_A_POLL)
      for (const { seq, batch, recordedAt } of entries) {
        seen = seq
        for (const listener of listeners) listener(batch, recordedAt)
      }
    } catch (error) {
      log.warn({ error: String(error) }, 'the journal could not be read for live values')
    }
    timer = undefined
    schedule()
  }
  const schedule = () => {
    if (stopped || listeners.size === 0) seen = undefined
    else timer ??= setTimeout(() => void poll(), POLL_MS)
  }
  return {
    listen(listener) {
      listeners.add(listener)
      schedule()
      return () => void listeners.delete(listener)
    },
    stop() {
      stopped = true
      clearTimeout(timer)
      listeners.clear()
    },
  }
}

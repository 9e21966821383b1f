import type { DriverContext, RawReadings } from './port.ts'

const FLUSH_AFTER_MS = 250
const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 5_000

export interface ReadingQueueOptions {
  /** Rows that may wait for the journal. */
  readonly capacity: number
  readonly deliver: (readings: RawReadings) => Promise<void>
  readonly now: () => number
  readonly onRefused: (error: unknown) => void
}

/** Gathers single values into columns and hands them over one batch at a time, each until it is taken. */
export interface ReadingQueue {
  /** False if there is no room: the value is not kept. */
  push(channel: number, at: number, value: number, quality: number): boolean
  /** Resolves when everything pushed so far is in the journal, or the queue was closed. */
  empty(): Promise<void>
  /** Rows not taken yet. */
  readonly waiting: number
  /** Rows pushed since the beginning, and how many of them are in the journal: rows go in the order they came. */
  readonly pushed: number
  readonly taken: number
  /** Gives what is left one try; then nothing is delivered any more. */
  close(): Promise<void>
}

/** The queue of a driver: into the journal of its source, by its clock, what is refused into its log. */
export const queueOf = (context: Pick<DriverContext, 'deliver' | 'clock' | 'log'>, capacity: number): ReadingQueue =>
  createReadingQueue({
    capacity, deliver: (readings) => context.deliver(readings), now: () => context.clock.now(),
    onRefused: (error) => context.log.warn({ cause: String(error) }, 'readings were not taken: they are kept and given again'),
  })

export function createReadingQueue({ capacity, deliver, now, onRefused }: ReadingQueueOptions): ReadingQueue {
  const channels = new Int32Array(capacity)
  const at = new Float64Array(capacity)
  const values = new Float64Array(capacity)
  const quality = new Uint8Array(capacity)
  let filled = 0
  let underway = 0
  let pushed = 0
  let taken = 0
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let flushing: Promise<void> | undefined
  let wake = () => {}

  function takeBatch(): RawReadings {
    const batch = { channels: channels.slice(0, filled), at: at.slice(0, filled), values: values.slice(0, filled), quality: quality.slice(0, filled), receivedAt: now() }
    underway = filled
    filled = 0
    return batch
  }

  async function handOver(batch: RawReadings): Promise<void> {
    for (let delayMs = FIRST_RETRY_MS; ; delayMs = Math.min(2 * delayMs, LONGEST_RETRY_MS)) {
      try {
        await deliver(batch)
        taken += batch.channels.length
        break
      } catch (error) {
        onRefused(error)
        if (closed) break
        await new Promise<void>((resolve) => {
          const retry = setTimeout(resolve, delayMs)
          wake = () => { clearTimeout(retry); resolve() }
        })
      }
    }
    underway = 0
  }

  async function flushAll(): Promise<void> {
    while (filled > 0) await handOver(takeBatch())
    // In the same turn as the last look at `filled`, so that the next value starts its own timer.
    flushing = undefined
  }

  async function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    if (filled + underway === 0) return
    flushing ??= flushAll()
    await flushing
  }

  return {
    push(channel, time, value, code) {
      if (closed || filled + underway >= capacity) return false
      channels[filled] = channel
      at[filled] = time
      values[filled] = value
      quality[filled++] = code
      pushed++
      if (flushing === undefined) timer ??= setTimeout(() => void flush(), FLUSH_AFTER_MS)
      return true
    },
    empty: flush,
    get waiting() {
      return filled + underway
    },
    get pushed() {
      return pushed
    },
    get taken() {
      return taken
    },
    async close() {
      closed = true
      wake()
      await flush()
    },
  }
}

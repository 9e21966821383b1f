import { setTimeout as pause } from 'node:timers/promises'
import { lineAddress, openSerial, openTcp, type ByteLine, type LineAddress } from '../byte-line.ts'
import { queueOf, type ReadingQueue } from '../reading-queue.ts'
import type { Driver, DriverContext, DriverFactory } from '../port.ts'
import { ANY_METER, channelFault, frameValues, meterOf, toWanted, type WantedLabel } from './frame-values.ts'
import { TicParser, type Frame } from './parser.ts'

/** Speeds of the historique and the standard mode. */
const SPEEDS = [1_200, 9_600] as const
/** A frame takes at most two seconds at 1200 baud: so long without a valid one, and it is the wrong speed or a dead line. */
const SILENT_AFTER_MS = 6_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000
const QUEUE_ROWS = 50_000

export type OpenTic = (address: LineAddress, baudRate: number) => Promise<ByteLine>

/** Eight bits without parity: the parity bit of 7E1 then comes to our own parser, which checks it and knows the group it spoils. */
const openLine: OpenTic = async (address, baudRate) =>
  address.kind === 'tcp' ? openTcp(address.host, address.port) : openSerial({ path: address.path, baudRate, dataBits: 8, parity: 'none' })

/** Listens to the customer output of French meters (historique and standard), on a serial port or through a TCP server. */
export const createTicDriver = (open: OpenTic = openLine): DriverFactory => ({
  protocol: 'linky-tic',
  check(source, channels) {
    const faults = channels.map(channelFault).filter((fault) => fault !== undefined)
    return lineAddress(source.url, 'tic') === undefined ? [...faults, `url ${source.url} is neither tic-tcp://HOST:PORT nor tic-serial:PATH`] : faults
  },
  async start(context) {
    context.status('starting')
    const stopping = new AbortController()
    const queue = queueOf(context, QUEUE_ROWS)
    const listening = keepListening(context, queue, open, stopping.signal)
    return {
      async stop() {
        stopping.abort()
        await listening
        await queue.close()
        context.status('stopped')
      },
    } satisfies Driver
  },
})

export const ticDriver = createTicDriver()

async function keepListening(context: DriverContext, queue: ReadingQueue, open: OpenTic, stopping: AbortSignal): Promise<void> {
  const address = lineAddress(context.source.url, 'tic')!
  const speeds = address.kind === 'serial' && address.baudRate === undefined ? SPEEDS : [(address.kind === 'serial' ? address.baudRate : undefined) ?? SPEEDS[0]]
  const wanted = toWanted(context.channels)
  let speed = 0
  let pauseMs = FIRST_PAUSE_MS
  while (!stopping.aborted) {
    let line: ByteLine | undefined
    try {
      line = await open(address, speeds[speed])
      const { frames, why } = await listen(line, wanted, context, queue, stopping)
      if (frames > 0) pauseMs = FIRST_PAUSE_MS
      // A meter that was set to the other mode speaks at the other speed.
      if (why === 'silent') speed = (speed + 1) % speeds.length
      if (!stopping.aborted) context.status('reconnecting', why === 'silent' ? 'no valid frame' : 'the line ended')
    } catch (error) {
      if (!stopping.aborted) context.status('reconnecting', error instanceof Error ? error.message : String(error))
    } finally {
      await line?.close()
    }
    await pause(pauseMs, undefined, { signal: stopping }).catch(() => {})
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
  }
}

/** Takes frames until the line ends, stays without a valid one for too long, or the driver stops. */
async function listen(line: ByteLine, wanted: readonly WantedLabel[], context: DriverContext, queue: ReadingQueue, stopping: AbortSignal): Promise<{ frames: number; why: 'ended' | 'silent' | 'stopped' }> {
  const said = context.source.options?.['timeoutMs']
  const silentAfterMs = typeof said === 'number' && said > 0 ? said : SILENT_AFTER_MS
  const parser = new TicParser()
  let frames = 0
  return new Promise((resolve) => {
    const end = (why: 'ended' | 'silent' | 'stopped') => {
      clearTimeout(timer)
      stopping.removeEventListener('abort', stop)
      resolve({ frames, why })
    }
    const stop = () => end('stopped')
    const timer = setTimeout(() => end('silent'), silentAfterMs)
    stopping.addEventListener('abort', stop, { once: true })
    line.onEnd(() => end('ended'))
    line.onBytes((bytes) => {
      if (stopping.aborted) return
      const parsed = parser.push(bytes)
      for (const [reason, count] of parsed.rejected) context.reject(reason, count)
      for (const frame of parsed.frames) takeFrame(frame, wanted, context, queue, frames++ === 0)
      if (parsed.frames.length > 0) timer.refresh()
    })
    if (stopping.aborted) stop()
  })
}

function takeFrame(frame: Frame, wanted: readonly WantedLabel[], context: DriverContext, queue: ReadingQueue, isFirst: boolean): void {
  const meter = meterOf(frame)
  const ofThisMeter = wanted.filter((want) => want.meter === ANY_METER || want.meter === meter)
  if (ofThisMeter.length === 0) {
    // Values of a meter that did not say who it is are nobody's.
    context.reject(meter === undefined ? 'no-meter-address' : 'unknown-meter', frame.groups.length, meter)
    if (isFirst) context.status('connected', meter === undefined ? undefined : `the meter on this line is ${meter}`)
    return
  }
  const { values, missing, backwards } = frameValues(frame, ofThisMeter, context.clock.now())
  if (isFirst) context.status('connected', missing.length === 0 ? undefined : `the meter does not send ${missing.join(', ')}`)
  if (backwards.length > 0) context.log.warn({ source: context.source.id, meter, labels: backwards }, 'an index went backwards: its value is marked uncertain')
  const full = values.filter(({ index, at, value, quality }) => !queue.push(index, at, value, quality)).length
  if (full > 0) context.reject('queue-full', full, meter)
}

import { setTimeout as pause } from 'node:timers/promises'
import { lineAddress, openSerial, openTcp, type ByteLine, type LineAddress } from '../byte-line.ts'
import { queueOf, type ReadingQueue } from '../reading-queue.ts'
import type { Channel, Driver, DriverContext, DriverFactory } from '../port.ts'
import { parseAddress } from './address.ts'
import { MBus } from './bus.ts'
import { takeReading, toMeters, type PolledMeter } from './poll.ts'
import { isSilence, readMeter } from './read-meter.ts'

/** Rounds a silent meter is left out before it is asked again. */
const ROUNDS_LEFT_OUT = 10
/** So often in succession may the line end with the same meter before that meter is taken for the cause. */
const ENDS_FORGIVEN = 1
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000
const QUEUE_ROWS = 50_000
const DEFAULT_BAUD = 2_400
/** The longest telegram has 261 characters of 11 bits; a meter may wait 330 bit times and 50 ms before it answers (EN 13757-2). */
const LONGEST_ANSWER_BITS = 261 * 11 + 330
const EXTRA_MS = 250

export type OpenMBus = (address: LineAddress) => Promise<ByteLine>

const openLine: OpenMBus = async (address) =>
  address.kind === 'tcp' ? openTcp(address.host, address.port) : openSerial({ path: address.path, baudRate: address.baudRate ?? DEFAULT_BAUD, dataBits: 8, parity: 'even' })

function patienceOf({ source }: DriverContext, address: LineAddress): number {
  const said = source.options?.['timeoutMs']
  const baud = address.kind === 'serial' ? address.baudRate ?? DEFAULT_BAUD : DEFAULT_BAUD
  return typeof said === 'number' && said > 0 ? said : EXTRA_MS + (1_000 * LONGEST_ANSWER_BITS) / baud
}

/** The master of an M-Bus: reads each meter in turn, through a TCP gateway or a serial level converter. */
export const createMBusDriver = (open: OpenMBus = openLine): DriverFactory => ({
  protocol: 'mbus',
  check(source, channels) {
    const faults = channels.flatMap(faultsOf)
    return lineAddress(source.url, 'mbus') === undefined ? [...faults, `url ${source.url} is neither mbus-tcp://HOST:PORT nor mbus-serial:PATH?baud=2400`] : faults
  },
  async start(context) {
    context.status('starting')
    const stopping = new AbortController()
    const queue = queueOf(context, QUEUE_ROWS)
    const reading = keepReading(context, queue, open, stopping.signal)
    return {
      async stop() {
        stopping.abort()
        await reading
        await queue.close()
        context.status('stopped')
      },
    } satisfies Driver
  },
})

export const mbusDriver = createMBusDriver()

function faultsOf({ device, profileChannel: { quantity, vif } }: Channel): string[] {
  const faults = parseAddress(device.address) === undefined ? [`device ${device.id}: "${device.address}" is neither 1 to 250 nor eight digits like 11490378 or 11490378-ACW`] : []
  return (quantity === undefined) === (vif === undefined) ? [...faults, `device ${device.id}: its profile ${device.profile} must name either quantity or vif in each channel`] : faults
}

async function keepReading(context: DriverContext, queue: ReadingQueue, open: OpenMBus, stopping: AbortSignal): Promise<void> {
  const { source, clock } = context
  const address = lineAddress(source.url, 'mbus')!
  const patienceMs = patienceOf(context, address)
  const meters = toMeters(context.channels)
  const roundMs = Math.max(1_000, (source.periodS * 1_000) / clock.speed)
  const rest = (ms: number) => pause(ms, undefined, { signal: stopping }).catch(() => {})
  let pauseMs = FIRST_PAUSE_MS
  while (!stopping.aborted) {
    let line: ByteLine | undefined
    const giveUp = () => void line?.close()
    stopping.addEventListener('abort', giveUp, { once: true })
    try {
      line = await open(address)
      const bus = new MBus(line)
      while (!stopping.aborted && !bus.ended) {
        const started = performance.now()
        // Meters hold their newest while the journal is full.
        if (queue.waiting < QUEUE_ROWS / 2) {
          if ((await readRound(bus, meters, patienceMs, context, queue, stopping)) === 0) break
          pauseMs = FIRST_PAUSE_MS
          if (!bus.ended) reportConnected(meters, context)
        }
        await rest(Math.max(0, roundMs - (performance.now() - started)))
      }
      if (!stopping.aborted) context.status('reconnecting', 'the line ended or no meter answered')
    } catch (error) {
      if (!stopping.aborted) context.status('reconnecting', error instanceof Error ? error.message : String(error))
    } finally {
      stopping.removeEventListener('abort', giveUp)
      await line?.close()
    }
    await rest(pauseMs)
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
  }
}

/** Asks each meter once, and those that stayed silent a second time when all others have had their turn; how many answered. */
async function readRound(bus: MBus, meters: readonly PolledMeter[], patienceMs: number, context: DriverContext, queue: ReadingQueue, stopping: AbortSignal): Promise<number> {
  const due = meters.filter((meter) => meter.leftOut === 0)
  for (const meter of meters) if (meter.leftOut > 0) meter.leftOut--
  let answers = 0
  const silent: PolledMeter[] = []
  for (const meter of due) {
    if (bus.ended || stopping.aborted) return answers
    if (await readOne(bus, meter, patienceMs, context, queue)) answers++
    else silent.push(meter)
  }
  // Nobody at all: it is the line that is silent, not the meters.
  if (answers === 0) {
    if (!bus.ended) for (const meter of meters) meter.leftOut = 0
    return 0
  }
  for (const meter of silent) {
    if (bus.ended || stopping.aborted) return answers
    if (!(await readOne(bus, meter, patienceMs, context, queue))) meter.leftOut = ROUNDS_LEFT_OUT
  }
  return answers
}

/** False if the meter said nothing that could be understood. */
async function readOne(bus: MBus, meter: PolledMeter, patienceMs: number, context: DriverContext, queue: ReadingQueue): Promise<boolean> {
  const reading = await readMeter(bus, meter.address, patienceMs)
  if ('telegrams' in reading) {
    meter.endedHere = 0
    takeReading(meter, reading.telegrams, context, queue)
    return true
  }
  // Some gateways cut whoever asks for a meter they do not have: the meters behind it must get their turn.
  if (reading.refusal === 'disconnected' && ++meter.endedHere > ENDS_FORGIVEN) meter.leftOut = ROUNDS_LEFT_OUT
  if (reading.refusal === 'garbled' || !isSilence(reading.refusal)) context.reject(reading.refusal, meter.channels.length, `meter ${meter.name}`)
  return !isSilence(reading.refusal)
}

function reportConnected(meters: readonly PolledMeter[], context: DriverContext): void {
  const silent = meters.filter(({ leftOut }) => leftOut > 0)
  context.status('connected', silent.length === 0 ? undefined : `no answer from meter ${silent.map(({ name }) => name).join(', ')}`)
}

import { setTimeout as pause } from 'node:timers/promises'
import { queueOf, type ReadingQueue } from '../reading-queue.ts'
import type { Driver, DriverContext, DriverFactory } from '../port.ts'
import { ModbusConnection } from './connection.ts'
import { CLOCK, planReads } from './plan.ts'
import { readUnit, type PolledUnit } from './read-unit.ts'

/** Rounds a silent unit is left out before it is asked again. */
const ROUNDS_LEFT_OUT = 10
/** So often in succession may the connection end with the same unit before that unit is taken for the cause. */
const ENDS_FORGIVEN = 1
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000
const QUEUE_ROWS = 50_000

const addressOf = (url: string) => {
  const { hostname, port } = new URL(url.replace(/^modbus-tcp:/, 'http:'))
  return { host: hostname, port: Number(port || 502) }
}

/** Reads holding registers of Modbus TCP units in turn, stamped by the clock of each device where it has one. */
export const modbusDriver: DriverFactory = {
  protocol: 'modbus',
  check(source, channels) {
    const faults = channels.filter(({ device: { address } }) => !(Number(address) >= 1 && Number(address) <= 247)).map(({ device }) => `device ${device.id}: unit ${device.address} is not from 1 to 247`)
    return URL.canParse(source.url) && source.url.startsWith('modbus-tcp://') ? faults : [...faults, `url ${source.url} is not modbus-tcp://HOST:PORT`]
  },
  async start(context) {
    context.status('starting')
    const stopping = new AbortController()
    const queue = queueOf(context, QUEUE_ROWS)
    const reading = keepReading(context, queue, stopping.signal)
    return {
      async stop() {
        stopping.abort()
        await reading
        await queue.close()
        context.status('stopped')
      },
    } satisfies Driver
  },
}

interface TurnUnit extends PolledUnit {
  leftOut: number
  endedHere: number
}

async function keepReading(context: DriverContext, queue: ReadingQueue, stopping: AbortSignal): Promise<void> {
  const { source, clock } = context
  const { host, port } = addressOf(source.url)
  const units = planReads(context.channels).map((plan): TurnUnit => ({ plan, newestAt: NaN, leftOut: 0, endedHere: 0 }))
  const roundMs = Math.max(1_000, (source.periodS * 1_000) / clock.speed)
  const rest = (ms: number) => pause(ms, undefined, { signal: stopping }).catch(() => {})
  let pauseMs = FIRST_PAUSE_MS
  while (!stopping.aborted) {
    let connection: ModbusConnection | undefined
    const giveUp = () => connection?.close()
    stopping.addEventListener('abort', giveUp, { once: true })
    try {
      connection = await ModbusConnection.open(host, port)
      while (!stopping.aborted && !connection.ended) {
        const started = performance.now()
        // Registers hold their newest while the journal is full.
        if (queue.waiting < QUEUE_ROWS / 2) {
          if ((await readRound(connection, units, context, queue)) === 0) break
          pauseMs = FIRST_PAUSE_MS
          if (!connection.ended) reportConnected(units, context)
        }
        await rest(Math.max(0, roundMs - (performance.now() - started)))
      }
      if (!stopping.aborted) context.status('reconnecting', 'the connection ended or nobody answered')
    } catch (error) {
      context.status('reconnecting', error instanceof Error ? error.message : String(error))
    } finally {
      stopping.removeEventListener('abort', giveUp)
      connection?.close()
    }
    await rest(pauseMs)
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
  }
}

/** Asks each unit once; how many answered. */
async function readRound(connection: ModbusConnection, units: readonly TurnUnit[], context: DriverContext, queue: ReadingQueue): Promise<number> {
  let answers = 0
  for (const unit of units) {
    if (unit.leftOut > 0) {
      unit.leftOut--
      continue
    }
    const outcome = await readUnit(connection, unit, context, queue)
    if (outcome === 'answered') {
      answers++
      unit.endedHere = 0
    } else if (outcome === 'no-answer') unit.leftOut = ROUNDS_LEFT_OUT
    else {
      // Some gateways cut whoever asks for a unit they do not have: the units behind it must get their turn.
      if (++unit.endedHere > ENDS_FORGIVEN) unit.leftOut = ROUNDS_LEFT_OUT
      if (outcome === 'not-modbus') context.reject('not-modbus', valuesOf(unit), `unit ${unit.plan.unit}`)
      return answers
    }
  }
  // Nobody at all: it is not the units that are silent.
  if (answers === 0) for (const unit of units) unit.leftOut = 0
  return answers
}

const valuesOf = ({ plan }: TurnUnit): number => plan.reads.flatMap(({ values }) => values).filter(({ channel }) => channel !== CLOCK).length

function reportConnected(units: readonly TurnUnit[], context: DriverContext): void {
  const silent = units.filter(({ leftOut }) => leftOut > 0)
  context.status('connected', silent.length === 0 ? undefined : `no answer from unit ${silent.map(({ plan }) => plan.unit).join(', ')}`)
}

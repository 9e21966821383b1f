import { setTimeout as pause } from 'node:timers/promises'
import { QUALITY } from '#models/units/quality.ts'
import { createReadingQueue } from '../reading-queue.ts'
import type { Driver, DriverContext, DriverFactory } from '../port.ts'
import { ModbusConnection } from './connection.ts'
import { valueAt } from './frames.ts'
import { planReads, type UnitPlan } from './plan.ts'

/** A unit that stays silent costs the others at most this much a round. */
const PATIENCE_MS = 700
/** Rounds a silent unit is left out before it is asked again. */
const ROUNDS_LEFT_OUT = 10
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
    const queue = createReadingQueue({
      capacity: QUEUE_ROWS,
      deliver: (readings) => context.deliver(readings),
      now: () => context.clock.now(),
      onRefused: (error) => context.log.warn({ cause: String(error) }, 'readings were not taken: they are kept and given again'),
    })
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

type Queue = ReturnType<typeof createReadingQueue>

async function keepReading(context: DriverContext, queue: Queue, stopping: AbortSignal): Promise<void> {
  const { source, clock } = context
  const { host, port } = addressOf(source.url)
  const units = planReads(context.channels).map((plan) => ({ plan, leftOut: 0, newestAt: NaN }))
  const roundMs = Math.max(1_000, (source.periodS * 1_000) / clock.speed)
  const rest = (ms: number) => pause(ms, undefined, { signal: stopping }).catch(() => {})
  let pauseMs = FIRST_PAUSE_MS
  while (!stopping.aborted) {
    let connection: ModbusConnection | undefined
    try {
      connection = await ModbusConnection.open(host, port)
      const giveUp = () => connection?.close()
      stopping.addEventListener('abort', giveUp, { once: true })
      while (!stopping.aborted && !connection.ended) {
        const started = performance.now()
        let answers = 0
        for (const unit of units) {
          if (unit.leftOut > 0) {
            unit.leftOut--
            continue
          }
          const outcome = await readUnit(connection, unit.plan, unit.newestAt, context, queue)
          if (outcome === 'no-answer') unit.leftOut = ROUNDS_LEFT_OUT
          else answers++
          if (typeof outcome === 'number') unit.newestAt = outcome
        }
        if (answers > 0) {
          pauseMs = FIRST_PAUSE_MS
          const silent = units.filter(({ leftOut }) => leftOut > 0)
          context.status('connected', silent.length === 0 ? undefined : `no answer from unit ${silent.map(({ plan }) => plan.unit).join(', ')}`)
        } else for (const unit of units) unit.leftOut = 0
        await rest(Math.max(0, roundMs - (performance.now() - started)))
        if (answers === 0) break
      }
      stopping.removeEventListener('abort', giveUp)
      if (!stopping.aborted) context.status('reconnecting', 'the connection ended or nobody answered')
    } catch (error) {
      context.status('reconnecting', error instanceof Error ? error.message : String(error))
    } finally {
      connection?.close()
    }
    await rest(pauseMs)
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
  }
}

/** The time of the readings, `undefined` if there was nothing new, or that the unit stayed silent. */
async function readUnit(connection: ModbusConnection, { unit, reads }: UnitPlan, newestAt: number, context: DriverContext, queue: Queue): Promise<number | undefined | 'no-answer'> {
  const found: { channel: number; value: number }[] = []
  let at = NaN
  for (const { register, count, values } of reads) {
    const reading = await connection.read(unit, register, count, PATIENCE_MS)
    if ('refusal' in reading) {
      if (reading.refusal === 'no-answer' || reading.refusal === 'disconnected') return 'no-answer'
      context.reject(reading.refusal, values.filter(({ channel }) => channel >= 0).length, `unit ${unit}`)
      continue
    }
    for (const { channel, register: place, type, wordOrder, scale } of values) {
      const value = valueAt(reading.registers, place - register, type, wordOrder) * scale
      if (channel >= 0) found.push({ channel, value })
      else at = value
    }
  }
  // A clock at zero was never set: the time of arrival is better. One that stands still tells nothing new.
  const time = at > 0 ? at : context.clock.now()
  if (time === newestAt) return undefined
  let full = 0
  for (const { channel, value } of found) if (!queue.push(channel, time, value, Number.isFinite(value) ? QUALITY.measured : QUALITY.bad)) full++
  if (full > 0) context.reject('queue-full', full)
  return time
}


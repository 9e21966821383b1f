import { QUALITY } from '#models/units/quality.ts'
import type { DriverContext } from '../port.ts'
import type { ReadingQueue } from '../reading-queue.ts'
import type { ModbusConnection } from './connection.ts'
import { isLoss, valueAt, type Loss } from './frames.ts'
import { CLOCK, type PlannedRead, type UnitPlan } from './plan.ts'

/** A unit that stays silent costs the others at most this much a round. */
const PATIENCE_MS = 700
/** How often values are read again because the clock of the device moved meanwhile. */
const ATTEMPTS = 3

export interface PolledUnit {
  readonly plan: UnitPlan
  /** Time of the newest readings; a clock that stands still tells nothing new. */
  newestAt: number
}

type Row = { readonly channel: number; readonly value: number }
type Answers = { readonly rows: readonly Row[]; readonly refused: readonly { readonly reason: string; readonly count: number }[] }

/**
 * Asks one unit for everything it has and puts what is new into the queue. Where the clock is a question of its own it
 * is asked before and after the values: a device that measures between two answers would lend one value the time of another.
 */
export async function readUnit(connection: ModbusConnection, unit: PolledUnit, context: DriverContext, queue: ReadingQueue): Promise<'answered' | Loss> {
  const { reads, clock, unit: address } = unit.plan
  for (let attempt = 1; ; attempt++) {
    const before = clock === undefined ? undefined : await ask(connection, address, [clock])
    if (typeof before === 'string') return before
    const begin = timeOf(before)
    if (begin === unit.newestAt) return 'answered'
    const answers = await ask(connection, address, reads)
    if (typeof answers === 'string') return answers
    const after = clock === undefined ? undefined : await ask(connection, address, [clock])
    if (typeof after === 'string') return after
    const isSteady = Object.is(timeOf(after), begin)
    if (!isSteady && attempt < ATTEMPTS) continue

    for (const { reason, count } of [...answers.refused, ...(before?.refused ?? [])]) context.reject(reason, count, `unit ${address}`)
    const told = clock === undefined ? timeOf(answers) : begin
    if (told === unit.newestAt) return 'answered'
    // A clock at zero was never set: the time of arrival is better.
    const at = told > 0 ? told : context.clock.now()
    let full = 0
    for (const { channel, value } of answers.rows) {
      if (channel !== CLOCK && !queue.push(channel, at, value, qualityOf(value, isSteady))) full++
    }
    if (full > 0) context.reject('queue-full', full, `unit ${address}`)
    // What was refused or found no room is asked for again.
    if (answers.refused.length + full === 0) unit.newestAt = at
    return 'answered'
  }
}

async function ask(connection: ModbusConnection, unit: number, reads: readonly PlannedRead[]): Promise<Answers | Loss> {
  const rows: Row[] = []
  const refused: { reason: string; count: number }[] = []
  for (const { register, count, values } of reads) {
    const reading = await connection.read(unit, register, count, PATIENCE_MS)
    if ('registers' in reading) {
      for (const { channel, register: place, type, wordOrder, scale } of values) rows.push({ channel, value: valueAt(reading.registers, place - register, type, wordOrder) * scale })
    } else if (isLoss(reading.refusal)) return reading.refusal
    else refused.push({ reason: reading.refusal, count: values.filter(({ channel }) => channel !== CLOCK).length })
  }
  return { rows, refused }
}

const timeOf = (answers: Answers | undefined): number => answers?.rows.find(({ channel }) => channel === CLOCK)?.value ?? NaN

function qualityOf(value: number, isSteady: boolean): number {
  if (!Number.isFinite(value)) return QUALITY.bad
  return isSteady ? QUALITY.measured : QUALITY.uncertain
}

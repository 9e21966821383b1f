import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { DriverContext, RawReadings } from '../port.ts'
import { decodeAsdu, isFault, type Asdu } from './asdu.ts'
import type { Intake } from './intake.ts'
import { Interrogator, type Question } from './interrogation.ts'
import { Link, type LinkEnd } from './link.ts'
import type { Settings } from './settings.ts'
import { isSystem, isValueCause } from './types.ts'

const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 5_000
/** How long a server may take to confirm that it sends nothing more. */
const STOP_MS = 2_000
const NAMES_SHOWN = 5

export interface SessionOptions {
  readonly context: DriverContext
  readonly settings: Settings
  readonly intake: Intake
  readonly stopping: AbortSignal
}

/**
 * Serves one connection until it ends or the driver stops, and says at once why it ended. What was received is in the
 * journal when this resolves, or not confirmed; true if anything was: the connection was good for something.
 */
export async function serveSession(socket: Socket, { context, settings, intake, stopping }: SessionOptions, onEnd: (end: LinkEnd) => void): Promise<boolean> {
  const timers: NodeJS.Timeout[] = []
  const refusals = new Set<string>()
  let [newest, storedNumber, hasStored] = [-1, -1, false]
  let storing: Promise<void> | undefined
  let coverage: string | undefined
  let onOver: () => void
  const over = new Promise<void>((resolve) => { onOver = resolve })

  const link = new Link((bytes) => void socket.write(bytes), settings.timers, {
    onAsdu(bytes, number) {
      takeAsdu(bytes)
      newest = number
      storing ??= store()
    },
    onStarted() {
      context.status('connected')
      intake.forgetSeen()
      const every = (seconds: number, question: Question) => void timers.push(setInterval(() => interrogator.ask(question, intake.stations), seconds * 1_000))
      interrogator.ask('interrogation', intake.stations)
      if (settings.countersS > 0) {
        interrogator.ask('counter-interrogation', intake.stations)
        every(settings.countersS, 'counter-interrogation')
      }
      if (settings.interrogationS > 0) every(settings.interrogationS, 'interrogation')
    },
    onEnd(end) {
      onEnd(end)
      onOver()
    },
  })
  const interrogator = new Interrogator(settings, {
    send: (asdu) => link.send(asdu),
    onRefused(question, station, why) {
      refusals.add(`station ${station} leaves the ${question} ${why}`)
      context.log.warn({ source: context.source.id, station, question }, `an interrogation was ${why}`)
    },
    onDone() {
      const now = coverageOf(intake, refusals)
      if (now !== coverage) context.status('connected', now)
      coverage = now
      refusals.clear()
    },
  })

  function takeAsdu(bytes: Uint8Array): void {
    const asdu = decodeAsdu(bytes, settings.layout)
    if (isFault(asdu)) return context.reject(asdu.fault, asdu.count, `type ${asdu.typeId}`)
    if (!intake.stations.includes(asdu.commonAddress)) return context.reject('unknown-station', asdu.addresses.length, String(asdu.commonAddress))
    interrogator.take(asdu)
    if (asdu.type.kind === 'initialised') interrogator.ask('interrogation', [asdu.commonAddress])
    if (isSystem(asdu.type.kind)) return
    const reason = refusalOf(asdu)
    if (reason === undefined) intake.take(asdu, context.clock.now(), context)
    else context.reject(reason, asdu.addresses.length, `station ${asdu.commonAddress}, type ${asdu.typeId}, cause ${asdu.cause}`)
  }

  /** One delivery after the other; each confirms what had come before it began. */
  async function store(): Promise<void> {
    // First let the other frames of the same piece of the stream come in.
    await Promise.resolve()
    while (newest !== storedNumber || intake.hasRows) {
      const number = newest
      if (intake.hasRows) {
        if (!(await deliver(intake.takeRows(context.clock.now()), context, stopping))) return
        hasStored = true
      }
      storedNumber = number
      link.stored(number)
    }
    storing = undefined
  }

  const stop = () => void Promise.race([link.stopTransfer(), pause(STOP_MS)]).then(() => link.end('closed'))
  stopping.addEventListener('abort', stop, { once: true })
  socket.on('data', (bytes: Buffer) => link.receive(bytes))
  socket.once('close', () => link.end('closed'))
  socket.once('end', () => link.end('closed'))
  if (stopping.aborted) stop()
  await over
  stopping.removeEventListener('abort', stop)
  interrogator.stop()
  for (const timer of timers) clearInterval(timer)
  socket.destroy()
  await storing
  return hasStored
}

function refusalOf({ isTest, isNegative, cause }: Asdu): string | undefined {
  if (isTest) return 'test'
  return isNegative || !isValueCause(cause) ? 'cause' : undefined
}

/** Gives readings until they are taken; false if they were not when the driver stopped. */
async function deliver(readings: RawReadings, context: DriverContext, stopping: AbortSignal): Promise<boolean> {
  for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2)) {
    try {
      await context.deliver(readings)
      return true
    } catch (error) {
      context.log.warn({ source: context.source.id, cause: String(error) }, 'readings were not taken: they are kept, not confirmed, and given again')
      if (stopping.aborted) return false
      await pause(retryMs, undefined, { signal: stopping }).catch(() => {})
    }
  }
}

function coverageOf(intake: Intake, refusals: ReadonlySet<string>): string | undefined {
  const { missing, unasked } = intake.coverage
  const said = [...refusals]
  if (missing.length > 0) said.push(`no value of ${missing.slice(0, NAMES_SHOWN).join(', ')}${missing.length > NAMES_SHOWN ? ` and ${missing.length - NAMES_SHOWN} more` : ''}`)
  if (unasked > 0) said.push(`${unasked} objects feed no point`)
  return said.length === 0 ? undefined : said.join('; ')
}

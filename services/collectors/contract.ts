import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Source } from '#models/district/schema.ts'
import { QUALITY } from '#models/units/quality.ts'
import type { Clock } from '#services/clock/port.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import type { Channel, Driver, DriverFactory, DriverState, RawReadings } from './port.ts'

/** A real server (broker, folder) of the protocol, as a device would be seen. */
export interface FieldServer {
  /** Shows a value; whole seconds and small whole numbers only, which every protocol can carry. */
  publish(channel: number, at: number, value: number, quality: number): void | Promise<void>
  stop(): Promise<void>
}

/** What a driver must bring to be held to the contract. */
export interface DriverHarness {
  readonly factory: DriverFactory
  readonly source: Source
  /** At least two. */
  readonly channels: readonly Channel[]
  /** A driver that is started again uses the same folder. */
  readonly stateFolder: string
  readonly gives: {
    /** Values with their own time. */
    readonly time: boolean
    /** Bad and uncertain values, said by the device. */
    readonly quality: boolean
    /** Values that passed while nobody was connected, or that nobody took. */
    readonly history: boolean
  }
  /** Always at the same address. */
  startServer(): Promise<FieldServer>
}

const REAL_CLOCK: Clock = { now: Date.now, speed: 1, realMsUntil: (at) => Math.max(0, at - Date.now()) }
const PATIENCE_MS = 20_000
const wholeSecond = (): number => Math.floor(Date.now() / 1_000) * 1_000

/** A journal in memory: what was taken, by channel and time. */
function createJournal(channels: number) {
  const rows: { channel: number; at: number; value: number; quality: number }[] = []
  const states: DriverState[] = []
  const rejected: string[] = []
  let refusals = 0
  const newest = new Float64Array(channels).fill(NaN)
  return {
    rows, states, rejected,
    refuseNext(count: number) {
      refusals = count
    },
    get refusalsLeft() {
      return refusals
    },
    async deliver(readings: RawReadings): Promise<void> {
      await Promise.resolve()
      if (refusals > 0) {
        refusals--
        throw new Error('the journal takes nothing')
      }
      readings.channels.forEach((channel, row) => {
        const at = readings.at[row]
        rows.push({ channel, at, value: readings.values[row], quality: readings.quality[row] })
        if (!(at <= newest[channel])) newest[channel] = at
      })
    },
    lastStoredAt: async () => newest.slice(),
    find: (channel: number, value: number) => rows.find((row) => row.channel === channel && row.value === value),
  }
}

/** The one suite every driver passes; `make` prepares a source of the protocol with its files below `folder`. */
export function driverContract(name: string, make: (folder: string) => Promise<DriverHarness>): void {
  describe(`driver contract: ${name}`, () => {
    let folder: string
    let harness: DriverHarness
    let journal: ReturnType<typeof createJournal>
    let server: FieldServer | undefined
    let driver: Driver | undefined

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'penfeld-driver-'))
      harness = await make(folder)
      journal = createJournal(harness.channels.length)
    })
    afterEach(async () => {
      await driver?.stop()
      await server?.stop()
      driver = server = undefined
      await rm(folder, { recursive: true, force: true })
    })

    async function startDriver(): Promise<void> {
      driver = await harness.factory.start({
        source: harness.source, channels: harness.channels, clock: REAL_CLOCK, log: silentLogger, stateFolder: harness.stateFolder,
        deliver: (readings) => journal.deliver(readings),
        reject: (reason, count, detail) => void journal.rejected.push(`${reason} ${count} ${detail ?? ''}`),
        lastStoredAt: journal.lastStoredAt,
        status: (state) => void journal.states.push(state),
      })
    }
    const stopDriver = async (): Promise<void> => {
      await driver?.stop()
      driver = undefined
    }
    const stopServer = async (): Promise<void> => {
      await server?.stop()
      server = undefined
    }
    const arrives = (channel: number, value: number): Promise<void> =>
      expect.poll(() => journal.find(channel, value)?.value, { timeout: PATIENCE_MS, interval: 50 }).toBe(value)
    /** Shows a value and waits until it is in the journal: a polled device holds one value at a time. */
    async function showAndAwait(channel: number, value: number, at = wholeSecond(), quality: number = QUALITY.measured): Promise<void> {
      await server!.publish(channel, at, value, quality)
      await arrives(channel, value)
    }

    test('finds no fault in its own source', () => {
      expect(harness.factory.check(harness.source, harness.channels)).toEqual([])
      expect(harness.factory.protocol).toBe(harness.source.protocol)
    })

    test('brings values of every channel with their time and quality, and stops for good', async () => {
      server = await harness.startServer()
      await startDriver()
      await expect.poll(() => journal.states.at(-1), { timeout: PATIENCE_MS }).toBe('connected')
      const at = wholeSecond()
      await showAndAwait(0, 11, at)
      await showAndAwait(1, 12, at)
      if (harness.gives.time) expect([journal.find(0, 11)!.at, journal.find(1, 12)!.at]).toEqual([at, at])
      expect([journal.find(0, 11)!.quality, journal.find(1, 12)!.quality]).toEqual([QUALITY.measured, QUALITY.measured])
      if (harness.gives.history) {
        for (const step of [1, 2, 3]) await server.publish(1, at + step * 1_000, 100 + step, QUALITY.measured)
        for (const step of [1, 2, 3]) await arrives(1, 100 + step)
      }
      if (harness.gives.quality) {
        await showAndAwait(0, 13, at + 1_000, QUALITY.uncertain)
        expect(journal.find(0, 13)!.quality).toBe(QUALITY.uncertain)
        await server.publish(0, at + 2_000, 14, QUALITY.bad)
        await expect.poll(() => journal.rows.some(({ quality }) => quality === QUALITY.bad), { timeout: PATIENCE_MS }).toBe(true)
      }
      await stopDriver()
      expect(journal.states.at(-1)).toBe('stopped')
      const count = journal.rows.length
      await server.publish(0, at + 3_000, 15, QUALITY.measured)
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      expect(journal.rows).toHaveLength(count)
    })

    test('starts while its source is away, and recovers from a restart without a value missing', async () => {
      await startDriver()
      await expect.poll(() => journal.states.at(-1), { timeout: PATIENCE_MS, interval: 50 }).toBe('reconnecting')
      server = await harness.startServer()
      await showAndAwait(0, 21)
      await stopServer()
      const passedAt = wholeSecond() + 1_000
      server = await harness.startServer()
      await server.publish(0, passedAt, 22, QUALITY.measured)
      if (harness.gives.history) await server.publish(0, passedAt + 1_000, 23, QUALITY.measured)
      await arrives(0, harness.gives.history ? 23 : 22)
      await showAndAwait(0, 24, passedAt + 2_000)
      if (harness.gives.history) await arrives(0, 22)
      expect(journal.states.at(-1)).toBe('connected')
    })

    test('keeps what the journal refuses and gives it again', async () => {
      server = await harness.startServer()
      await startDriver()
      const at = wholeSecond()
      await showAndAwait(0, 31, at)
      journal.refuseNext(2)
      await server.publish(0, at + 1_000, 32, QUALITY.measured)
      await arrives(0, 32)
      expect(journal.refusalsLeft).toBe(0)
      await showAndAwait(1, 33, at + 2_000)
    })

    test('brings after a restart of its own what passed meanwhile, or at least what holds now', async () => {
      server = await harness.startServer()
      await startDriver()
      const at = wholeSecond()
      await showAndAwait(0, 41, at - 5_000)
      await stopDriver()
      await server.publish(0, at - 4_000, 42, QUALITY.measured)
      await server.publish(0, at - 3_000, 43, QUALITY.measured)
      await startDriver()
      await arrives(0, 43)
      if (!harness.gives.history) return
      await arrives(0, 42)
      const order = journal.rows.filter(({ channel }) => channel === 0).map(({ value }) => value)
      expect(order.indexOf(42)).toBeLessThan(order.indexOf(43))
    })
  })
}

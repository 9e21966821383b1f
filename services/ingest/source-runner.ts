import { mkdirSync } from 'node:fs'
import type { District, Source } from '#models/district/schema.ts'
import type { Clock } from '#services/clock/port.ts'
import type { Channel, Driver, DriverFactory, DriverState, Profile } from '#services/collectors/port.ts'
import type { SourceStatus } from '#services/collectors/status.ts'
import type { TimeSeriesStore } from '#services/store/port.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import { oneLine, scrub } from '#services/telemetry/secrets.ts'
import type { Counters } from './counters.ts'
import { pointRule } from './judge.ts'
import { createSink, type SinkOptions } from './sink.ts'

/** Silent for so many times its own limit: the driver is stopped and built anew. */
const REBUILD_AFTER_LIMITS = 3
const REBUILD_AFTER_REAL_MS = 60_000
/** Real delays (a poll, a commit) become service time on an accelerated clock. */
const FRESHNESS_SLACK_REAL_S = 5

export interface SourceRunner {
  status(): SourceStatus
  /** Looks at freshness; rebuilds a driver that stays silent. Called every second or so. */
  watch(): Promise<void>
  stop(): Promise<void>
}

export interface SourceRunnerOptions {
  readonly source: Source
  readonly channels: readonly Channel[]
  readonly district: District
  readonly factory: DriverFactory
  readonly store: TimeSeriesStore
  readonly clock: Clock
  readonly counters: Counters
  readonly gate?: SinkOptions['gate']
  readonly quarantine: SinkOptions['quarantine']
  readonly log: Logger
  readonly stateFolder: string
}

/** The channels of a source: every measurement point fed by one of its devices, with what the profile says of it. */
export function channelsOf(source: Source, district: District, profiles: ReadonlyMap<string, Profile>): Channel[] {
  const devices = new Map(district.devices.filter((device) => device.source === source.id).map((device) => [device.id, device]))
  return district.measurementPoints.flatMap((point): Channel[] => {
    const device = point.feed === undefined ? undefined : devices.get(point.feed.device)
    const profileChannel = device === undefined ? undefined : profiles.get(device.profile)?.channels[point.feed!.channel]
    return device === undefined || profileChannel === undefined ? [] : [{ point, device, profileChannel }]
  })
}

/** One source: its driver, its sink, its health. Health is the freshness of what was stored, never the state of a socket. */
export async function runSource(options: SourceRunnerOptions): Promise<SourceRunner> {
  const { source, channels, district, factory, store, clock, counters, log } = options
  const pointIds = await store.register(channels.map(({ point }) => point.id))
  const ratios = new Map(district.meters.map(({ id, ratio }) => [id, ratio ?? 1]))
  const rules = channels.map((channel, index) => pointRule(channel, pointIds[index], ratios.get(channel.point.meter ?? '') ?? 1))
  const sink = createSink({ sourceId: source.id, rules, store, clock, counters, gate: options.gate, quarantine: options.quarantine })
  const latest = await store.latest(pointIds)
  // Imported history is no sign of life: only what this source itself stored counts, from now on.
  const startedAt = clock.now()
  let state: DriverState = 'starting'
  let detail: string | undefined
  let reconnects = 0
  let certificateExpiresAt: number | null = null
  let builtRealMs = Date.now()
  mkdirSync(options.stateFolder, { recursive: true })

  const start = () =>
    factory.start({
      source, channels, clock, log: log.child({ source: source.id }), stateFolder: options.stateFolder,
      deliver: (readings) => sink.deliver(readings),
      reject(reason, count, what) {
        sink.reject(reason, count)
        log.warn({ source: source.id, reason, count, what }, 'readings rejected')
      },
      lastStoredAt: async () => (await store.latest(pointIds)).at,
      status(next, what) {
        if (next === 'reconnecting' && state === 'connected') reconnects++
        state = next
        detail = what
      },
      certificate(expiresAt) {
        certificateExpiresAt = expiresAt
      },
    })
  let driver: Driver | undefined = await start()
  const silentS = () => (clock.now() - (Number.isNaN(sink.newestStoredAt) ? startedAt : sink.newestStoredAt)) / 1000
  const limitS = source.staleAfterS + FRESHNESS_SLACK_REAL_S * (clock.speed - 1)

  return {
    status: () => ({
      sourceId: source.id,
      state,
      detail: detail === undefined ? null : oneLine(scrub(detail)),
      newestAt: orNull(Number.isNaN(sink.newestAt) ? latest.at.reduce((newest, at) => (at > newest ? at : newest), -Infinity) : sink.newestAt),
      newestStoredAt: orNull(sink.newestStoredAt),
      stale: silentS() > limitS,
      reconnects,
      certificateExpiresAt,
    }),
    async watch() {
      if (driver === undefined || silentS() < limitS * REBUILD_AFTER_LIMITS || Date.now() - builtRealMs < REBUILD_AFTER_REAL_MS) return
      builtRealMs = Date.now()
      log.warn({ source: source.id, silentS: Math.round(silentS()) }, 'a source stays silent: its driver is built anew')
      const old = driver
      driver = undefined
      await old.stop()
      reconnects++
      driver = await start()
    },
    async stop() {
      await driver?.stop()
      state = 'stopped'
    },
  }
}

const orNull = (value: number) => (Number.isFinite(value) ? value : null)

import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Source } from '#models/district/schema.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { loadProfiles } from '#services/collectors/profiles.ts'
import { driverFactory } from '#services/collectors/registry.ts'
import type { SourceStatus } from '#services/collectors/status.ts'
import { DATA_FILES, IMPORT_INBOX, type RoleContext, type RunningRole } from '#services/config/role.ts'
import { openAppliedEdits } from '#services/editing/applied-edits.ts'
import { createEditApplier } from '#services/editing/apply-edits.ts'
import { createKeptEdits } from '#services/editing/kept-edits.ts'
import { openEditLedgerReader } from '#services/editing/ledger.ts'
import { tellCollectStatus } from '#services/hosts/collect-status.ts'
import { startPresence } from '#services/hosts/presence.ts'
import { closeRedis, openRedis } from '#services/hosts/redis.ts'
import { servedSources } from '#services/hosts/requirements.ts'
import { openSourceLeases } from '#services/hosts/source-leases.ts'
import { tellTail } from '#services/hosts/tell-tail.ts'
import { isDiskFull } from '#services/sqlite/disk-full.ts'
import { collectsWithOthers, openWriter, storeFolder, storeSettings } from '#services/store/open.ts'
import { openCollectStatusStore } from './collect-status.ts'
import { Counters } from './counters.ts'
import { importDemoHistory } from './demo-history.ts'
import { watchImportInbox } from './import-inbox.ts'
import { watchSources } from './metrics.ts'
import { channelsOf, runSource, type SourceRunner } from './source-runner.ts'

const WATCH_EVERY_MS = 1_000
/** Maintenance comes in slices, so that a value never waits long behind it. */
const SLICE_MS = 15
const BETWEEN_SLICES_MS = 10
const BETWEEN_ROUNDS_MS = 2_000

/** The role `collect`: every source, ingest, and the one writer of the measured store. */
export async function startCollect({ environment, district: { district, version }, clock, log, say }: RoleContext): Promise<RunningRole> {
  const place = (name: keyof typeof DATA_FILES) => join(environment.dataFolder, DATA_FILES[name])
  const failed = Promise.withResolvers<unknown>()
  let isFailed = false
  const store = await openWriter('measured', storeSettings(environment, district), failed.resolve)
  const status = openCollectStatusStore(place('collect'))
  void failed.promise.then(() => { isFailed = true; status.takeBack() })
  const counters = new Counters(status.counters())
  await store.register(district.measurementPoints.map(({ id }) => id))
  const profiles = loadProfiles()
  let stopping = false
  const ledger = openEditLedgerReader(place('edits'))
  const applied = openAppliedEdits(place('appliedEdits'))
  const kept = createKeptEdits(applied, (names) => store.lookup(names))
  const edits = createEditApplier({ ledger, applied, store, kept, district, clock, log })
  // Before any source speaks: what was decided before a crash is older than what comes now.
  await edits.applyWaiting()
  await kept.refresh()
  const guarded = kept.guard(store)

  // Which host serves a source is agreed on in Redis; one machine alone serves them all.
  const redis = environment.redisUrl === undefined ? undefined : openRedis(environment.redisUrl, log)
  const tell = redis === undefined ? undefined : tellCollectStatus(redis, environment.hostId, log)
  const telling = redis !== undefined && collectsWithOthers(environment)
    ? tellTail({ redis, hostId: environment.hostId, storeFolder: storeFolder(environment.dataFolder, 'measured', 'influx'), stateFolder: environment.dataFolder, log })
    : undefined
  const presence = redis === undefined ? undefined : startPresence(redis, { hostId: environment.hostId, role: 'collect', districtVersion: version, startedRealMs: Date.now(), threads: 0 }, log)
  const served = servedSources(environment.variables)
  const sources = district.sources.filter(({ id }) => served === undefined || served.has(id))
  const leases = redis === undefined ? undefined : await openSourceLeases(redis, environment.hostId, sources.map(({ id }) => id), log)
  const runners = new Map<string, SourceRunner>()
  const elsewhere = new Map<string, string>()
  const serve = async (source: Source): Promise<void> => {
    const factory = await driverFactory(source.protocol)
    const channels = channelsOf(source, district, profiles)
    for (const fault of factory.check(source, channels)) log.error({ source: source.id, fault }, 'a fault in the set-up of a source')
    runners.set(source.id, await runSource({
      source, channels, district, factory, store: guarded, clock, counters, log,
      quarantine: status.quarantine, stateFolder: join(environment.dataFolder, 'sources', source.id),
    }))
  }
  /** Serves what is this host's to serve, and gives up what another has taken over. */
  const followLeases = async (): Promise<void> => {
    for (const source of sources) {
      const holder = leases?.holderOf(source.id) ?? environment.hostId
      const running = runners.get(source.id)
      if (holder === environment.hostId) {
        elsewhere.delete(source.id)
        if (running === undefined) await serve(source)
      } else {
        elsewhere.set(source.id, holder)
        runners.delete(source.id)
        await running?.stop()
      }
    }
  }
  await followLeases()

  // A full disk and a server that is away are waited for: what must be written is tried again. Any other failure ends this process.
  const unlessFull = async <T>(action: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await action()
    } catch (error) {
      const isWaitedFor = error instanceof PenfeldError ? error.retryable && error.code !== 'PF_STORE_FAILED' : isDiskFull(error)
      if (isWaitedFor) log.error({ error: String(error) }, 'the store takes nothing for now: sources wait')
      else failed.resolve(error)
      return undefined
    }
  }
  watchSources({ district, clock, sources: () => [...runners.values()].map((runner) => runner.status()), counters: () => counters.all() })
  const write = () => unlessFull(() => {
    const states = [...runners.values()].map((runner) => runner.status())
    const standby = [...elsewhere].map(([sourceId, holder]) => standingBy(sourceId, holder))
    const counts = counters.all()
    status.write([...states, ...standby], counts)
    tell?.(states, counts)
  })
  const watching = (async () => {
    while (!stopping) {
      for (const runner of runners.values()) await unlessFull(() => runner.watch())
      await unlessFull(followLeases)
      await edits.applyWaiting().catch((error: unknown) => log.error({ error: String(error) }, 'the edits that wait could not be carried out; they are tried again'))
      await write()
      await pause(WATCH_EVERY_MS)
    }
  })()
  const maintaining = (async () => {
    while (!stopping) await pause((await unlessFull(() => store.maintain(SLICE_MS))) === true ? BETWEEN_SLICES_MS : BETWEEN_ROUNDS_MS)
  })()
  const inbox = watchImportInbox({ folder: join(environment.dataFolder, IMPORT_INBOX), store: guarded, district, clock, log })
  const history = environment.demo
    ? importDemoHistory({ district, days: environment.historyDays, now: clock.now(), store, status, stopping: () => stopping, say })
    : Promise.resolve()
  history.catch((error: unknown) => {
    log.error({ error: error instanceof Error ? error.stack : String(error) }, 'the history of the demonstration could not be made')
    say('The history of the demonstration could not be made; why is said in log/collect.log.')
  })

  return {
    failed: failed.promise,
    async stop() {
      stopping = true
      await Promise.allSettled([watching])
      await Promise.all([...runners.values()].map((runner) => runner.stop()))
      await Promise.allSettled([maintaining, inbox.stop(), history])
      if (!isFailed) await write()
      await telling?.stop()
      await store.close()
      status.close()
      applied.close()
      ledger.close()
      await Promise.all([leases?.stop(), presence?.()])
      if (redis !== undefined) closeRedis(redis)
    },
  }
}

/** A source that another host serves, as this one tells it. */
const standingBy = (sourceId: string, holder: string): SourceStatus => ({
  sourceId, state: 'stopped', detail: `served by ${holder}; this host stands by`, newestAt: null, newestStoredAt: null, stale: false, reconnects: 0, certificateExpiresAt: null,
})

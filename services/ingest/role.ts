import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { loadProfiles } from '#services/collectors/profiles.ts'
import { driverFactory } from '#services/collectors/registry.ts'
import { DATA_FILES, type RoleContext, type RunningRole } from '#services/config/role.ts'
import { isDiskFull } from '#services/sqlite/disk-full.ts'
import { openWriter, storeSettings } from '#services/store/open.ts'
import { openCollectStatusStore } from './collect-status.ts'
import { Counters } from './counters.ts'
import { importDemoHistory } from './demo-history.ts'
import { watchImportInbox } from './import-inbox.ts'
import { channelsOf, runSource, type SourceRunner } from './source-runner.ts'

const WATCH_EVERY_MS = 1_000
/** Maintenance comes in slices, so that a value never waits long behind it. */
const SLICE_MS = 15
const BETWEEN_SLICES_MS = 10
const BETWEEN_ROUNDS_MS = 2_000

/** The role `collect`: every source, ingest, and the one writer of the measured store. */
export async function startCollect({ environment, district: { district }, clock, log, say }: RoleContext): Promise<RunningRole> {
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

  const runners: SourceRunner[] = []
  for (const source of district.sources) {
    const factory = await driverFactory(source.protocol)
    const channels = channelsOf(source, district, profiles)
    for (const fault of factory.check(source, channels)) log.error({ source: source.id, fault }, 'a fault in the set-up of a source')
    runners.push(await runSource({
      source, channels, district, factory, store, clock, counters, log,
      quarantine: status.quarantine, stateFolder: join(environment.dataFolder, 'sources', source.id),
    }))
  }

  // A full disk is waited for: what must be written is tried again. Any other failure ends this process.
  const unlessFull = async <T>(action: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await action()
    } catch (error) {
      if (isDiskFull(error) || (error instanceof PenfeldError && error.code === 'PF_STORE_FULL')) log.error({ error: String(error) }, 'the disk is full: sources wait')
      else failed.resolve(error)
      return undefined
    }
  }
  const write = () => unlessFull(() => status.write(runners.map((runner) => runner.status()), counters.all()))
  const watching = (async () => {
    while (!stopping) {
      for (const runner of runners) await unlessFull(() => runner.watch())
      await write()
      await pause(WATCH_EVERY_MS)
    }
  })()
  const maintaining = (async () => {
    while (!stopping) await pause((await unlessFull(() => store.maintain(SLICE_MS))) === true ? BETWEEN_SLICES_MS : BETWEEN_ROUNDS_MS)
  })()
  const inbox = watchImportInbox({ folder: join(environment.dataFolder, 'inbox/import'), store, district, clock, log })
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
      await Promise.all(runners.map((runner) => runner.stop()))
      await Promise.allSettled([watching, maintaining, inbox.stop(), history])
      if (!isFailed) await write()
      await store.close()
      status.close()
    },
  }
}

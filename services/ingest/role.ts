import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { DATA_FILES, IMPORT_INBOX, type RoleContext, type RunningRole } from '#services/config/role.ts'
import { createCollectGate } from '#services/consents/collect-gate.ts'
import { createConsents } from '#services/consents/consents.ts'
import { seldom } from '#services/consents/seldom.ts'
import { openConsentReader } from '#services/consents/ledger.ts'
import { openAppliedEdits } from '#services/editing/applied-edits.ts'
import { createEditApplier } from '#services/editing/apply-edits.ts'
import { createKeptEdits } from '#services/editing/kept-edits.ts'
import { openEditLedgerReader } from '#services/editing/ledger.ts'
import { guardReach } from '#services/collectors/reach.ts'
import { collectBeside } from '#services/hosts/collect-beside.ts'
import { servedSources } from '#services/hosts/requirements.ts'
import { createEraser } from '#services/privacy/carry-out.ts'
import { createMeasuredErasing, createMeasuredRetention } from '#services/privacy/erase-measured.ts'
import { openErasedMarks } from '#services/privacy/erased-marks.ts'
import { createErasedSpans, openErasureReader } from '#services/privacy/erasure-register.ts'
import { createRetention } from '#services/privacy/retention.ts'
import { bringingFolders, dropFilesOlderThan } from '#services/privacy/taken-files.ts'
import { isDiskFull } from '#services/sqlite/disk-full.ts'
import { openWriter, storeSettings } from '#services/store/open.ts'
import { openCollectStatusStore } from './collect-status.ts'
import { Counters } from './counters.ts'
import { importDemoHistory } from './demo-history.ts'
import { watchImportInbox } from './import-inbox.ts'
import { watchSources } from './metrics.ts'
import { createSourceSet } from './source-set.ts'

const WATCH_EVERY_MS = 1_000
/** Maintenance comes in slices, so that a value never waits long behind it. */
const SLICE_MS = 15
const BETWEEN_SLICES_MS = 10
const BETWEEN_ROUNDS_MS = 2_000

/** The role `collect`: every source, ingest, and the one writer of the measured store. */
export async function startCollect({ environment, district: { district, version }, clock, log, say }: RoleContext): Promise<RunningRole> {
  const place = (name: keyof typeof DATA_FILES) => join(environment.dataFolder, DATA_FILES[name])
  const release = guardReach(environment.sourceNetworks, (address, port) => log.error({ address, port, code: 'PF_SOURCE_FORBIDDEN' }, 'a connection to a forbidden address was refused'))
  const failed = Promise.withResolvers<unknown>()
  let isFailed = false
  const store = await openWriter('measured', storeSettings(environment, district), failed.resolve)
  const status = openCollectStatusStore(place('collect'))
  void failed.promise.then(() => { isFailed = true; status.takeBack() })
  const counters = new Counters(status.counters())
  await store.register(district.measurementPoints.map(({ id }) => id))
  let stopping = false
  const ledger = openEditLedgerReader(place('edits'))
  const applied = openAppliedEdits(place('appliedEdits'))
  const kept = createKeptEdits(applied, (names) => store.lookup(names))
  const edits = createEditApplier({ ledger, applied, store, kept, district, clock, log })
  // Before any source speaks: what was decided before a crash is older than what comes now.
  const applyEdits = () => edits.applyWaiting().catch((error: unknown) => log.error({ error: String(error) }, 'the edits that wait could not be carried out; they are tried again'))
  await applyEdits()

  const consents = openConsentReader(place('consents'))
  const erasures = openErasureReader(place('erasures'))
  const marks = openErasedMarks(place('erasedMeasured'))
  const gate = createCollectGate(district, createConsents(district, seldom(consents)), createErasedSpans(seldom(erasures)))
  const importInbox = join(environment.dataFolder, IMPORT_INBOX)
  const erase = createMeasuredErasing({ district, store, status, applied, importInbox })
  const eraser = createEraser({ register: erasures, marks, erase, log })
  const retention = createRetention({ district, consents, clock, marks, erase: createMeasuredRetention({ store, status, applied }), log, dropTakenFiles: (days) => dropFilesOlderThan(bringingFolders(district, importInbox), days, Date.now()) })
  /** What people had erased, and what has had its time. Waits like edits do: for a reader that lets go, or a server that is away. */
  const forget = async () => {
    try {
      if ((await eraser.applyWaiting()) > 0 || (await retention.runIfDue())) await kept.refresh()
    } catch (error) {
      log.error({ error: String(error) }, 'an erasure could not be carried out; it is tried again')
    }
  }
  // Before any source speaks: a restored backup may have brought back what is to be gone.
  await forget()
  await kept.refresh()
  const guarded = kept.guard(store)

  const served = servedSources(environment.variables)
  const sources = district.sources.filter(({ id }) => served === undefined || served.has(id))
  const beside = await collectBeside(environment, sources.map(({ id }) => id), version, log)
  const set = createSourceSet({
    sources, district, store: guarded, clock, counters, gate, log, quarantine: status.quarantine, stateFolder: join(environment.dataFolder, 'sources'), ownHost: environment.hostId, holderOf: beside.holderOf,
  })
  await set.followHolders()

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
  watchSources({ district, clock, sources: () => set.served(), counters: () => counters.all() })
  const write = () => unlessFull(() => {
    const states = set.served()
    const counts = counters.all()
    status.write([...states, ...set.standingBy()], counts)
    beside.tell(states, counts)
  })
  const watching = (async () => {
    while (!stopping) {
      for (const runner of set.runners()) await unlessFull(() => runner.watch())
      await unlessFull(() => set.followHolders())
      await applyEdits()
      await forget()
      await write()
      await pause(WATCH_EVERY_MS)
    }
  })()
  const maintaining = (async () => {
    while (!stopping) await pause((await unlessFull(() => store.maintain(SLICE_MS))) === true ? BETWEEN_SLICES_MS : BETWEEN_ROUNDS_MS)
  })()
  const inbox = watchImportInbox({ folder: importInbox, store: guarded, district, clock, log, gate })
  const history = environment.demo
    ? importDemoHistory({ district, days: environment.historyDays, now: clock.now(), store, status, gate, stopping: () => stopping, say })
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
      await set.stop()
      await Promise.allSettled([maintaining, inbox.stop(), history])
      if (!isFailed) await write()
      await beside.stop()
      await store.close()
      status.close()
      applied.close()
      ledger.close()
      release()
      consents.close()
      erasures.close()
      marks.close()
    },
  }
}

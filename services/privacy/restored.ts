import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { backup as copyDatabase, DatabaseSync } from 'node:sqlite'
import { DATA_FILES } from '#services/config/role.ts'
import { openAppliedEdits } from '#services/editing/applied-edits.ts'
import { validatedName } from '#services/evaluation/validate.ts'
import { openRunStore } from '#services/evaluation/run-store.ts'
import { openCollectStatusStore } from '#services/ingest/collect-status.ts'
import { openEmbeddedStore } from '#services/store/embedded/index.ts'
import { eraseLocally } from '#services/store/influx/erase-local.ts'
import { storeFolder, type StoreName } from '#services/store/open.ts'
import { createDerivedErasing } from './erase-derived.ts'
import { eraseNames } from './erase-measured.ts'
import { openErasureReader, openErasureRegister } from './erasure-register.ts'
import type { ErasedSpan } from './port.ts'

/** The register beside the backups, as it stood when the newest of them was made: what is left of it when the machine is lost. */
export const registerBeside = (backups: string): string => join(backups, DATA_FILES.erasures)

/** Copies the register of a data folder beside its backups, if there is one. */
export async function copyRegisterBeside(dataFolder: string, backups: string): Promise<void> {
  const file = join(dataFolder, DATA_FILES.erasures)
  if (!existsSync(file)) return
  const database = new DatabaseSync(file, { readOnly: true, timeout: 10_000 })
  try {
    await copyDatabase(database, registerBeside(backups))
  } finally {
    database.close()
  }
}

/**
 * Before a restored folder takes its place: the registers of erasures that are known are put together in it, the ledger of consents is the
 * longer of the two there are (a withdrawal must not be forgotten), and everything that was erased since the backup is erased
 * from the copy. Returns how many values. What lies on a server is erased by collect, at its start.
 */
export async function eraseFromRestored(restored: string, { former, backups, timeZone }: { readonly former: string; readonly backups: string; readonly timeZone: string }): Promise<number> {
  for (const file of [join(former, DATA_FILES.erasures), registerBeside(backups)]) addRegister(restored, file)
  await keepLongerLedger(join(former, DATA_FILES.consents), join(restored, DATA_FILES.consents))
  const reader = openErasureReader(join(restored, DATA_FILES.erasures))
  const spans = reader.after(0).flatMap((erasure) => erasure.spans)
  reader.close()
  if (spans.length === 0) return 0
  forgetMarks(restored)
  return (await eraseSamples(restored, 'measured', spans, timeZone)) + (await eraseSamples(restored, 'derived', spans, timeZone)) + (await eraseBeside(restored, spans))
}

function addRegister(restored: string, file: string): void {
  if (!existsSync(file)) return
  const known = openErasureReader(file)
  const register = openErasureRegister(join(restored, DATA_FILES.erasures))
  for (const { seq: _, ...erasure } of known.after(0)) register.add(erasure)
  register.close()
  known.close()
}

/** Both only ever grew: the longer one holds everything of the other. */
async function keepLongerLedger(former: string, restored: string): Promise<void> {
  const lines = (file: string): number => {
    if (!existsSync(file)) return -1
    const database = new DatabaseSync(file, { readOnly: true, timeout: 10_000 })
    try {
      return (database.prepare('SELECT coalesce(max(seq), 0) AS seq FROM consent_line').get() as { seq: number }).seq
    } finally {
      database.close()
    }
  }
  if (lines(former) <= lines(restored)) return
  const database = new DatabaseSync(former, { readOnly: true, timeout: 10_000 })
  try {
    await copyDatabase(database, restored)
  } finally {
    database.close()
  }
}

/** The whole register is carried out once more at the next start, on whatever server the values lie. */
function forgetMarks(restored: string): void {
  for (const name of ['erasedMeasured', 'erasedDerived'] as const) {
    const file = join(restored, DATA_FILES[name])
    if (!existsSync(file)) continue
    const database = new DatabaseSync(file)
    database.exec('DELETE FROM erased')
    database.close()
  }
}

async function eraseSamples(restored: string, name: StoreName, spans: readonly ErasedSpan[], timeZone: string): Promise<number> {
  const namesOf = ({ points }: ErasedSpan) => (name === 'measured' ? points : points.map(validatedName))
  let removed = 0
  const embedded = storeFolder(restored, name, 'embedded')
  if (existsSync(embedded)) {
    const store = await openEmbeddedStore(embedded, { timeZone })
    for (const span of spans) removed += await eraseNames(store, namesOf(span), span.from, span.to)
    await store.close()
    compact(join(embedded, 'samples.sqlite'))
  }
  const influx = storeFolder(restored, name, 'influx')
  if (existsSync(influx)) for (const span of spans) removed += await eraseLocally(influx, namesOf(span), span.from, span.to)
  return removed
}

/** A file that older code made may have left bytes where blocks were joined; here nobody waits for it. */
function compact(file: string): void {
  const database = new DatabaseSync(file)
  database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
}

async function eraseBeside(restored: string, spans: readonly ErasedSpan[]): Promise<number> {
  const place = (name: keyof typeof DATA_FILES) => join(restored, DATA_FILES[name])
  let removed = 0
  if (existsSync(place('collect'))) {
    const status = openCollectStatusStore(place('collect'))
    for (const { points, from, to } of spans) removed += await status.eraseQuarantined(points, from, to)
    status.close()
  }
  if (existsSync(place('appliedEdits'))) {
    const applied = openAppliedEdits(place('appliedEdits'))
    for (const { points, from, to } of spans) removed += await applied.erase(points, from, to)
    applied.close()
  }
  if (existsSync(place('runs'))) {
    const runs = openRunStore(place('runs'))
    const erase = createDerivedErasing({ lookup: async () => new Int32Array(0), erase: async () => 0 }, runs.database)
    for (const span of spans) removed += await erase(span)
    await runs.close()
    compact(place('runs'))
  }
  return removed
}

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { FILE_SHAPES } from '#services/doctor/file-shapes.ts'
import { newestVersion, versionOf, type FileShape } from '#services/sqlite/migrate.ts'
import { openAsReader, openAsWriter } from '#services/sqlite/one-writer-file.ts'
import { openEmbeddedStore } from '#services/store/embedded/index.ts'
import { counts, isAsked } from './lab/full.ts'
import { countRows, hundredAnswers } from './lab/hundred-queries.ts'
import { CHAIN, CHAIN_FILE, chainAt, chainFound } from './lab/migration-chain.ts'
import { toldByOld, unpackOldFolder } from './lab/old-folder.ts'
import { experiment, type ExperimentRun } from './lab/report.ts'
import { countCalls, runTraced, WRITING_CALLS, type WritingCall } from './lab/strace.ts'

const VERSION = '0.1.0'
const opener = join(import.meta.dirname, 'lab/open-forward.ts')
const folder = mkdtempSync(join(tmpdir(), 'penfeld-forward-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Tables that have another name since then: the same rows must be in them. */
const RENAMED: Readonly<Record<string, string>> = { 'directory.sqlite person_holder': 'directory.sqlite holder_link' }
const told = toldByOld(VERSION)
const toldRows = Object.fromEntries(Object.entries(told.rows).map(([table, count]) => [RENAMED[table] ?? table, count]))
const oldFiles = Object.keys(FILE_SHAPES).filter((file) => Object.keys(told.rows).some((key) => key.startsWith(`${file} `)))
const command = (place: string, what?: string) => ['--disable-warning=ExperimentalWarning', opener, place, ...(what === undefined ? [] : [what])]
const openForward = (place: string, what?: string) => {
  const { status, stderr } = spawnSync(process.execPath, command(place, what), { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } })
  expect([status, stderr]).toEqual([0, ''])
}

function look<T>(file: string, question: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
  try {
    return question(database)
  } finally {
    database.close()
  }
}
const schemaOf = (database: DatabaseSync): string[] => database.prepare("SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS text FROM sqlite_master ORDER BY 1").all().map(({ text }) => String(text))

/** Tables, indexes and triggers of each version of a file, made step by step from nothing. */
function schemasOf(shape: FileShape): string[][] {
  return Array.from({ length: newestVersion(shape) + 1 }, (_, version) => {
    const file = join(folder, 'shape.sqlite')
    const database = openAsWriter(file, { ...shape, migrations: shape.migrations.slice(0, version) })
    try {
      return schemaOf(database)
    } finally {
      database.close()
      rmSync(file)
    }
  })
}

/** The Nth call of each kind at which the opening is killed: all in full, else drawn. */
async function killPlaces(run: ExperimentRun, place: string, what: string | undefined, drawn: number): Promise<(readonly [WritingCall, number])[]> {
  const calls = await countCalls(process.execPath, command(place, what), join(folder, 'calls'))
  const usable = (['pwrite64', 'fsync', 'fdatasync', 'ftruncate', 'unlink'] as const).filter((call) => WRITING_CALLS.includes(call) && calls.get(call)! > 0)
  for (const call of usable) run.measure(`${what ?? 'old folder'}: ${call}`, calls.get(call)!)
  const all = usable.flatMap((call) => Array.from({ length: calls.get(call)! }, (_, index) => [call, index + 1] as const))
  return counts(Array.from({ length: drawn }, (_, index) => {
    // Each kind of call in turn: the many writes must not crowd out the few syncs.
    const call = usable[index % usable.length]
    return [call, 1 + run.random.below(calls.get(call)!)] as const
  }), all)
}

test.runIf(isAsked(26))('the data folder of an old version: no row lost, a hundred answers the same, before and after maintenance', () => experiment(26, 'old folder', async (run) => {
  const place = join(folder, 'old')
  unpackOldFolder(VERSION, place)
  for (const file of oldFiles) expect([file, look(join(place, file), (database) => Object.values(database.prepare('PRAGMA integrity_check').get()!)[0])]).toEqual([file, 'ok'])
  openForward(place)
  for (const file of oldFiles) expect([file, look(join(place, file), (database) => versionOf(database, {}))]).toEqual([file, newestVersion(FILE_SHAPES[file])])
  const rows = countRows(place, oldFiles)
  for (const [table, count] of Object.entries(toldRows)) expect([table, rows[table]]).toEqual([table, count])
  expect(told.answers).toHaveLength(100)
  expect(await hundredAnswers(place, told.asked)).toEqual(told.answers)
  const sizes = ['journal', 'samples'].map((name) => look(join(place, `measured/${name}.sqlite`), (database) => Object.values(database.prepare('PRAGMA page_size').get()!)[0]))
  expect(sizes).toEqual([4_096, 16_384])
  // It works on: packed to its end by the code of today, the same is answered.
  for (const name of ['measured', 'derived']) {
    const store = await openEmbeddedStore(join(place, name), { timeZone: 'Europe/Paris', packSamples: 1 })
    while (await store.maintain(500)) { /* to its end */ }
    await store.close()
  }
  expect(await hundredAnswers(place, told.asked)).toEqual(told.answers)
  const total = Object.values(told.rows).reduce((sum, count) => sum + count, 0)
  run.values({ produced: total, stored: total })
  run.measure('answers', told.answers.length)
}))

test.runIf(isAsked(26))('killed while an old folder is brought forward: each file is at one version or the next, and opens', () => experiment(26, 'old folder, killed', async (run) => {
  const schemas = Object.fromEntries(oldFiles.map((file) => [file, schemasOf(FILE_SHAPES[file])]))
  const oldSchemas = new Map<string, string[]>()
  const fresh = (name: string) => {
    const place = join(folder, name)
    rmSync(place, { recursive: true, force: true })
    unpackOldFolder(VERSION, place)
    return place
  }
  const dry = fresh('dry')
  for (const file of oldFiles) oldSchemas.set(file, look(join(dry, file), schemaOf))
  const places = await killPlaces(run, dry, undefined, 9)
  for (const [index, [call, nth]] of places.entries()) {
    const place = fresh('killed')
    const end = await runTraced(process.execPath, command(place), call, `signal=KILL:when=${nth}`)
    const where = `${call} ${nth}`
    expect([where, end.signal]).toEqual([where, 'SIGKILL'])
    run.fault()
    for (const file of oldFiles) {
      const [version, schema] = look(join(place, file), (database) => [versionOf(database, {}), schemaOf(database)] as const)
      // Without a number: as the old code made it; with one: as that version is made, give or take how SQL was written then.
      if (version === 0) expect([where, file, schema]).toEqual([where, file, oldSchemas.get(file)])
      else expect([where, file, schema.map(nameOf)]).toEqual([where, file, schemas[file][version].map(nameOf)])
    }
    const begun = performance.now()
    openForward(place)
    run.recovered(performance.now() - begun)
    for (const file of oldFiles) expect([where, file, look(join(place, file), (database) => versionOf(database, {}))]).toEqual([where, file, newestVersion(FILE_SHAPES[file])])
    expect(countRows(place, oldFiles)).toMatchObject(toldRows)
    if (counts(index >= places.length - 2, true)) expect(await hundredAnswers(place, told.asked)).toEqual(told.answers)
  }
}))

const nameOf = (line: string) => line.split(' ', 2).join(' ')

test.runIf(isAsked(26))('killed in a chain of migrations that rewrite rows: the file is at one version or the next, whole, and opens', () => experiment(26, 'chain, killed', async (run) => {
  const schemas = schemasOf(CHAIN)
  const original = join(folder, 'original')
  mkdirSync(original)
  openAsWriter(join(original, CHAIN_FILE), { migrations: CHAIN.migrations.slice(0, 1) }).close()
  const fresh = (from: 0 | 1) => {
    const place = join(folder, 'chain')
    rmSync(place, { recursive: true, force: true })
    if (from === 1) cpSync(original, place, { recursive: true })
    else mkdirSync(place)
    return place
  }
  const met = new Map<number, number>()
  for (const from of [1, 0] as const) {
    const places = await killPlaces(run, fresh(from), 'chain', from === 1 ? 8 : 3)
    for (const [call, nth] of places) {
      const place = fresh(from)
      const file = join(place, CHAIN_FILE)
      const end = await runTraced(process.execPath, command(place, 'chain'), call, `signal=KILL:when=${nth}`)
      const where = `from ${from}: ${call} ${nth}`
      expect([where, end.signal]).toEqual([where, 'SIGKILL'])
      run.fault()
      // A reader that comes before the next writer finds the newest version or nothing yet; never an error.
      const reader = openAsReader(file, CHAIN)
      const seen = reader.database()
      if (seen !== undefined) expect([where, chainFound(seen, newestVersion(CHAIN))]).toEqual([where, chainAt(newestVersion(CHAIN))])
      reader.close()
      // Only when the file itself is made, before it has its log, can it need a writer to be looked into.
      if (existsSync(`${file}-journal`)) expect([where, from]).toEqual([where, 0])
      else if (existsSync(file)) {
        const found = look(file, (database) => {
          const version = versionOf(database, {})
          return { version, schema: schemaOf(database), ...chainFound(database, version), check: Object.values(database.prepare('PRAGMA integrity_check').get()!)[0] }
        })
        expect([where, found]).toEqual([where, { version: found.version, schema: schemas[found.version], ...chainAt(found.version), check: 'ok' }])
        expect(found.version).toBeGreaterThanOrEqual(from)
        met.set(found.version, (met.get(found.version) ?? 0) + 1)
      }
      const begun = performance.now()
      openForward(place, 'chain')
      run.recovered(performance.now() - begun)
      expect([where, look(file, (database) => ({ version: versionOf(database, {}), ...chainFound(database, newestVersion(CHAIN)) }))]).toEqual([where, { version: newestVersion(CHAIN), ...chainAt(newestVersion(CHAIN)) }])
    }
  }
  for (const [version, times] of met) run.measure(`left at version ${version}`, times)
  // The kills fell into different steps, not all before or all after the work.
  expect(met.size).toBeGreaterThan(1)
}))

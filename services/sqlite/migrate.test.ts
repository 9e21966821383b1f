import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FILE_SHAPES } from '#services/doctor/file-shapes.ts'
import { checkDatabases } from '#services/doctor/files.ts'
import type { FileShape } from './migrate.ts'
import { openAsReader, openAsWriter } from './one-writer-file.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-migrate-'))
  file = join(folder, 'one.sqlite')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const FIRST = 'CREATE TABLE IF NOT EXISTS a (x INTEGER) STRICT; CREATE TABLE IF NOT EXISTS b (x INTEGER) STRICT'
const ONE: FileShape = { tableOfUnnumbered: 'b', migrations: [FIRST] }
const TWO: FileShape = { ...ONE, migrations: [FIRST, 'ALTER TABLE a ADD COLUMN y TEXT; UPDATE a SET y = x * 2'] }
const FAILING: FileShape = { ...TWO, migrations: [...TWO.migrations, 'CREATE TABLE c (x INTEGER) STRICT; INSERT INTO a VALUES (99, 99); INSERT INTO nowhere VALUES (1)'] }

const numberOf = (path = file) => {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return (database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version
  } finally {
    database.close()
  }
}
const rows = (database: DatabaseSync) => database.prepare('SELECT * FROM a ORDER BY x').all().map((row) => ({ ...row }))

/** As it was made before there were numbers. */
function makeUnnumbered(sql = FIRST): void {
  const database = new DatabaseSync(file)
  database.exec(`PRAGMA journal_mode = WAL; ${sql}; INSERT INTO a VALUES (1), (2)`)
  database.close()
}

test('a file is brought forward step by step, and what lies in it stays', () => {
  openAsWriter(file, ONE).close()
  expect(numberOf()).toBe(1)
  const filled = openAsWriter(file, ONE)
  filled.exec('INSERT INTO a VALUES (1), (2)')
  filled.close()
  const database = openAsWriter(file, TWO)
  expect(rows(database)).toEqual([{ x: 1, y: '2' }, { x: 2, y: '4' }])
  database.close()
  expect(numberOf()).toBe(2)
})

test('a file made before there were numbers is version 1: read as it is, numbered by its writer, its rows untouched', () => {
  makeUnnumbered()
  const reader = openAsReader(file, ONE)
  expect(rows(reader.database()!)).toEqual([{ x: 1 }, { x: 2 }])
  reader.close()
  expect(numberOf()).toBe(0)
  const database = openAsWriter(file, ONE)
  expect(rows(database)).toEqual([{ x: 1 }, { x: 2 }])
  database.close()
  expect(numberOf()).toBe(1)
})

test('one that was killed while it was made before there were numbers is made whole by its writer, and not read before', () => {
  makeUnnumbered('CREATE TABLE a (x INTEGER) STRICT')
  const reader = openAsReader(file, ONE)
  expect(reader.database()).toBeUndefined()
  const database = openAsWriter(file, ONE)
  expect(database.prepare('SELECT count(*) AS count FROM b').get()).toEqual({ count: 0 })
  expect(rows(reader.database()!)).toEqual([{ x: 1 }, { x: 2 }])
  reader.close()
  database.close()
})

test('a reader waits until the writer has brought the file forward', () => {
  openAsWriter(file, ONE).close()
  const reader = openAsReader(file, TWO)
  expect(reader.database()).toBeUndefined()
  openAsWriter(file, TWO).close()
  expect(rows(reader.database()!)).toEqual([])
  reader.close()
})

test('a file of newer code is refused by writer and reader, by name and number, and not changed', () => {
  openAsWriter(file, TWO).close()
  const refusal = `PF_STORE_NEWER [${file}]: This file is version 2; this code knows versions up to 1.`
  expect(() => openAsWriter(file, ONE)).toThrow(refusal)
  expect(() => openAsReader(file, ONE).database()).toThrow(refusal)
  expect(numberOf()).toBe(2)
})

test('a step that fails is taken back whole, number and rows; the steps before it stay', () => {
  makeUnnumbered()
  expect(() => openAsWriter(file, FAILING)).toThrow(/nowhere/)
  expect(numberOf()).toBe(2)
  const database = openAsWriter(file, TWO)
  expect(rows(database)).toEqual([{ x: 1, y: '2' }, { x: 2, y: '4' }])
  expect(database.prepare("SELECT name FROM sqlite_master WHERE name = 'c'").get()).toBeUndefined()
  database.close()
})

test('a page size is of a new file, the other settings of every connection', () => {
  const setting = (database: DatabaseSync, name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get()!)[0]
  const first = openAsWriter(file, ONE, { durable: true, pageBytes: 16_384, pragmas: 'PRAGMA journal_size_limit = 1000000' })
  expect(['page_size', 'journal_mode', 'synchronous', 'journal_size_limit'].map((name) => setting(first, name))).toEqual([16_384, 'wal', 2, 1_000_000])
  first.close()
  const second = openAsWriter(file, ONE)
  expect(['page_size', 'synchronous'].map((name) => setting(second, name))).toEqual([16_384, 1])
  second.close()
})

test('every file this code makes has a shape, a number above 0, and the doctor says it, older and newer', () => {
  for (const [name, shape] of Object.entries(FILE_SHAPES)) openAsWriter(join(folder, name), shape).close()
  expect(checkDatabases(folder).map(({ subject, state, found }) => [subject, state, found.split(',')[0]])).toEqual(
    Object.entries(FILE_SHAPES).map(([name, { migrations }]) => [name, 'well', `version ${migrations.length}`]).sort(([left], [right]) => (left! < right! ? -1 : 1)))
  const renumber = (name: string, number: number) => {
    const database = new DatabaseSync(join(folder, name))
    database.exec(`PRAGMA user_version = ${number}`)
    database.close()
  }
  renumber('jobs.sqlite', 97)
  renumber('directory.sqlite', 0)
  expect(checkDatabases(folder).filter(({ state }) => state !== 'well')).toMatchObject([
    { subject: 'directory.sqlite', state: 'warning', found: expect.stringMatching(/^version 0; this code works with version \d+$/) },
    { subject: 'jobs.sqlite', state: 'fault', found: expect.stringMatching(/^version 97, made by newer code; this code knows versions up to \d+$/) },
  ])
})

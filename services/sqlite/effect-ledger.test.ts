import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DatabaseSync } from 'node:sqlite'
import { EFFECT_TABLE, effectLedger, type EffectClaim, type EffectLedger } from './effect-ledger.ts'
import { openAsWriter } from './one-writer-file.ts'

let place: string
let database: DatabaseSync
let ledger: EffectLedger
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'penfeld-effects-'))
  database = openAsWriter(join(place, 'effects.sqlite'), [`${EFFECT_TABLE}; CREATE TABLE result (text TEXT) STRICT`])
  ledger = effectLedger(database)
})
afterEach(() => {
  database.close()
  rmSync(place, { recursive: true })
})
const claim = (token: number, inputRevision = 1, period = 0): EffectClaim => ({ kind: 'evaluate', scope: 'network', period, inputRevision, token })
const write = (text: string) => () => database.prepare('INSERT INTO result VALUES (?)').run(text)
const rows = () => (database.prepare('SELECT text FROM result').all() as { text: string }[]).map(({ text }) => text)

test('an effect is written once, however often it is committed', () => {
  expect(ledger.begin([claim(1)]).pending).toHaveLength(1)
  expect(ledger.commit([claim(1)], write('first'))).toBeDefined()
  expect(ledger.commit([claim(1)], write('again'))).toBeUndefined()
  expect(ledger.begin([claim(2)])).toMatchObject({ pending: [], done: [claim(2)], stale: [] })
  expect(ledger.begin([claim(3, 2)]).pending).toHaveLength(1)
  ledger.commit([claim(3, 2)], write('newer input'))
  expect(ledger.begin([claim(4, 1)]).done).toHaveLength(1)
  expect(rows()).toEqual(['first', 'newer input'])
  expect(ledger.highestToken()).toBe(3)
})

test('from the moment a newer worker begins, the older is refused, also for the pieces it shares', () => {
  ledger.begin([claim(1), claim(1, 1, 600_000)])
  ledger.begin([claim(2)])
  expect(() => ledger.check([claim(1)])).toThrow('PF_JOB_FENCED')
  expect(() => ledger.commit([claim(1, 1, 600_000), claim(1)], write('stale'))).toThrow('PF_JOB_FENCED')
  expect(rows()).toEqual([])
  ledger.commit([claim(1, 1, 600_000)], write('not shared'))
  ledger.commit([claim(2)], write('newer'))
  expect(rows()).toEqual(['not shared', 'newer'])
  expect(ledger.begin([claim(1, 9)]).stale).toHaveLength(1)
})

test('a writing that fails leaves nothing done', () => {
  ledger.begin([claim(1)])
  expect(() => ledger.commit([claim(1)], () => { write('half')(); throw new Error('disk full') })).toThrow('disk full')
  expect(rows()).toEqual([])
  expect(ledger.begin([claim(2)]).pending).toHaveLength(1)
})

test('tokens as large as microseconds come back as they were', () => {
  const token = 1_795_837_123_456_789
  ledger.begin([claim(token)])
  expect(ledger.highestToken()).toBe(token)
  expect(() => ledger.check([claim(token - 1)])).toThrow('PF_JOB_FENCED')
})

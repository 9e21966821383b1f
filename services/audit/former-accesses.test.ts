import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDirectory } from '#services/directory/directory.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { openAuditLog } from './audit-log.ts'
import { auditedDirectory } from './audited-directory.ts'
import { bringOverAccesses } from './former-accesses.ts'
import type { AuditLog } from './port.ts'

let folder: string
let file: string
let audit: AuditLog
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-former-'))
  file = join(folder, 'directory.sqlite')
  audit = openAuditLog({ dataFolder: folder, log: silentLogger })
})
afterEach(() => {
  audit.close()
  rmSync(folder, { recursive: true, force: true })
})

test('readings of before are brought over once, with their times, and are gone from where nobody could be erased', () => {
  const former = openDirectory(file)
  const anne = former.enrol({ issuer: 'i', subject: 'anne', name: 'Anne', roles: ['merchant'], holders: [] })
  former.close()
  const rows = new DatabaseSync(file)
  rows.exec('BEGIN')
  for (let k = 1; k <= 1_500; k += 1) rows.prepare('INSERT INTO access_log (at, person_id, route, subject) VALUES (?, ?, ?, ?)').run(k, anne, '/api/merchant/x', k % 2 === 0 ? 'PRM-1' : null)
  rows.exec('COMMIT')
  rows.close()
  bringOverAccesses(file, audit)
  bringOverAccesses(file, audit)
  const directory = auditedDirectory(openDirectory(file), audit)
  const accesses = directory.accesses('PRM-1')
  expect(accesses).toHaveLength(750)
  expect(accesses[0]).toEqual({ at: 2, personId: anne, route: '/api/merchant/x', subject: 'PRM-1' })
  directory.logAccess({ personId: anne, route: '/api/merchant/x', subject: 'PRM-1' })
  expect(directory.accesses('PRM-1')).toHaveLength(751)
  directory.close()
  expect(readFileSync(file, 'latin1')).not.toContain('PRM-1')
})

test('killed between the two files it goes on: no reading is twice in the log', () => {
  openDirectory(file).close()
  const rows = new DatabaseSync(file)
  rows.exec("INSERT INTO access_log (at, person_id, route, subject) VALUES (1, 1, '/r', 'a')")
  audit.bringOver('directory access log', (upTo) => (upTo >= 1 ? undefined : { upTo: 1, entries: [{ kind: 'reading', at: 1, actor: { kind: 'person', id: '1' }, act: '/r', subject: { kind: 'delivery-point', id: 'a' } }] }))
  rows.exec("INSERT INTO access_log (at, person_id, route, subject) VALUES (2, 1, '/r', 'a')")
  rows.close()
  bringOverAccesses(file, audit)
  expect(audit.list({ subject: 'a', limit: 9 }).map(({ at }) => at)).toEqual([2, 1])
})

test('a directory that was never there needs nothing', () => {
  bringOverAccesses(file, audit)
  expect(audit.list({ limit: 1 })).toEqual([])
})

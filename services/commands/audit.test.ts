import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openAuditLog } from '#services/audit/audit-log.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { checkAudit } from '#services/doctor/audit.ts'
import { audit } from './audit.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-audit-command-'))
  vi.stubEnv('PENFELD_DATA', folder)
  vi.stubEnv('PENFELD_AUDIT_HEADS', join(folder, 'elsewhere'))
  const log = openAuditLog({ dataFolder: folder, heads: join(folder, 'elsewhere'), log: silentLogger, realNow: () => Date.UTC(2026, 0, 31, 12) })
  log.append(['dp-1', 'dp-2', 'dp-1'].map((id) => ({ kind: 'reading', actor: { kind: 'person', id: '4', name: 'Chloé\nLe Gall' }, act: '/api/planner/x', subject: { kind: 'delivery-point', id }, reason: 'connection of an oven' })))
  log.close()
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})
async function penfeld(...args: string[]) {
  const lines: string[] = []
  const code = await audit(args, (line) => lines.push(line))
  return { code, lines }
}

test('verify says that all holds, or the first entry that does not', async () => {
  expect(await penfeld('verify')).toEqual({ code: 0, lines: ['3 entries read, 1 signed heads in the file, 1 in the second place.', 'Every entry is as it was written. A head told outside vouches for entries 1 to 3.'] })
  const file = new DatabaseSync(join(folder, 'audit.sqlite'))
  file.exec("DROP TRIGGER entry_stays; UPDATE entry SET act = '/api/public' WHERE seq = 2")
  file.close()
  const { code, lines } = await penfeld('verify', folder)
  expect(code).toBe(1)
  expect(lines[1]).toBe('FAULT at entry 2: The entry was changed: it does not say what its text says.')
  expect(checkAudit({ dataFolder: folder, heads: join(folder, 'elsewhere') })).toMatchObject([{ state: 'fault', found: 'entry 2: The entry was changed: it does not say what its text says.' }])
  expect(checkAudit({ dataFolder: join(folder, 'nowhere') })).toEqual([])
})

test('list tells who and whose in one line each, whatever a name holds; export gives the same as JSON', async () => {
  const { lines } = await penfeld('list', '--subject', 'dp-1', '--from', '2026-01-01', '--to', '2026-02-01')
  expect(lines).toEqual(['3', '1'].map((seq) => `${seq}  2026-01-31T12:00:00.000Z  reading  person 4 (Chloé\\nLe Gall)  /api/planner/x  delivery-point dp-1  "connection of an oven"`))
  expect((await penfeld('list', '--actor', 'nobody')).lines).toEqual(['No entry fits.'])
  expect((await penfeld('list', '--to', '2026-01-01')).lines).toEqual(['No entry fits.'])
  const out = join(folder, 'out.jsonl')
  expect((await penfeld('export', '--subject', 'dp-2', '--out', out)).code).toBe(0)
  expect(readFileSync(out, 'utf8').trim().split('\n').map((line) => JSON.parse(line))).toMatchObject([{ seq: 2, subject: { id: 'dp-2' } }])
})

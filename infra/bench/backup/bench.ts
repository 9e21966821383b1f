/**
 * Backup, verification and restore of a store of the demonstration's own history: seconds a GiB.
 *   npm run bench:backup -- [--json] [--quick]
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filesBelow, makeBackup } from '#services/backup/backup.ts'
import { restoreBackup } from '#services/backup/restore.ts'
import { verifyBackup } from '#services/backup/verify.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import { checkDatabases } from '#services/doctor/files.ts'
import { makeHistory } from '#services/simulator/history.ts'
import { openEmbeddedStore } from '#services/store/embedded/index.ts'

const json = process.argv.includes('--json')
const quick = process.argv.includes('--quick')
const DAY_MS = 86_400_000
const TO = Date.parse('2026-02-01T00:00:00Z')
const AIM_S = 60
const folder = mkdtempSync(join(tmpdir(), 'penfeld-bench-backup-'))
const districtFolder = join(import.meta.dirname, '../../../fixtures/districts/capucins')

function print(name: string, value: number, unit: string, aim = 'shown', holds = true): void {
  if (json) process.stdout.write(`${JSON.stringify({ bench: 'backup', case: name, value, unit, aim, holds })}\n`)
  else process.stdout.write(`${aim === 'shown' ? '    ' : holds ? 'ok  ' : 'FAIL'} ${name.padEnd(60)} ${Number(value.toPrecision(4))} ${unit}${aim === 'shown' ? '' : ` (aim ${aim})`}\n`)
}
/** Seconds on the clock and of this process: on a busy machine only the second tells of the code. */
async function timed<T>(action: () => Promise<T> | T): Promise<{ result: T; clockS: number; cpuS: number }> {
  const [begun, before] = [performance.now(), process.cpuUsage()]
  const result = await action()
  const { user, system } = process.cpuUsage(before)
  return { result, clockS: (performance.now() - begun) / 1000, cpuS: (user + system) / 1e6 }
}

try {
  const loaded = await loadDistrict(districtFolder, process.env)
  const data = join(folder, 'data')
  mkdirSync(data)
  const store = await openEmbeddedStore(join(data, 'measured'), { timeZone: loaded.district.timeZone })
  let values = 0
  for await (const { pointId: name, ...series } of makeHistory({ district: loaded.district, from: TO - (quick ? 40 : 400) * DAY_MS, to: TO })) {
    const [id] = await store.register([name])
    await store.importSeries(id, series, { recordedAt: TO, source: 'bench' })
    values += series.at.length
  }
  while (await store.maintain(1_000)) { /* to its end */ }
  await store.close()
  const bytes = filesBelow(data).reduce((sum, file) => sum + statSync(join(data, file)).size, 0)
  const gib = bytes / 2 ** 30
  print('size of the data folder', bytes / 2 ** 20, 'MiB')
  print('values in it', values / 1e6, 'M')

  const backup = await timed(() => makeBackup({ dataFolder: data, district: { ...loaded, folder: districtFolder }, to: join(folder, 'backups'), now: () => TO, say: () => {} }))
  const verification = await timed(() => verifyBackup(backup.result.folder))
  if (verification.result.faults.length > 0) throw new Error(verification.result.faults.join('; '))
  const restoring = await timed(() => restoreBackup({ backup: backup.result.folder, dataFolder: join(folder, 'restored'), replace: false, now: () => TO }))
  const doctor = await timed(() => checkDatabases(data))
  for (const [name, { clockS, cpuS }] of [['backup with every block read back', backup], ['verification', verification], ['restore with its verification', restoring], ['databases as doctor looks at them', doctor]] as const) {
    print(`${name}, processor`, cpuS / gib, 's/GiB', `<= ${AIM_S}`, cpuS / gib <= AIM_S)
    print(`${name}, on the clock`, clockS / gib, 's/GiB')
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

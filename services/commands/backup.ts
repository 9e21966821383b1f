import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { forgetOldBackups, makeBackup } from '#services/backup/backup.ts'
import { restoreBackup } from '#services/backup/restore.ts'
import { verifyBackup } from '#services/backup/verify.ts'
import { readEnvironment } from '#services/config/environment.ts'
import { loadDistrict } from '#services/config/load-district.ts'

type Write = (line: string) => void

/** `penfeld backup --to FOLDER [--keep-days N]`: while the service runs, without stopping anything. */
export async function backup(args: string[], write: Write): Promise<number> {
  const { values } = parseArgs({ args, options: { to: { type: 'string' }, 'keep-days': { type: 'string' } } })
  if (values.to === undefined) throw new PenfeldError('PF_CONFIG_INVALID', 'Say where the backup goes: --to FOLDER.', { where: 'backup' })
  const keepDays = Number(values['keep-days'] ?? Infinity)
  if (!(keepDays > 0)) throw new PenfeldError('PF_CONFIG_INVALID', `--keep-days is "${values['keep-days']}", expected a number of days.`, { where: 'backup' })
  const environment = readEnvironment()
  const district = await loadDistrict(environment.districtFolder, environment.variables)
  const to = resolve(values.to)
  await makeBackup({ dataFolder: environment.dataFolder, district, to, now: Date.now, say: write })
  // The alert on old backups looks here.
  writeFileSync(join(environment.dataFolder, 'backup.json'), JSON.stringify({ verifiedRealMs: Date.now() }))
  if (Number.isFinite(keepDays)) for (const name of forgetOldBackups(to, keepDays, Date.now())) write(`Deleted, older than ${keepDays} days: ${name}`)
  if (environment.influxUrl !== undefined) write('What lies in InfluxDB is not in it: back it up by its own means (docs/runbooks/restore.md).')
  return 0
}

/** `penfeld verify FOLDER`: reads a backup whole; 1 if anything is wrong. */
export async function verify(args: string[], write: Write): Promise<number> {
  const folder = onlyFolder(args, 'verify')
  const { manifest, faults } = await verifyBackup(folder)
  for (const fault of faults) write(`FAULT ${fault}`)
  if (faults.length > 0) return 1
  write(`Sound: made ${manifest.madeAt}, district ${manifest.districtVersion}, ${manifest.files.length} files.`)
  for (const [store, { points, values, digest }] of Object.entries(manifest.stores)) write(`  ${store}: ${points} points, ${values} values, sum ${digest.slice(0, 16)}`)
  return 0
}

/** `penfeld restore FOLDER [--replace]`: puts a backup in the place of PENFELD_DATA. */
export async function restore(args: string[], write: Write): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: { replace: { type: 'boolean' } }, allowPositionals: true })
  const { dataFolder } = readEnvironment()
  const { manifest, setAside } = await restoreBackup({ backup: onlyFolder(positionals, 'restore'), dataFolder, replace: values.replace === true, now: Date.now })
  write(`${dataFolder} is as it was at ${manifest.madeAt}.`)
  if (setAside !== undefined) write(`What was there lies in ${setAside}; delete it when the service runs well.`)
  return 0
}

function onlyFolder(args: readonly string[], command: string): string {
  if (args.length !== 1) throw new PenfeldError('PF_CONFIG_INVALID', `penfeld ${command} needs the folder of one backup.`, { where: command })
  return resolve(args[0])
}

import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { forgetOldBackups, makeBackup } from '#services/backup/backup.ts'
import { restoreBackup } from '#services/backup/restore.ts'
import { verifyBackup } from '#services/backup/verify.ts'
import { readEnvironment } from '#services/config/environment.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import { WrongArguments } from './wrong-arguments.ts'

type Write = (line: string) => void

/** `penfeld backup --to FOLDER [--keep-days N]`: while the service runs, without stopping anything. */
export async function backup(args: string[], write: Write): Promise<number> {
  const { values } = parseArgs({ args, options: { to: { type: 'string' }, 'keep-days': { type: 'string' } } })
  if (values.to === undefined) throw new WrongArguments('Say where the backup goes.')
  const keepDays = Number(values['keep-days'] ?? Infinity)
  if (!(keepDays > 0)) throw new WrongArguments(`--keep-days is "${values['keep-days']}", expected a number of days.`)
  const environment = readEnvironment()
  const district = await loadDistrict(environment.districtFolder, environment.variables)
  const to = resolve(values.to)
  const stopped = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopped.abort())
  await makeBackup({ dataFolder: environment.dataFolder, district, to, now: Date.now, signal: stopped.signal, say: write })
  // The alert on old backups looks here.
  writeFileSync(join(environment.dataFolder, 'backup.json'), JSON.stringify({ verifiedRealMs: Date.now() }))
  if (Number.isFinite(keepDays)) for (const name of forgetOldBackups(to, keepDays, Date.now())) write(`Deleted, older than ${keepDays} days: ${name}`)
  if (environment.influxUrl !== undefined) write('What lies in InfluxDB is not in it: back it up by its own means (docs/runbooks/restore.md).')
  return 0
}

/** `penfeld verify FOLDER`: reads a backup whole; 1 if anything is wrong. */
export async function verify(args: string[], write: Write): Promise<number> {
  const folder = onlyFolder(parseArgs({ args, options: {}, allowPositionals: true }).positionals)
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
  const { manifest, setAside, erased } = await restoreBackup({ backup: onlyFolder(positionals), dataFolder, replace: values.replace === true, now: Date.now })
  write(`${dataFolder} is as it was at ${manifest.madeAt}.`)
  if (erased > 0) write(`${erased} values that people had erased since then were erased from it.`)
  if (setAside !== undefined) write(`What was there lies in ${setAside}; delete it when the service runs well.`)
  return 0
}

function onlyFolder(args: readonly string[]): string {
  if (args.length !== 1) throw new WrongArguments('It needs the folder of one backup.')
  return resolve(args[0])
}

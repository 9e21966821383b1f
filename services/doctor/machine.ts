import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { freemem, totalmem } from 'node:os'
import { join } from 'node:path'
import { fault, warning, well, type Check } from './check.ts'

const LEAST_NODE = 24
const FULL_SHARE = 0.05
const ALMOST_FULL_SHARE = 0.15
const LEAST_MEMORY_BYTES = 512 * 2 ** 20
const BACKUP_OLD_MS = 26 * 3_600_000

export function checkNode(version: string): Check {
  const major = Number(version.split('.')[0]?.replace('v', ''))
  return major >= LEAST_NODE ? well('Node', version) : fault('Node', version, `Penfeld runs on Node ${LEAST_NODE} or later; \`npm start\` brings it.`)
}

/** Local days stand on the time zone data of Node. */
export function checkTimeZone(timeZone: string): Check {
  const offset = (at: string) => new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(new Date(at)).find(({ type }) => type === 'timeZoneName')?.value
  try {
    return well('Time zone', `${timeZone}: ${offset('2026-01-15T12:00:00Z')} in winter, ${offset('2026-07-15T12:00:00Z')} in summer`)
  } catch (error) {
    return fault('Time zone', (error as Error).message, 'Write a zone such as Europe/Paris into the district document.')
  }
}

export function checkMemory(): Check {
  const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`
  const found = `${mebibytes(freemem())} of ${mebibytes(totalmem())} free`
  return freemem() < LEAST_MEMORY_BYTES ? warning('Memory', found, 'Give the machine more, or end what else runs on it.') : well('Memory', found)
}

export function checkDataFolder(dataFolder: string): Check[] {
  if (!existsSync(dataFolder)) return [warning('Data folder', `${dataFolder} is not there yet`, 'The first start makes it.')]
  const checks: Check[] = []
  try {
    accessSync(dataFolder, constants.R_OK | constants.W_OK | constants.X_OK)
    checks.push(well('Data folder', `${dataFolder} can be written`))
  } catch {
    checks.push(fault('Data folder', `${dataFolder} cannot be written by this account`, 'Give it to the account that Penfeld runs as.'))
  }
  const { bavail, blocks, bsize } = statfsSync(dataFolder)
  const share = bavail / blocks
  const found = `${(bavail * bsize / 2 ** 30).toFixed(1)} GiB free, ${(100 * share).toFixed(0)} %`
  checks.push(share < FULL_SHARE ? fault('Disk', found, 'Free space: docs/runbooks/disk.md.') : share < ALMOST_FULL_SHARE ? warning('Disk', found, 'Plan for more: docs/runbooks/disk.md.') : well('Disk', found))
  const keys = join(dataFolder, 'keys')
  if (existsSync(keys)) {
    const open = readdirSync(keys).filter((name) => (statSync(join(keys, name)).mode & 0o077) !== 0)
    checks.push(open.length === 0 ? well('Keys', 'only this account can read them') : fault('Keys', `others can read ${open.join(', ')}`, `chmod 600 in ${keys}, and make new keys if somebody may have read them.`))
  }
  return checks
}

export function checkBackup(verifiedRealMs: number | undefined, nowMs: number): Check {
  if (verifiedRealMs === undefined) return warning('Backup', 'none was made', '`penfeld backup --to FOLDER` each night: infra/systemd/penfeld-backup.timer.')
  const hours = (nowMs - verifiedRealMs) / 3_600_000
  const found = `the last verified one is ${hours.toFixed(0)} hours old`
  return nowMs - verifiedRealMs > BACKUP_OLD_MS ? warning('Backup', found, 'See why the nightly backup did not run: docs/runbooks/restore.md.') : well('Backup', found)
}

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createClock } from '#services/clock/shifted-clock.ts'
import { readEnvironment, type Environment } from '#services/config/environment.ts'
import { DATA_FILES } from '#services/config/role.ts'
import { readDistrict } from '#services/config/load-district.ts'
import { checkAudit } from '#services/doctor/audit.ts'
import { checked, fault, warning, well, type Check } from '#services/doctor/check.ts'
import { checkDatabases, checkWriters } from '#services/doctor/files.ts'
import { checkBackup, checkDataFolder, checkMemory, checkNode, checkTimeZone } from '#services/doctor/machine.ts'
import { checkForwarding, checkInflux, checkPages, checkRedis } from '#services/doctor/servers.ts'
import { checkSources } from '#services/doctor/sources.ts'
import { closeRedis, openRedis } from '#services/hosts/redis.ts'
import { openCollectStatus } from '#services/ingest/collect-status.ts'
import { openJobStatus } from '#services/jobs/open.ts'
import { readForwardingStatus } from '#services/store/influx/status-of-folder.ts'
import { storeFolder } from '#services/store/open.ts'
import { silentLogger } from '#services/telemetry/logger.ts'

const MARKS = { well: 'well    ', warning: 'WARNING ', fault: 'FAULT   ' } as const

/** `penfeld doctor`: 0 if everything is well, 1 with a fault. Reads only; may be called while the service runs, and while it does not. */
export async function doctor(args: string[], write: (line: string) => void): Promise<number> {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } })
  const environment = readEnvironment()
  const checks = (await Promise.all([
    checked('Machine', () => [checkNode(process.version), checkMemory(), ...checkDataFolder(environment.dataFolder)]),
    checked('District', () => district(environment)),
    checked('Databases', () => [...checkDatabases(environment.dataFolder), ...checkWriters(environment.dataFolder)]),
    checked('Audit log', () => checkAudit({ dataFolder: environment.dataFolder, heads: environment.auditHeads })),
    checked('Sources', () => sources(environment)),
    checked('Jobs', () => jobs(environment)),
    ...(environment.redisUrl === undefined ? [] : [checked('Redis', () => redis(environment.redisUrl!))]),
    ...(environment.influxUrl === undefined ? [] : [checked('InfluxDB', () => checkInflux(environment.influxUrl!)), checked('Forwarding', () => forwarding(environment))]),
    checked('Pages', () => checkPages(`http://127.0.0.1:${environment.portHttp}`)),
    checked('Backup', () => [checkBackup(lastBackup(environment.dataFolder), Date.now())]),
  ])).flat()
  if (values.json === true) for (const check of checks) write(JSON.stringify(check))
  else for (const line of checks.flatMap(linesOf)) write(line)
  const faults = checks.filter(({ state }) => state === 'fault').length
  const warnings = checks.filter(({ state }) => state === 'warning').length
  if (values.json !== true) write(faults + warnings === 0 ? `All ${checks.length} checks are well.` : `${faults} faults and ${warnings} warnings in ${checks.length} checks.`)
  return faults > 0 ? 1 : 0
}

const linesOf = ({ subject, state, found, remedy }: Check): string[] => [`${MARKS[state]}${subject}: ${found}`, ...(remedy === undefined ? [] : [`        ${remedy}`])]

async function district({ districtFolder, variables }: Environment): Promise<Check[]> {
  const { loaded, faults } = await readDistrict(districtFolder, variables)
  if (loaded === undefined) return [fault('District document', `${faults.length} faults in ${districtFolder}`, '`penfeld check FOLDER` lists them with file and line.')]
  return [well('District document', `version ${loaded.version}`), checkTimeZone(loaded.district.timeZone)]
}

async function sources({ dataFolder, clockSetting, variables }: Environment): Promise<Check[]> {
  const file = join(dataFolder, DATA_FILES.collect)
  if (!existsSync(file)) return [warning('Sources', 'collect has not run here yet', 'Start the service.')]
  const status = openCollectStatus(file)
  try {
    const anchor = Number(variables['PENFELD_CLOCK_STARTED'] ?? startedRealMs(dataFolder))
    return checkSources(await status.sources(), await status.counters(), createClock(clockSetting, anchor).now(), Date.now())
  } finally {
    await status.close()
  }
}

const forwarding = ({ dataFolder }: Environment): Check[] =>
  (['measured', 'derived'] as const).flatMap((store) => checkForwarding(store, readForwardingStatus(storeFolder(dataFolder, store, 'influx'))))

const startedRealMs = (dataFolder: string): number => {
  try {
    return (JSON.parse(readFileSync(join(dataFolder, 'clock.json'), 'utf8')) as { startedRealMs: number }).startedRealMs
  } catch {
    return Date.now()
  }
}

async function jobs(environment: Environment): Promise<Check[]> {
  const status = openJobStatus(environment)
  try {
    return (await status.kinds()).map(({ kind, waiting, running, failed, lastError }) => {
      const found = `${waiting} wait, ${running} run, ${failed} failed${lastError === null ? '' : `, the last with ${lastError}`}`
      return failed > 0 ? warning(`Jobs ${kind}`, found, 'docs/runbooks/job-stuck.md') : well(`Jobs ${kind}`, found)
    })
  } finally {
    await status.close()
  }
}

async function redis(url: string): Promise<Check[]> {
  const connection = openRedis(url, silentLogger)
  try {
    return await checkRedis(connection)
  } finally {
    closeRedis(connection)
  }
}

function lastBackup(dataFolder: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(join(dataFolder, 'backup.json'), 'utf8')) as { verifiedRealMs: number }).verifiedRealMs
  } catch {
    return undefined
  }
}

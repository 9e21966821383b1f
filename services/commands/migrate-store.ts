import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { readEnvironment } from '#services/config/environment.ts'
import { readInfluxSettings } from '#services/store/influx/index.ts'
import { migrate, type StoreKind } from '#services/store/migration/migrate.ts'
import { storeFolder } from '#services/store/open.ts'
import { progressBar } from './progress-bar.ts'
import { WrongArguments } from './wrong-arguments.ts'

/** `penfeld migrate-store --to influx|embedded`: copies both stores into the other kind, values, revisions and times of recording, and reads them back. */
export async function migrateStore(args: string[], write: (line: string) => void): Promise<number> {
  const { to } = parseArgs({ args, options: { to: { type: 'string' } } }).values
  if (to !== 'influx' && to !== 'embedded') throw new WrongArguments('Say where to: --to influx, or --to embedded.')
  const environment = readEnvironment()
  if (environment.influxUrl === undefined) throw new PenfeldError('PF_CONFIG_INVALID', 'INFLUX_URL is not set.', { where: 'INFLUX_URL' })
  const settings = readInfluxSettings(environment.influxUrl, environment.variables)
  const from: StoreKind = to === 'influx' ? 'embedded' : 'influx'
  let different = 0
  for (const name of ['measured', 'derived'] as const) {
    const source = storeFolder(environment.dataFolder, name, from)
    if (!existsSync(source)) {
      write(`${name}: nothing is stored yet.`)
      continue
    }
    const destination = storeFolder(environment.dataFolder, name, to)
    const bar = progressBar(name)
    const report = await migrate({ from: { kind: from, folder: source }, to: { kind: to, folder: destination }, settings, measurement: name, progress: bar })
    if (process.stdout.isTTY) process.stdout.write('\n')
    write(`${name}: ${report.points.toLocaleString('en')} points, ${report.samples.toLocaleString('en')} values and ${report.revisions.toLocaleString('en')} revisions, read back and ${report.different.length === 0 ? 'equal' : `equal but for ${report.different.length} points`}${report.before > 0 ? `; ${report.before} points were copied before` : ''}.`)
    for (const point of report.different.slice(0, 20)) write(`  ${point}: what was read back is not what was copied`)
    if (report.different.length > 20) write(`  and ${report.different.length - 20} more`)
    different += report.different.length
  }
  if (different > 0) return 1
  write(`Start the service ${to === 'influx' ? 'with INFLUX_URL' : 'without INFLUX_URL'} now. The store that was copied stays in ${environment.dataFolder} until you remove it.`)
  return 0
}

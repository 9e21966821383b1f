import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { readEnvironment } from '#services/config/environment.ts'
import { openForReading } from '#services/store/influx/files.ts'
import { ForwardingFile } from '#services/store/influx/forwarding-file.ts'
import { openInfluxStore, readInfluxSettings } from '#services/store/influx/index.ts'
import { RETRY_QUARANTINE } from '#services/store/influx/writer.ts'
import { writerOf } from '#services/store/journal/writer-lock.ts'
import { storeFolder } from '#services/store/open.ts'

const SHOWN = 50

/** `penfeld quarantine [--retry]`: values that InfluxDB refuses, and why; or sends them once more. */
export async function quarantine(args: string[], write: (line: string) => void): Promise<number> {
  const { values } = parseArgs({ args, options: { retry: { type: 'boolean' } } })
  const environment = readEnvironment()
  let left = 0
  for (const name of ['measured', 'derived'] as const) {
    const folder = storeFolder(environment.dataFolder, name, 'influx')
    if (!existsSync(folder)) continue
    if (values.retry === true) {
      if (writerOf(folder) !== undefined) {
        writeFileSync(join(folder, RETRY_QUARANTINE), '')
        write(`${name}: the running service sends them again within seconds; look with penfeld quarantine.`)
        continue
      }
      if (environment.influxUrl === undefined) throw new PenfeldError('PF_CONFIG_INVALID', 'INFLUX_URL is not set.', { where: 'INFLUX_URL' })
      const store = await openInfluxStore(folder, { timeZone: 'UTC', settings: readInfluxSettings(environment.influxUrl, environment.variables), measurement: name })
      const { taken, refused } = await store.retryQuarantined().finally(() => store.close())
      write(`${name}: ${taken} values taken, ${refused} refused again.`)
      left += refused
      continue
    }
    const files = openForReading(folder)
    if (files === undefined) continue
    const rows = new ForwardingFile(files.forwarding).quarantined()
    const names = files.journal.prepare('SELECT name FROM points WHERE pointId = ?')
    write(`${name}: ${rows.length} values in quarantine.`)
    for (const { pointId, at, value, why } of rows.slice(0, SHOWN)) write(`  ${(names.get(pointId) as { name: string }).name} ${timeOf(at)} ${value}: ${why}`)
    if (rows.length > SHOWN) write(`  and ${rows.length - SHOWN} more`)
    files.close()
    left += rows.length
  }
  return left > 0 ? 1 : 0
}

/** A time that no server takes may be beyond all dates. */
const timeOf = (at: number): string => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at))

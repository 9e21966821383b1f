import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { Environment } from '#services/config/environment.ts'
import { DATA_FILES } from '#services/config/role.ts'
import { openEmbeddedReader, openEmbeddedStore } from './embedded/index.ts'
import { servedSources } from '#services/hosts/requirements.ts'
import { openSharedReader } from '#services/hosts/shared-reader.ts'
import { openInfluxReader, openInfluxStore, openServerReader, readInfluxSettings, watchForwarding, type InfluxSettings } from './influx/index.ts'
import { isHalfCopied } from './migration/progress-file.ts'
import type { TimeSeriesReader, TimeSeriesStore } from './port.ts'

export type StoreName = 'measured' | 'derived'
/** What opens a store; plain, so that it can be handed to a thread. */
export type StoreSettings = Pick<Environment, 'dataFolder' | 'influxUrl'> & {
  readonly timeZone: string
  /** Where `influxUrl` is given: the rest of what InfluxDB needs; by default from the environment of the process. */
  readonly influx?: InfluxSettings
  /** Several hosts collect: what is measured is read from the server, and told of by this Redis. */
  readonly sharedBy?: string
}

/** Settings of the stores of a district. */
export function storeSettings(environment: Environment, { timeZone }: { readonly timeZone: string }): StoreSettings {
  const { dataFolder, influxUrl, redisUrl, variables } = environment
  return {
    dataFolder, influxUrl, timeZone,
    ...(influxUrl === undefined ? {} : { influx: readInfluxSettings(influxUrl, variables) }),
    ...(collectsWithOthers(environment) ? { sharedBy: redisUrl } : {}),
  }
}

/** A host that names its sources leaves the others to other hosts. */
export const collectsWithOthers = ({ influxUrl, redisUrl, variables }: Environment): boolean => influxUrl !== undefined && redisUrl !== undefined && servedSources(variables) !== undefined

/** Each kind of store has a folder of its own, so that one can be copied into the other. */
export const storeFolder = (dataFolder: string, name: StoreName, kind: 'embedded' | 'influx'): string =>
  join(dataFolder, kind === 'embedded' ? DATA_FILES[name] : `${DATA_FILES[name]}-influx`)

const influxOf = ({ influxUrl, influx }: StoreSettings): InfluxSettings | undefined =>
  influxUrl === undefined ? undefined : influx ?? readInfluxSettings(influxUrl, process.env)

/** The one writer of a store. The only place, with `openReader`, that chooses between the stores there are. */
export async function openWriter(name: StoreName, settings: StoreSettings): Promise<TimeSeriesStore> {
  const { dataFolder, timeZone } = settings
  const influx = influxOf(settings)
  const folder = storeFolder(dataFolder, name, influx === undefined ? 'embedded' : 'influx')
  const other = storeFolder(dataFolder, name, influx === undefined ? 'influx' : 'embedded')
  // To begin an empty store beside one that has a past would split that past in two, unseen.
  if (!existsSync(folder) && existsSync(other)) {
    throw new PenfeldError('PF_STORE_OTHER', `${other} holds what was stored so far, and INFLUX_URL is ${influx === undefined ? 'not set' : 'set'}.`, { where: folder })
  }
  if (isHalfCopied(folder)) throw new PenfeldError('PF_STORE_OTHER', `A copy into ${folder} was begun and has not ended.`, { where: folder })
  if (influx === undefined) return openEmbeddedStore(folder, { timeZone })
  watchForwarding(name, folder, influx.backlogBytes)
  return openInfluxStore(folder, { timeZone, settings: influx, measurement: name })
}

export async function openReader(name: StoreName, settings: StoreSettings): Promise<TimeSeriesReader> {
  const { dataFolder, timeZone } = settings
  const influx = influxOf(settings)
  if (influx !== undefined && settings.sharedBy !== undefined && name === 'measured') return openSharedReader(openServerReader({ timeZone, settings: influx, measurement: name }), settings.sharedBy)
  const folder = storeFolder(dataFolder, name, influx === undefined ? 'embedded' : 'influx')
  return influx === undefined ? openEmbeddedReader(folder, { timeZone }) : openInfluxReader(folder, { timeZone, settings: influx, measurement: name })
}

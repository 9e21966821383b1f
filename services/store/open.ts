import { join } from 'node:path'
import type { Environment } from '#services/config/environment.ts'
import { DATA_FILES } from '#services/config/role.ts'
import { openEmbeddedReader, openEmbeddedStore } from './embedded/index.ts'
import type { TimeSeriesReader, TimeSeriesStore } from './port.ts'

export type StoreName = 'measured' | 'derived'
/** What opens a store; plain, so that it can be handed to a thread. */
export type StoreSettings = Pick<Environment, 'dataFolder' | 'influxUrl'> & { readonly timeZone: string }

/** Settings of the stores of a district. */
export const storeSettings = ({ dataFolder, influxUrl }: Environment, { timeZone }: { readonly timeZone: string }): StoreSettings => ({ dataFolder, influxUrl, timeZone })

/**
 * The one writer of a store. The only place, with `openReader`, that chooses between the stores there are. `onFailure` is
 * told when this process can trust the store no more and must start anew.
 */
export async function openWriter(name: StoreName, { dataFolder, timeZone }: StoreSettings, onFailure?: (error: unknown) => void): Promise<TimeSeriesStore> {
  return openEmbeddedStore(join(dataFolder, DATA_FILES[name]), { timeZone, onFailure })
}

export async function openReader(name: StoreName, { dataFolder, timeZone }: StoreSettings): Promise<TimeSeriesReader> {
  return openEmbeddedReader(join(dataFolder, DATA_FILES[name]), { timeZone })
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { storeContract } from '../contract.ts'
import { startInfluxd, type Influxd } from './influxd.testkit.ts'
import { readInfluxSettings } from './settings.ts'
import { openInfluxReader, openInfluxStore } from './store.ts'
import type { InfluxStore } from './writer.ts'

const folder = mkdtempSync(join(tmpdir(), 'penfeld-influx-'))
let influxd: Influxd
beforeAll(async () => { influxd = await startInfluxd(join(folder, 'influxd')) })
afterAll(async () => {
  await influxd.kill()
  rmSync(folder, { recursive: true, force: true })
})

let databases = 0
const optionsOf = (database: string) => ({ timeZone: 'Europe/Paris', measurement: 'measured', settings: readInfluxSettings(influxd.url, { INFLUX_DATABASE: database }) })

/** `settled`: maintenance ends when the server has everything, so that what follows is read from it and not from the journal. */
for (const settled of [false, true]) {
  storeContract(settled ? 'the InfluxDB store, read back from the server' : 'the InfluxDB store', async () => {
    const options = optionsOf(`contract${databases++}`)
    const place = mkdtempSync(join(folder, 'store-'))
    const opened = new Set<InfluxStore>()
    const open = async () => {
      const store = await openInfluxStore(place, options)
      opened.add(store)
      if (settled) {
        const append = store.append.bind(store)
        store.append = async (...given) => {
          const result = await append(...given)
          await store.forwarded()
          return result
        }
      }
      return store
    }
    return {
      open,
      reader: () => openInfluxReader(place, options),
      async reopen(store) {
        opened.delete(store as InfluxStore)
        await store.close()
        return open()
      },
      async dispose() {
        for (const store of opened) await store.close()
      },
    }
  })
}

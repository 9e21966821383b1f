import { fileURLToPath } from 'node:url'
import { resolve } from 'node:path'
import type { StartRole } from '#services/config/role.ts'
import { startFieldControl } from './control.ts'
import { createField } from './field.ts'
import { createDrop } from './files/drop.ts'
import { createLedger } from './outlet.ts'
import type { Outlet } from './outlet.ts'
import { startModbusOutlet, startMqttOutlet, startOpcUaOutlet } from './outlets.ts'
import type { OutletContext } from './outlets.ts'

const OUTLETS: Readonly<Record<string, (context: OutletContext) => Promise<Outlet>>> = { opcua: startOpcUaOutlet, modbus: startModbusOutlet, mqtt: startMqttOutlet }
/** No more often than this in real time, however fast the clock. */
const SHORTEST_TICK_MS = 1_000
const FILES_TICK_S = 300
/** Files that fell due while nobody served them come at the next start. */
const FILES_LOOK_BACK_MS = 36 * 3_600_000

/** The demonstration's field: real servers of real protocols over one truth. */
export const startSimulate: StartRole = async ({ environment, district: { district }, clock, log, say }) => {
  const field = createField(district)
  const ledger = createLedger()
  const timers: NodeJS.Timeout[] = []
  const outlets: Outlet[] = []
  // The first truth takes a second or two to make: better before a client waits for it.
  field.truth.at(clock.now())

  for (const source of district.sources) {
    const start = OUTLETS[source.protocol]
    if (start === undefined) continue
    const outlet = await start({ field, district, source, environment, clock, ledger, log: log.child({ source: source.id }) })
    outlets.push(outlet)
    // The newest step of every instrument is there from the first moment.
    let shownTo = clock.now() - 3_600_000
    const tick = (): void => {
      const now = clock.now()
      try {
        outlet.emit(shownTo, now)
      } catch (error) {
        log.error({ error, source: source.id }, 'the field could not show its values')
      }
      shownTo = now
    }
    tick()
    timers.push(setInterval(tick, Math.max(SHORTEST_TICK_MS, (source.periodS * 1_000) / clock.speed)))
  }

  let delivering: Promise<unknown> = Promise.resolve()
  for (const source of district.sources.filter(({ protocol }) => protocol === 'files')) {
    const drop = createDrop({ field, district, source, ledger, folder: folderOf(source.url) })
    let deliveredTo = clock.now() - FILES_LOOK_BACK_MS
    const tick = (): void => {
      const now = clock.now()
      const from = deliveredTo
      deliveredTo = now
      delivering = delivering.then(() => drop.deliver(from, now)).catch((error: unknown) => log.error({ error }, 'the daily files could not be written'))
    }
    tick()
    timers.push(setInterval(tick, Math.max(SHORTEST_TICK_MS, (FILES_TICK_S * 1_000) / clock.speed)))
  }
  const control = await startFieldControl({ port: environment.ports.fieldControl, field, district, outlets, ledger, clock })
  say('The demonstration field answers over OPC-UA, Modbus TCP, MQTT and daily files.')

  return {
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await delivering
      await control.stop()
      await Promise.all(outlets.map((outlet) => outlet.stop()))
    },
  }
}

/** `file:var/inbox` is relative to where Penfeld was started, `file:///srv/inbox` is not. */
const folderOf = (url: string): string => (url.startsWith('file://') ? fileURLToPath(url) : resolve(url.slice('file:'.length)))

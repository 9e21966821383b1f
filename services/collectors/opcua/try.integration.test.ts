import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { opcuaDriver } from './driver.ts'
import { prepareField } from './field.testkit.ts'
test('try', async () => {
  const t0 = Date.now()
  const folder = await mkdtemp(join(tmpdir(), 'penfeld-opcua-'))
  const field = await prepareField(folder)
  const unknown = { ...field.channels[0], device: { ...field.channels[0].device, address: 'P99.T9' } }
  let server = await field.startServer()
  const say = (...x: unknown[]) => console.log(Date.now() - t0, ...x)
  const log = { ...silentLogger, debug: say, info: say, warn: say, error: say, child: () => log } as never
  const driver = await opcuaDriver.start({
    source: field.source, channels: [unknown, ...field.channels], stateFolder: field.stateFolder, log,
    clock: { now: Date.now, speed: 1, realMsUntil: () => 0 },
    deliver: async ({ channels, at, values }) => channels.forEach((channel, row) => say('row', channel, at[row], values[row])),
    reject: (...x) => say('reject', ...x),
    lastStoredAt: async () => new Float64Array(3).fill(NaN),
    status: (...x) => say('status', ...x),
  })
  await new Promise((r) => setTimeout(r, 4000))
  server.publish(0, Date.now(), 5, QUALITY.measured)
  await new Promise((r) => setTimeout(r, 2000))
  say('stop server')
  await server.stop()
  say('stopped server')
  server = await field.startServer()
  server.publish(0, Date.now(), 6, QUALITY.measured)
  server.publish(0, Date.now() + 1000, 7, QUALITY.measured)
  await new Promise((r) => setTimeout(r, 20000))
  await driver.stop()
  await server.stop()
})

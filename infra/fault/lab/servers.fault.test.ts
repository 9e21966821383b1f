import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { killChildren } from './children.ts'
import { answers, startInflux, startMosquitto, startRedis } from './servers.ts'

const folder = mkdtempSync(join(tmpdir(), 'penfeld-servers-'))
afterAll(async () => {
  await killChildren()
  rmSync(folder, { recursive: true, force: true })
})

test.each([['redis', startRedis], ['influx', startInflux], ['mosquitto', startMosquitto]] as const)('%s starts on a free port, is killed and comes back on the same one', async (name, start) => {
  const server = await start(join(folder, name))
  expect(await answers(server.port)).toBe(true)
  await server.kill()
  expect(await answers(server.port)).toBe(false)
  await server.restart()
  expect(await answers(server.port)).toBe(true)
  expect(server.pid).toBeGreaterThan(0)
})

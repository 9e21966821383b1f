import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { clockAnchor } from './clock-anchor.ts'
import type { RoleName } from './roles.ts'
import { startSupervisor, type Supervisor } from './supervisor.ts'

const folder = mkdtempSync(join(tmpdir(), 'penfeld-supervisor-'))
/** Stands for services/main.ts: writes down when it stops cleanly, and obeys `FAIL` for one role. */
const mainFile = join(folder, 'role.mjs')
writeFileSync(mainFile, `
import { appendFileSync } from 'node:fs'
const name = process.argv[3]
if (process.env.FAIL === name) process.exit(78)
process.on('message', (message) => { if (message === 'stop') { appendFileSync(process.env.STOPPED, name + '\\n'); process.exit(0) } })
process.on('disconnect', () => process.exit(0))
process.send({ say: name + ' here' }); process.send({ ready: true })
`)
let supervisor: Supervisor | undefined
afterEach(async () => { await supervisor?.stop(); supervisor = undefined })

function start(roles: RoleName[], variables: Record<string, string> = {}) {
  const said: string[] = []
  const final: [RoleName, number][] = []
  const stopped = join(folder, `stopped-${Math.random()}`)
  writeFileSync(stopped, '')
  supervisor = startSupervisor({
    roles, mainFile, logFolder: join(folder, 'log'), variables: { ...process.env, STOPPED: stopped, ...variables },
    say: (message) => said.push(message), onFinalExit: (role, code) => final.push([role, code]),
  })
  return { supervisor, said, final, stoppedRoles: () => readFileSync(stopped, 'utf8').trim().split('\n') }
}

test('a killed role comes back as a new process, the others stay', async () => {
  const { supervisor, said } = start(['collect', 'api'])
  await Promise.all([supervisor.ready('collect'), supervisor.ready('api')])
  const [collect, api] = [supervisor.pid('collect')!, supervisor.pid('api')]
  process.kill(collect, 'SIGKILL')
  await expect.poll(() => supervisor.restarts('collect')).toBe(1)
  await supervisor.ready('collect')
  expect(supervisor.pid('collect')).not.toBe(collect)
  expect(supervisor.pid('api')).toBe(api)
  expect(said.some((line) => line.includes('collect ended (SIGKILL)'))).toBe(true)
})

test('what only a person can mend is not tried again', async () => {
  const { supervisor, final } = start(['work'], { FAIL: 'work' })
  await expect.poll(() => final).toEqual([['work', 78]])
  expect(supervisor.restarts('work')).toBe(0)
})

test('stopping is in order: pages, work, collectors, then the field they read', async () => {
  const { supervisor, stoppedRoles } = start(['simulate', 'collect', 'work', 'api'])
  await Promise.all((['simulate', 'collect', 'work', 'api'] as const).map(supervisor.ready))
  await supervisor.stop()
  expect(stoppedRoles()).toEqual(['api', 'work', 'collect', 'simulate'])
})

test('the anchor of an accelerated clock outlives a restart and changes with the setting', () => {
  const data = join(folder, 'anchor')
  expect(clockAnchor(data, '2026-01-01T00:00:00Z,600', 1_000)).toBe(1_000)
  expect(clockAnchor(data, '2026-01-01T00:00:00Z,600', 9_000)).toBe(1_000)
  expect(clockAnchor(data, '2026-01-01T00:00:00Z,60', 9_000)).toBe(9_000)
  rmSync(folder, { recursive: true, force: true })
})

test('a role whose supervisor is gone before it has begun ends by itself', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  const data = mkdtempSync(join(tmpdir(), 'penfeld-orphan-'))
  const orphan = fork(join(import.meta.dirname, '../main.ts'), ['role', 'api'], { env: { ...process.env, NODE_OPTIONS: '', PENFELD_DATA: data, PENFELD_PORT: String(port) }, execArgv: ['--disable-warning=ExperimentalWarning'], stdio: 'ignore', serialization: 'advanced' })
  onTestFinished(() => void orphan.kill('SIGKILL'))
  await once(orphan, 'spawn')
  orphan.disconnect()
  const [code] = (await once(orphan, 'exit')) as [number | null]
  expect(code).toBe(0)
  rmSync(data, { recursive: true, force: true })
})

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { freePort } from '#services/collectors/opcua/field.testkit.ts'
import { startTestServer } from '#services/collectors/opcua/server.testkit.ts'
import { opcua } from './opcua.ts'

async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), 'penfeld-command-'))
  vi.stubEnv('PENFELD_DATA', join(folder, 'var'))
  vi.stubEnv('PENFELD_DISTRICT', join(folder, 'none'))
  const server = await startTestServer({ port: await freePort(), pkiFolder: join(folder, 'server'), nodes: ['D1.p', 'D2.p'] })
  server.publish(0, Date.now(), 7)
  onTestFinished(async () => {
    vi.unstubAllEnvs()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })
  const run = async (...args: string[]): Promise<{ code: number, text: string }> => {
    const lines: string[] = []
    const code = await opcua(args, (line) => void lines.push(line))
    return { code, text: lines.join('\n') }
  }
  return { folder, server, run }
}

test('a server is refused, its certificate approved, browsed, and revoked again', async () => {
  const { server, run } = await setUp()
  const refusal = await run('browse', server.url, '--source', 'scada').then(() => undefined, (error: Error) => error.message)
  expect(refusal).toMatch(/PF_OPCUA_CERTIFICATE_REFUSED.*trust list/)
  const listed = await run('trust', 'list', '--source', 'scada')
  const thumbprint = /^scada {2}pending {2}([0-9A-F]{40}) {2}until \d{4}-\d\d-\d\d {2}\S/.exec(listed.text)![1]
  expect((await run('trust', 'approve', 'AA'.repeat(20), '--source', 'scada')).code).toBe(1)
  // With colons, as other tools show it.
  expect((await run('trust', 'approve', thumbprint.match(/../g)!.join(':').toLowerCase(), '--source', 'scada')).code).toBe(0)

  const { code, text } = await run('browse', server.url, '--source', 'scada')
  expect(code).toBe(0)
  expect(text).toMatch(/Field\/D1\.p +ns=\d;s=D1\.p +urn:penfeld:field +Double +- +7$/m)
  expect(text).toContain('2 variables among 3 nodes.')
  const documents = parseAllDocuments((await run('browse', server.url, '--source', 'scada', '--yaml')).text)
  for (const document of documents) expect('errors' in document ? document.errors : []).toEqual([])
  const told = JSON.parse((await run('browse', server.url, '--source', 'scada', '--json')).text) as { variables: unknown[], proposals: { district: string }[] }
  expect(told.variables).toHaveLength(2)
  expect(told.proposals[0].district).toContain('QUESTION')

  expect((await run('trust', 'revoke', thumbprint, '--source', 'scada')).text).toContain('is revoked from now on')
  await expect(run('browse', server.url, '--source', 'scada')).rejects.toThrow(/PF_OPCUA_CERTIFICATE_REFUSED/)
})

test('wrong use is told how it is meant; a server that is away is a clear error', async () => {
  const { run } = await setUp()
  for (const args of [[], ['browse'], ['trust'], ['trust', 'approve'], ['browse', 'opc.tcp://127.0.0.1:1', '--security', 'some']]) {
    expect(await run(...args)).toMatchObject({ code: 2, text: expect.stringContaining('penfeld opcua browse URL') as string })
  }
  await expect(run('browse', 'opc.tcp://127.0.0.1:1/none')).rejects.toThrow(/PF_OPCUA_BROWSE_FAILED/)
})

test('without security only when asked for, and then no password is sent; the command itself says so', async () => {
  const { server, run, folder } = await setUp()
  vi.stubEnv('PENFELD_OPCUA_PASSWORD', 'secret')
  await expect(run('browse', server.url, '--security', 'none', '--user', 'reader')).rejects.toThrow(/PF_OPCUA_ENDPOINT_UNSAFE/)
  const main = resolve(import.meta.dirname, '../main.ts')
  const env = { ...process.env, PENFELD_DATA: join(folder, 'var'), NODE_OPTIONS: '' }
  expect(execFileSync(process.execPath, [main, 'help'], { env, encoding: 'utf8' })).toContain('opcua browse URL')
  const { status, stderr } = spawnSync(process.execPath, [main, 'opcua', 'browse', 'opc.tcp://127.0.0.1:1/none'], { env, encoding: 'utf8' })
  expect(status).toBe(78)
  expect(stderr).toContain('PF_OPCUA_BROWSE_FAILED')
  expect(existsSync(join(folder, 'var'))).toBe(true)
})

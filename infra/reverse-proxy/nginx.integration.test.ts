import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { OPCUACertificateManager } from 'node-opcua'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from '#services/api/app.ts'
import { ROUTES } from '#services/api/contract/routes.ts'
import { EXAMPLE_RELEASE, exampleDeps, type Example } from '#services/api/example-deps.ts'
import { programPath, startChild, type Child } from '../fault/lab/children.ts'
import { answers } from '../fault/lab/servers.ts'
import { freePorts } from '../e2e/service.ts'

const REQUESTS_PER_MINUTE = 30
let folder: string
let example: Example
let app: FastifyInstance
let proxy: Child
let https: number
let http: number

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-proxy-'))
  example = exampleDeps({ secure: true, origins: ['https://127.0.0.1'], trustedProxies: ['127.0.0.1'], requestsPerMinute: REQUESTS_PER_MINUTE })
  app = await buildApp(example.deps)
  const [plain, ...ports] = await freePorts(3)
  ;[http, https] = ports
  await app.listen({ host: '127.0.0.1', port: plain })
  const { key, certificate } = await selfSigned()
  const settings = readFileSync(join(import.meta.dirname, 'nginx.conf'), 'utf8')
    .replaceAll('@RUN@', folder).replace('@PORT@', String(plain)).replace('@HTTP@', `127.0.0.1:${http}`).replace('@HTTPS@', `127.0.0.1:${https}`)
    .replace('@CERTIFICATE@', certificate).replace('@KEY@', key)
  expect(settings).not.toMatch(/@[A-Z]+@/)
  const file = join(folder, 'nginx.conf')
  // Started by root its workers would be another user, who may not read here.
  writeFileSync(file, process.getuid?.() === 0 ? `user root;\n${settings}` : settings)
  proxy = await startChild({ name: 'nginx', command: programPath('nginx', 'nginx-light'), args: ['-p', folder, '-c', file, '-g', 'daemon off;'], ready: () => answers(https) })
})
afterAll(async () => {
  await proxy?.stop()
  await app?.close()
  example?.dispose()
  rmSync(folder, { recursive: true, force: true })
})

async function selfSigned(): Promise<{ key: string; certificate: string }> {
  const rootFolder = join(folder, 'pki')
  mkdirSync(rootFolder)
  const certificates = new OPCUACertificateManager({ rootFolder, automaticallyAcceptUnknownCertificate: false, disableFileWatchers: true })
  await certificates.initialize()
  const certificate = join(folder, 'tls.pem')
  await certificates.createSelfSignedCertificate({ applicationUri: 'urn:penfeld:proxy', subject: '/CN=127.0.0.1', dns: ['localhost'], ip: ['127.0.0.1'], startDate: new Date(Date.now() - 60_000), validity: 2, outputFile: certificate })
  const keys = join(rootFolder, 'own/private')
  return { certificate, key: join(keys, readdirSync(keys)[0]) }
}

interface Answer { status: number; headers: Record<string, string | string[] | undefined>; body: string }
/** One request over TLS; a stream is closed after its first event. */
const ask = (path: string, headers: Record<string, string> = {}, firstEvent = false): Promise<Answer> => new Promise((resolve, reject) => {
  const sent = request({ host: '127.0.0.1', port: https, path, headers, rejectUnauthorized: false }, (answer) => {
    let body = ''
    const end = () => resolve({ status: answer.statusCode!, headers: answer.headers, body })
    answer.setEncoding('utf8').on('data', (text: string) => {
      body += text
      if (firstEvent && body.includes('\n\n')) { end(); sent.destroy() }
    }).on('end', end)
  })
  sent.on('error', reject).end()
})

test('its settings are sound for nginx itself', () => {
  const { status, stderr } = spawnSync(programPath('nginx', 'nginx-light'), ['-t', '-p', folder, '-c', join(folder, 'nginx.conf')], { encoding: 'utf8' })
  expect(stderr).toContain('syntax is ok')
  expect(status).toBe(0)
})

test('pages come over TLS with the headers of the service, and plain requests are led there', async () => {
  const { status, headers } = await ask('/readyz')
  expect(status).toBe(200)
  expect(headers['strict-transport-security']).toContain('max-age=31536000')
  expect(headers['server']).toBe('nginx')
  const plain = await fetch(`http://127.0.0.1:${http}/quartier?x=1`, { redirect: 'manual' })
  expect([plain.status, plain.headers.get('location')]).toEqual([301, 'https://127.0.0.1/quartier?x=1'])
})

test('an event of a stream comes at once', async () => {
  const { headers, body } = await ask(ROUTES.public.stream, {}, true)
  expect(headers['content-type']).toContain('text/event-stream')
  expect(body).toContain(String(EXAMPLE_RELEASE.releaseId))
})

test('nobody is limited by the requests of another, nor can pretend to be one', async () => {
  // Public answers come from memory and are not counted; this one depends on who asks.
  const statuses = async (pretended: (index: number) => string) => {
    const seen: number[] = []
    for (let index = 0; index < REQUESTS_PER_MINUTE + 10; index++) seen.push((await ask(ROUTES.session.session, { 'x-forwarded-for': pretended(index) })).status)
    return seen
  }
  // All come from one address, whatever they write into the header: the limit holds.
  expect((await statuses((index) => `10.0.0.${index}`)).filter((status) => status === 429).length).toBeGreaterThan(5)
  // The proxy's own word is believed: another address has its own limit.
  const other = await app.inject({ url: ROUTES.session.session, remoteAddress: '127.0.0.1', headers: { 'x-forwarded-for': '192.0.2.7' } })
  expect(other.statusCode).toBe(200)
  // One that is no proxy of ours is not believed.
  const stranger = await app.inject({ url: ROUTES.session.session, remoteAddress: '192.0.2.9', headers: { 'x-forwarded-for': '127.0.0.1' } })
  expect(stranger.statusCode).toBe(200)
  expect(stranger.headers['x-ratelimit-remaining']).toBe(String(REQUESTS_PER_MINUTE - 1))
})

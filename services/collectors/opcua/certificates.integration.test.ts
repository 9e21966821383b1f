import { X509Certificate } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageSecurityMode, OPCUACertificateManager } from 'node-opcua'
import { expect, onTestFinished, test } from 'vitest'
import type { Source } from '#models/district/schema.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { testChannel } from '../driver.testkit.ts'
import { openCertificates, ownCertificate } from './certificates.ts'
import { opcuaDriver } from './driver.ts'
import { freePort } from './field.testkit.ts'
import { startTestServer, type TestServerOptions } from './server.testkit.ts'
import { decideTrust, listTrust } from './trust.ts'

const PATIENCE = { timeout: 20_000, interval: 50 }
const FIXTURES = join(import.meta.dirname, '../../../fixtures/opcua-pki')

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'penfeld-opcua-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function watchServer(options: Partial<TestServerOptions>, sourceOptions: Source['options'] = {}) {
  const folder = await temporaryFolder()
  const server = await startTestServer({ port: await freePort(), pkiFolder: join(folder, 'server'), nodes: ['D1.p'], ...options })
  const stateFolder = join(folder, 'state')
  const states: string[] = []
  const ends: number[] = []
  const driver = await opcuaDriver.start({
    source: { id: 'scada', protocol: 'opcua', url: server.url, periodS: 1, staleAfterS: 60, options: sourceOptions },
    channels: [testChannel('scada', 'D1', { unit: 'kW', suffix: 'p' })], stateFolder, log: silentLogger, clock: { now: Date.now, speed: 1, realMsUntil: () => 0 },
    deliver: async () => {}, reject: () => {}, lastStoredAt: async () => Float64Array.of(NaN),
    status: (state, detail) => void states.push(detail === undefined ? state : `${state} ${detail}`),
    certificate: (expiresAt) => void ends.push(expiresAt),
  })
  onTestFinished(async () => {
    await driver.stop()
    await server.stop()
  })
  const thumbprint = new X509Certificate(readFileSync(join(folder, 'server/own/certs/certificate.pem'))).fingerprint.replaceAll(':', '')
  return { server, stateFolder, states, ends, thumbprint, folders: { stateFolder, trustedFolder: undefined } }
}

test('a refused certificate waits; approved it is trusted, revoked it is refused at once, on a line that stands too', async () => {
  const { folders, states, ends, stateFolder, thumbprint, server } = await watchServer({})
  await expect.poll(() => states.at(-1), PATIENCE).toMatch(/PF_OPCUA_CERTIFICATE_REFUSED.*BadCertificateUntrusted/)
  expect(states.at(-1)).toContain(thumbprint)
  const listed = listTrust(folders)
  expect(listed.map(({ state, certificate }) => [state, certificate.thumbprint])).toEqual([['pending', thumbprint]])
  expect(listed[0].certificate.subject).not.toBe('')
  expect(listed[0].certificate.expiresAt).toBeGreaterThan(Date.now())
  expect(states.join()).not.toContain('connected')

  expect(decideTrust(folders, '0'.repeat(40), 'trusted', 'test')).toBe(false)
  expect(decideTrust(folders, thumbprint, 'trusted', 'test')).toBe(true)
  expect(listTrust(folders).map(({ state }) => state)).toEqual(['trusted'])
  await expect.poll(() => states.at(-1), PATIENCE).toMatch(/^connected/)
  const own = await ownCertificate(stateFolder)
  expect(ends.at(-1)).toBe(Math.min(own!.expiresAt, listed[0].certificate.expiresAt))
  expect(statSync(join(stateFolder, 'pki/own/private/private_key.pem')).mode & 0o777).toBe(0o600)

  decideTrust(folders, thumbprint, 'revoked', 'test')
  await expect.poll(() => states.at(-1), PATIENCE).toMatch(/PF_OPCUA_CERTIFICATE_REFUSED/)
  await expect.poll(() => server.server.engine.currentSessionCount, { timeout: 1_000 }).toBeLessThanOrEqual(1)
  expect(readFileSync(join(stateFolder, 'trust.log'), 'utf8').trim().split('\n').map((line) => (JSON.parse(line) as { decision: string }).decision)).toEqual(['trusted', 'revoked'])
})

test('a server that offers nothing safe is refused, and no session is made', async () => {
  const { states, server } = await watchServer({ securityModes: [MessageSecurityMode.None] })
  await expect.poll(() => states.at(-1), PATIENCE).toMatch(/^reconnecting rebuilt-client: PF_OPCUA_ENDPOINT_UNSAFE/)
  expect(server.server.engine.cumulatedSessionCount).toBe(0)
})

test('without security only where the document says so, and health says it too', async () => {
  const { states } = await watchServer({ securityModes: [MessageSecurityMode.None] }, { securityMode: 'None' })
  await expect.poll(() => states.at(-1), PATIENCE).toBe('connected NOT SIGNED AND NOT ENCRYPTED (securityMode: None)')
})

test('a password never goes over a line without security; over a safe one it opens the session', async () => {
  const asked: string[] = []
  const isUser = (name: string, password: string): boolean => asked.push(name) > 0 && password === 'secret'
  const open = await watchServer({ securityModes: [MessageSecurityMode.None], isUser }, { securityMode: 'None', username: 'reader', password: 'secret' })
  await expect.poll(() => open.states.at(-1), PATIENCE).toMatch(/PF_OPCUA_ENDPOINT_UNSAFE.*never sent/)
  expect(asked).toEqual([])
  const safe = await watchServer({ isUser }, { username: 'reader', password: 'secret' })
  await expect.poll(() => listTrust(safe.folders).length, PATIENCE).toBe(1)
  decideTrust(safe.folders, safe.thumbprint, 'trusted', 'test')
  await expect.poll(() => safe.states.at(-1), PATIENCE).toMatch(/^connected/)
  expect(asked).toEqual(['reader'])
})

test('certificates of an approved issuer are trusted, but not one that its list revokes, nor any without a list', async () => {
  const stateFolder = await temporaryFolder()
  const put = (folder: string, name: string): void => {
    mkdirSync(join(stateFolder, folder), { recursive: true })
    copyFileSync(join(FIXTURES, name), join(stateFolder, folder, name))
  }
  const judge = async (name: string): Promise<string> => {
    const certificates = await openCertificates({ stateFolder, trustedFolder: undefined }, silentLogger)
    const status = await certificates.checkCertificate(new X509Certificate(readFileSync(join(FIXTURES, name))).raw)
    await certificates.dispose()
    return status.name
  }
  expect(await judge('plant-a.pem')).toBe('BadCertificateChainIncomplete')
  put('trusted', 'issuer.pem')
  expect(await judge('plant-a.pem')).toBe('BadCertificateRevocationUnknown')
  put('crl', 'revoked.crl')
  expect([await judge('plant-a.pem'), await judge('plant-b.pem')]).toEqual(['Good', 'BadCertificateRevoked'])
  // Trusted by itself it stays revoked by its issuer.
  put('trusted', 'plant-b.pem')
  expect(await judge('plant-b.pem')).toBe('BadCertificateRevoked')
})

test('our own certificate is made anew a day before its end, with the same key, and not earlier', async () => {
  const stateFolder = await temporaryFolder()
  const rootFolder = join(stateFolder, 'pki')
  const make = async (days: number): Promise<void> => {
    const certificates = new OPCUACertificateManager({ rootFolder, automaticallyAcceptUnknownCertificate: false, disableFileWatchers: true })
    await certificates.initialize()
    await certificates.createSelfSignedCertificate({
      outputFile: join(rootFolder, 'own/certs/client_certificate.pem'), applicationUri: 'urn:penfeld:collector', subject: 'CN=Penfeld', dns: [], ip: [], startDate: new Date(Date.now() - 86_400_000 * 10), validity: 10 + days,
    })
    await certificates.dispose()
  }
  await make(3)
  await (await openCertificates({ stateFolder, trustedFolder: undefined }, silentLogger)).dispose()
  const kept = await ownCertificate(stateFolder)
  expect(kept).toBeDefined()
  await make(0.5)
  const key = readFileSync(join(rootFolder, 'own/private/private_key.pem'), 'utf8')
  await (await openCertificates({ stateFolder, trustedFolder: undefined }, silentLogger)).dispose()
  expect(await ownCertificate(stateFolder)).toBeUndefined()
  expect(readFileSync(join(rootFolder, 'own/private/private_key.pem'), 'utf8')).toBe(key)
})

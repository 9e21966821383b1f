import { X509Certificate } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { OPCUACertificateManager } from 'node-opcua'
import type { Logger } from '#services/telemetry/logger.ts'
import { describe, issuerCertificates, limitPending, revocationLists, trustedCertificates, type ServerCertificate, type TrustFolders } from './trust.ts'

const DAY_MS = 86_400_000

/**
 * The key and certificate of this application, and the servers it trusts: those a person approved or put into the
 * document's folder, read anew each time, so that taking a file away takes the trust away. Certificates of issuers and
 * their revocation lists are honoured; a refused certificate is kept for that person to look at. node-opcua does all of
 * it without the openssl program.
 */
export async function openCertificates(folders: TrustFolders, log: Logger): Promise<OPCUACertificateManager> {
  const rootFolder = pkiFolderOf(folders.stateFolder)
  for (const name of ['trusted', 'issuers']) await rm(join(rootFolder, name), { recursive: true, force: true })
  await mkdir(rootFolder, { recursive: true, mode: 0o700 })
  limitPending(folders.stateFolder)
  await renewOwnCertificate(folders.stateFolder, log)
  const certificates = new OPCUACertificateManager({ rootFolder, automaticallyAcceptUnknownCertificate: false, disableFileWatchers: true })
  await certificates.initialize()
  await chmod(certificates.privateKey, 0o600)
  const trusted = trustedCertificates(folders, (file, cause) => log.warn({ file, cause: String(cause) }, 'not a certificate: left out'))
  if (trusted.length === 0) log.warn({ folder: folders.trustedFolder ?? folders.stateFolder }, 'no certificate is trusted: no server can be read')
  for (const { der } of trusted) {
    if (new X509Certificate(der).ca) await certificates.addIssuer(der, false, true)
    await certificates.trustCertificate(der)
  }
  for (const { der } of issuerCertificates(folders)) await certificates.addIssuer(der)
  for (const list of revocationLists(folders)) await certificates.addRevocationList(list)
  return certificates
}

const pkiFolderOf = (stateFolder: string): string => join(stateFolder, 'pki')
const ownCertificateFile = (stateFolder: string): string => join(pkiFolderOf(stateFolder), 'own', 'certs', 'client_certificate.pem')

/** Our own certificate; undefined before the first connection has made it. */
export async function ownCertificate(stateFolder: string): Promise<ServerCertificate | undefined> {
  const pem = await readFile(ownCertificateFile(stateFolder)).catch(() => undefined)
  return pem === undefined || pem.length === 0 ? undefined : describe(new X509Certificate(pem).raw)
}

/**
 * Puts a certificate aside that ends within a day, so that the next connection makes a new one with the same key. Not
 * earlier: servers must be told of the new one, and until it ends the old one serves.
 */
async function renewOwnCertificate(stateFolder: string, log: Logger): Promise<void> {
  const certificate = await ownCertificate(stateFolder)
  if (certificate === undefined || certificate.expiresAt - Date.now() > DAY_MS) return
  await putOwnCertificateAside(stateFolder)
  log.error({ ended: new Date(certificate.expiresAt).toISOString(), thumbprint: certificate.thumbprint }, 'our own certificate ends and a new one is made: the server must be told to trust it')
}

export async function putOwnCertificateAside(stateFolder: string): Promise<void> {
  const file = ownCertificateFile(stateFolder)
  await rename(file, `${file}.ended`)
}

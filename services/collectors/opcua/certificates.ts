import { X509Certificate } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { OPCUACertificateManager } from 'node-opcua'
import type { Logger } from '#services/telemetry/logger.ts'

/**
 * The key and certificate of this application, and the servers it trusts: those whose certificate a person put into
 * `trustedFolder`, read anew each time, so that taking a file away takes the trust away. A refused certificate is kept
 * in `pki/rejected` for that person to look at. node-opcua does all of it without the openssl program.
 */
export async function openCertificates(stateFolder: string, trustedFolder: string, log: Logger): Promise<OPCUACertificateManager> {
  const rootFolder = join(stateFolder, 'pki')
  await rm(join(rootFolder, 'trusted'), { recursive: true, force: true })
  await mkdir(rootFolder, { recursive: true, mode: 0o700 })
  const certificates = new OPCUACertificateManager({ rootFolder, automaticallyAcceptUnknownCertificate: false, disableFileWatchers: true })
  await certificates.initialize()
  for (const certificate of await readCertificates(trustedFolder, log)) await certificates.trustCertificate(certificate)
  return certificates
}

async function readCertificates(folder: string, log: Logger): Promise<Buffer[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    log.warn({ folder, cause: String(error) }, 'the folder of trusted certificates cannot be read: no server is trusted')
    return []
  })
  const certificates: Buffer[] = []
  for (const name of names.filter((one) => /\.(pem|der|crt|cer)$/.test(one))) {
    try {
      certificates.push(new X509Certificate(await readFile(join(folder, name))).raw)
    } catch (error) {
      log.warn({ file: join(folder, name), cause: String(error) }, 'not a certificate: left out')
    }
  }
  return certificates
}

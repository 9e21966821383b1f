import { createHash, X509Certificate } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Folders of a source's state, where a person (or `penfeld opcua trust`) decides whom to trust. */
export interface TrustFolders {
  readonly stateFolder: string
  /** Named in the district document, beside the source's own. */
  readonly trustedFolder: string | undefined
}

export interface ServerCertificate {
  /** SHA-1 of the certificate as OPC-UA tools show it: 40 hexadecimal digits. */
  readonly thumbprint: string
  readonly subject: string
  readonly expiresAt: number
  readonly der: Buffer
}

export type TrustState = 'trusted' | 'pending' | 'revoked'

const own = (stateFolder: string, name: 'trusted' | 'revoked' | 'issuers' | 'crl'): string => join(stateFolder, name)
/** Where the library keeps the certificates it refused. */
const pendingFolder = (stateFolder: string): string => join(stateFolder, 'pki', 'rejected')
/** A server that shows another certificate at each call must not fill the disk. */
const MOST_PENDING = 50

export function describe(der: Buffer): ServerCertificate {
  const { subject, validTo } = new X509Certificate(der)
  return { thumbprint: createHash('sha1').update(der).digest('hex').toUpperCase(), subject: subject.split('\n').join(', '), expiresAt: Date.parse(validTo), der }
}

/** The certificates in a folder, PEM or DER. A folder that is not there holds none; a file that is no certificate is told. */
export function readCertificates(folder: string, onUnusable: (file: string, cause: unknown) => void = () => {}): ServerCertificate[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((name) => /\.(pem|der|crt|cer)$/.test(name)).sort().flatMap((name) => {
    try {
      return [describe(new X509Certificate(readFileSync(join(folder, name))).raw)]
    } catch (error) {
      onUnusable(join(folder, name), error)
      return []
    }
  })
}

/** Whom the source trusts: the approved ones and those of the document's folder, without the revoked ones. */
export function trustedCertificates({ stateFolder, trustedFolder }: TrustFolders, onUnusable?: (file: string, cause: unknown) => void): ServerCertificate[] {
  const revoked = new Set(readCertificates(own(stateFolder, 'revoked')).map(({ thumbprint }) => thumbprint))
  const folders = new Set([own(stateFolder, 'trusted'), ...(trustedFolder === undefined ? [] : [trustedFolder])])
  const all = [...folders].flatMap((folder) => readCertificates(folder, onUnusable)).filter(({ thumbprint }) => !revoked.has(thumbprint))
  return [...new Map(all.map((one) => [one.thumbprint, one])).values()]
}

export const issuerCertificates = ({ stateFolder }: TrustFolders): ServerCertificate[] => readCertificates(own(stateFolder, 'issuers'))

/** Revocation lists, DER or PEM, as the issuers publish them. */
export function revocationLists({ stateFolder }: TrustFolders): Buffer[] {
  const folder = own(stateFolder, 'crl')
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((name) => /\.(crl|pem|der)$/.test(name)).sort().map((name) => {
    const bytes = readFileSync(join(folder, name))
    const pem = /-----BEGIN X509 CRL-----([^-]+)-----END/.exec(bytes.toString('latin1'))
    return pem === null ? bytes : Buffer.from(pem[1], 'base64')
  })
}

export const isRevoked = ({ stateFolder }: TrustFolders, der: Buffer): boolean => {
  const { thumbprint } = describe(der)
  return readCertificates(own(stateFolder, 'revoked')).some((one) => one.thumbprint === thumbprint)
}

/** Every certificate the source has seen or was given, newest decision first. */
export function listTrust(folders: TrustFolders): { readonly state: TrustState; readonly certificate: ServerCertificate }[] {
  const listed = new Map<string, { state: TrustState; certificate: ServerCertificate }>()
  const add = (state: TrustState, certificates: readonly ServerCertificate[]): void => {
    for (const certificate of certificates) if (!listed.has(certificate.thumbprint)) listed.set(certificate.thumbprint, { state, certificate })
  }
  add('revoked', readCertificates(own(folders.stateFolder, 'revoked')))
  add('trusted', trustedCertificates(folders))
  add('pending', readCertificates(pendingFolder(folders.stateFolder)))
  return [...listed.values()]
}

/** Trusts or revokes a certificate of the list. False if there is none with this thumbprint. */
export function decideTrust(folders: TrustFolders, thumbprint: string, decision: 'trusted' | 'revoked', who: string): boolean {
  const found = listTrust(folders).find(({ certificate }) => certificate.thumbprint === thumbprint)
  if (found === undefined) return false
  const { stateFolder } = folders
  const { der, subject } = found.certificate
  const folder = own(stateFolder, decision)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, `${thumbprint}.der`), der, { mode: 0o600 })
  removeFrom(own(stateFolder, decision === 'trusted' ? 'revoked' : 'trusted'), thumbprint)
  removeFrom(pendingFolder(stateFolder), thumbprint)
  appendFileSync(join(stateFolder, 'trust.log'), `${JSON.stringify({ at: new Date().toISOString(), decision, thumbprint, subject, who })}\n`, { mode: 0o600 })
  return true
}

function removeFrom(folder: string, thumbprint: string): void {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    try {
      if (describe(new X509Certificate(readFileSync(join(folder, name))).raw).thumbprint === thumbprint) rmSync(join(folder, name))
    } catch {
      // Something else than a certificate: not ours to take away.
    }
  }
}

/** Keeps the newest refused certificates. */
export function limitPending(stateFolder: string): void {
  const folder = pendingFolder(stateFolder)
  if (!existsSync(folder)) return
  const files = readdirSync(folder).map((name) => ({ name, at: statSync(join(folder, name)).mtimeMs })).sort((left, right) => right.at - left.at)
  for (const { name } of files.slice(MOST_PENDING)) rmSync(join(folder, name), { force: true })
}

/** Changes when a person changes whom the source trusts: a line that stands is then built anew, and judged anew. */
export function trustMark({ stateFolder, trustedFolder }: TrustFolders): string {
  const folders = [own(stateFolder, 'trusted'), own(stateFolder, 'revoked'), own(stateFolder, 'issuers'), own(stateFolder, 'crl'), ...(trustedFolder === undefined ? [] : [trustedFolder])]
  return folders.map((folder) => (existsSync(folder) ? readdirSync(folder).sort().map((name) => `${name} ${statSync(join(folder, name)).mtimeMs}`).join() : '')).join('|')
}

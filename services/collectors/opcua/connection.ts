import {
  MessageSecurityMode, OPCUAClient, SecurityPolicy, UserTokenType, type ClientSession, type OPCUACertificateManager, type UserIdentityInfo,
} from 'node-opcua'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { OpcUaSettings } from './settings.ts'
import { describe, isRevoked, listTrust, type TrustFolders } from './trust.ts'

const NO_ANSWER_MS = 15_000
const SESSION_TIMEOUT_MS = 60_000
/** What a server may send us in one message; more is an attack or a fault, and the line is closed. */
const MOST_MESSAGE_BYTES = 16 * 2 ** 20
const MOST_CHUNKS = 2_048

/**
 * A client that connects once: signed and encrypted, or not at all where the document says so. node-opcua's own reconnecting
 * is off: it can hang in a half-built state, whereas a new client always starts from nothing. Throws
 * PF_OPCUA_ENDPOINT_UNSAFE if the server offers nothing safe, PF_OPCUA_CERTIFICATE_REFUSED if nobody trusts its certificate.
 */
export async function openClient({ url, securityMode, securityPolicy }: OpcUaSettings, certificates: OPCUACertificateManager, folders: TrustFolders): Promise<OPCUAClient> {
  const isSafe = securityMode !== 'None'
  const client = OPCUAClient.create({
    applicationName: 'Penfeld', applicationUri: 'urn:penfeld:collector', clientName: 'penfeld-collector',
    clientCertificateManager: certificates,
    securityMode: isSafe ? MessageSecurityMode.SignAndEncrypt : MessageSecurityMode.None, securityPolicy: isSafe ? SecurityPolicy[securityPolicy] : SecurityPolicy.None,
    endpointMustExist: false, keepSessionAlive: false,
    // A session must be able to outlive its line; whoever is done with one closes it.
    keepPendingSessionsOnDisconnect: true,
    transportSettings: { maxMessageSize: MOST_MESSAGE_BYTES, maxChunkCount: MOST_CHUNKS },
    connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 1_000 },
    transportTimeout: NO_ANSWER_MS, defaultTransactionTimeout: NO_ANSWER_MS, requestedSessionTimeout: SESSION_TIMEOUT_MS,
  })
  try {
    await client.connect(url)
    const der = serverCertificateOf(client)
    // An approved issuer does not outweigh a certificate that a person revoked; nothing was said to the server yet.
    if (isSafe && der !== undefined && isRevoked(folders, der)) throw refused(url, 'it was revoked here', describe(der).thumbprint)
  } catch (error) {
    await closeClient(client)
    throw explained(error, url, securityPolicy, folders)
  }
  return client
}

/** The certificate of the server that the client is connected to; undefined on a line without security. */
export function serverCertificateOf(client: OPCUAClient): Buffer | undefined {
  const certificate = client.serverCertificate
  return Array.isArray(certificate) ? certificate[0] : certificate
}

const refused = (url: string, why: string, thumbprint: string): PenfeldError =>
  new PenfeldError('PF_OPCUA_CERTIFICATE_REFUSED', `The certificate ${thumbprint} of the server is refused: ${why}.`, { where: url })

/** What the library means, in words that say what to do. */
function explained(error: unknown, url: string, securityPolicy: string, folders: TrustFolders): unknown {
  if (error instanceof PenfeldError) return error
  const text = error instanceof Error ? error.message : String(error)
  if (/cannot find (an )?endpoint/i.test(text)) {
    return new PenfeldError('PF_OPCUA_ENDPOINT_UNSAFE', `The server offers no endpoint that signs and encrypts with ${securityPolicy}.`, { where: url, cause: error })
  }
  const status = /BadCertificate\w+|BadSecurityChecksFailed/.exec(text)?.[0]
  if (status !== undefined && !/rejected by server/.test(text)) {
    const newest = listTrust(folders).filter(({ state }) => state === 'pending').map(({ certificate }) => certificate)
    return refused(url, status, newest.length === 1 ? newest[0].thumbprint : '')
  }
  return error
}

/** Never fails: what is left of a broken connection is not worth an error. */
export async function closeClient(client: OPCUAClient): Promise<void> {
  await client.disconnect().catch(() => {})
}

export async function closeSession(session: ClientSession): Promise<void> {
  await session.close(true).catch(() => {})
}

/** Throws PF_OPCUA_ENDPOINT_UNSAFE where a password would go over a line that anybody can read. */
export function identityOf({ url, username, password, securityMode }: OpcUaSettings): UserIdentityInfo {
  if (username === undefined) return { type: UserTokenType.Anonymous }
  if (securityMode === 'None') throw new PenfeldError('PF_OPCUA_ENDPOINT_UNSAFE', 'A user name and password are never sent over a line without security.', { where: url })
  return { type: UserTokenType.UserName, userName: username, password: password ?? '' }
}

import {
  DataChangeFilter, DataChangeTrigger, DeadbandType, MessageSecurityMode, OPCUAClient, SecurityPolicy, UserTokenType,
  type ClientSession, type OPCUACertificateManager, type UserIdentityInfo,
} from 'node-opcua'
import type { OpcUaSettings } from './settings.ts'

const NO_ANSWER_MS = 15_000
const SESSION_TIMEOUT_MS = 60_000

/** A value with an unchanged number is still a sign of life, hence the trigger on the timestamp as well. */
export const EVERY_READING = new DataChangeFilter({ trigger: DataChangeTrigger.StatusValueTimestamp, deadbandType: DeadbandType.None })

/**
 * A client that connects once, signed and encrypted or not at all. node-opcua's own reconnecting is off: it can hang in
 * a half-built state, whereas a new client always starts from nothing.
 */
export async function openClient({ url }: OpcUaSettings, certificates: OPCUACertificateManager): Promise<OPCUAClient> {
  const client = OPCUAClient.create({
    applicationName: 'Penfeld', applicationUri: 'urn:penfeld:collector', clientName: 'penfeld-collector',
    clientCertificateManager: certificates,
    securityMode: MessageSecurityMode.SignAndEncrypt, securityPolicy: SecurityPolicy.Basic256Sha256,
    endpointMustExist: false, keepSessionAlive: false,
    connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 1_000 },
    transportTimeout: NO_ANSWER_MS, defaultTransactionTimeout: NO_ANSWER_MS, requestedSessionTimeout: SESSION_TIMEOUT_MS,
  })
  try {
    await client.connect(url)
  } catch (error) {
    await closeClient(client)
    throw error
  }
  return client
}

/** Never fails: what is left of a broken connection is not worth an error. */
export async function closeClient(client: OPCUAClient): Promise<void> {
  await client.disconnect().catch(() => {})
}

export async function closeSession(session: ClientSession): Promise<void> {
  await session.close(true).catch(() => {})
}

export function identityOf({ username, password }: OpcUaSettings): UserIdentityInfo {
  return username === undefined ? { type: UserTokenType.Anonymous } : { type: UserTokenType.UserName, userName: username, password: password ?? '' }
}

/** Prefix of node ids in the namespace; its index is only sure for the life of one session. */
export async function namespacePrefix(session: ClientSession, namespaceUri: string): Promise<string> {
  const index = (await session.readNamespaceArray()).indexOf(namespaceUri)
  if (index < 0) throw new Error(`the server has no namespace ${namespaceUri}`)
  return `ns=${index};s=`
}
